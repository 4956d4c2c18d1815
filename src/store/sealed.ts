// Secrets at rest: AES-256-GCM boxes and the ring of keys that opens them. Knows no tables; `keys.ts` finds the key.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { BridgeError } from '../bridge/errors.ts';

// A box: version (1 byte), key id (8), nonce (12), tag (16), ciphertext.
const VERSION = 1;
const ID_END = 9;
const NONCE_END = 21;
const TAG_END = 37;

export const KEY_BYTES = 32;

interface Key {
  readonly id: Buffer;
  readonly bytes: Buffer;
}

export class Sealer {
  readonly #active: Key;
  readonly #ring = new Map<string, Key>();

  /** @param keys the first one seals, all of them open. */
  constructor(keys: readonly [Buffer, ...Buffer[]]) {
    const made = keys.map((bytes) => ({ id: keyId(bytes), bytes }));
    for (const key of made) this.#ring.set(key.id.toString('hex'), key);
    this.#active = made[0]!;
  }

  /** The id (hex) of the key that seals. */
  get activeId(): string {
    return this.#active.id.toString('hex');
  }

  /** How many keys only open. */
  get olderKeys(): number {
    return this.#ring.size - 1;
  }

  /** Whether the ring holds the key of this id (hex). */
  holds(id: string): boolean {
    return this.#ring.has(id);
  }

  /** @param place where the box will lie: it opens nowhere else. */
  seal(text: string, place: string): Buffer {
    const nonce = randomBytes(12);
    const head = Buffer.concat([Buffer.of(VERSION), this.#active.id]);
    const cipher = createCipheriv('aes-256-gcm', this.#active.bytes, nonce);
    cipher.setAAD(Buffer.concat([head, Buffer.from(place)]));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([head, nonce, cipher.getAuthTag(), body]);
  }

  open(box: Buffer, place: string): string {
    const key = this.#ring.get(box.toString('hex', 1, ID_END));
    if (box[0] !== VERSION || box.length < TAG_END || key === undefined) {
      throw new BridgeError('database', 'Something sealed in the database was sealed with a key that is not here.');
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, box.subarray(ID_END, NONCE_END), {
        authTagLength: 16,
      });
      decipher.setAAD(Buffer.concat([box.subarray(0, ID_END), Buffer.from(place)]));
      decipher.setAuthTag(box.subarray(NONCE_END, TAG_END));
      return decipher.update(box.subarray(TAG_END), undefined, 'utf8') + decipher.final('utf8');
    } catch (error) {
      throw new BridgeError(
        'database',
        'Something sealed in the database was changed or moved, and cannot be opened.',
        {
          cause: error,
        },
      );
    }
  }
}

/** Tells keys apart without telling them. */
function keyId(key: Buffer): Buffer {
  return createHash('sha256').update('key id ').update(key).digest().subarray(0, 8);
}
