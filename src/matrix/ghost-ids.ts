// Writes ghosts as Matrix user ids and reads them back. Knows the form of the id; not who is behind it.

import { createHash } from 'node:crypto';
import type { MatrixUserId, NetworkId, RemoteUserId } from '../bridge/ids.ts';
import type { Ghost } from '../bridge/matrix.ts';

/** The most that a Matrix id may have, sigil and domain included. */
export const MAX_ID_BYTES = 255;

export interface GhostIdOptions {
  /** Before the network's name; may be empty. `[a-z0-9._=/+-]*`. */
  readonly prefix: string;
  readonly domain: string;
  readonly networks: readonly NetworkId[];
}

// `=` is always followed by two hexadecimal digits in a written id, so this cannot come from a whole one.
const CUT = '=-';
const HASH_DIGITS = 32;
const PLAIN = /^[a-z0-9.-]$/;
const ESCAPED = /^(?:[a-z0-9._-]|=[0-9a-f]{2})*$/;

export class GhostIds {
  readonly #prefix: string;
  readonly #suffix: string;
  readonly #networks: readonly NetworkId[];

  constructor({ prefix, domain, networks }: GhostIdOptions) {
    this.#prefix = `@${prefix}`;
    this.#suffix = `:${domain}`;
    this.#networks = networks;
  }

  toUserId({ network, user }: Ghost): MatrixUserId {
    const head = `${this.#prefix}${network}_`;
    const escaped = escapeUser(user);
    const room = MAX_ID_BYTES - head.length - this.#suffix.length;
    if (escaped.length <= room) return `${head}${escaped}${this.#suffix}` as MatrixUserId;
    const hash = createHash('sha256').update(user.toLowerCase()).digest('hex').slice(0, HASH_DIGITS);
    const kept = escaped.slice(0, room - CUT.length - HASH_DIGITS);
    return `${head}${kept}${CUT}${hash}${this.#suffix}` as MatrixUserId;
  }

  /** Undefined if the user is no ghost, or its id was cut. */
  fromUserId(user: MatrixUserId): Ghost | undefined {
    const network = this.#networkOf(user);
    if (network === undefined) return undefined;
    const escaped = user.slice(this.#prefix.length + network.length + 1, -this.#suffix.length);
    const remote = unescapeUser(escaped);
    if (remote === undefined || remote === '') return undefined;
    // somebody else's spelling of the same user, or one that is too long, would make two Matrix users of one person
    const ghost = { network, user: remote as RemoteUserId };
    return this.toUserId(ghost) === user ? ghost : undefined;
  }

  /** Whether the id lies in our namespace, in today's form or not. */
  isGhost(user: string): boolean {
    return this.#networkOf(user) !== undefined;
  }

  #networkOf(user: string): NetworkId | undefined {
    if (!user.startsWith(this.#prefix) || !user.endsWith(this.#suffix)) return undefined;
    const end = user.length - this.#suffix.length;
    return this.#networks.find((network) => {
      const underscore = this.#prefix.length + network.length;
      return underscore < end && user.startsWith(network, this.#prefix.length) && user[underscore] === '_';
    });
  }
}

function escapeUser(user: string): string {
  let out = '';
  for (const byte of Buffer.from(user.toLowerCase(), 'utf8')) {
    const character = String.fromCharCode(byte);
    if (character === '/') out += '_';
    else if (PLAIN.test(character)) out += character;
    else out += `=${byte.toString(16).padStart(2, '0')}`;
  }
  return out;
}

function unescapeUser(escaped: string): string | undefined {
  if (!ESCAPED.test(escaped)) return undefined;
  const bytes: number[] = [];
  for (let i = 0; i < escaped.length; i++) {
    const character = escaped.charAt(i);
    if (character === '=') {
      bytes.push(Number.parseInt(escaped.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      bytes.push(character === '_' ? 0x2f : character.charCodeAt(0));
    }
  }
  return Buffer.from(bytes).toString('utf8');
}
