// The answer to the server's CHL, which proves that a client knows a product key. Knows both algorithms, no dialect.

import { createHash } from 'node:crypto';

export interface ChallengeKey {
  readonly algorithm: 'old' | 'new';
  readonly productId: string;
  readonly productKey: string;
}

export function answerChallenge({ algorithm, productId, productKey }: ChallengeKey, challenge: string): string {
  return algorithm === 'old'
    ? answerOldChallenge(challenge, productKey)
    : answerNewChallenge(challenge, productId, productKey);
}

/** MSNP6 to MSNP10. */
export function answerOldChallenge(challenge: string, productKey: string): string {
  return createHash('md5').update(challenge).update(productKey).digest('hex');
}

const MODULUS = 0x7fff_ffffn;
const FACTOR = 0x0e79_a9c1n;

/** MSNP11 and later. Products reach 2^62, so the steps in the middle are BigInt. */
export function answerNewChallenge(challenge: string, productId: string, productKey: string): string {
  const digest = createHash('md5').update(challenge).update(productKey).digest();
  const masked = [0, 4, 8, 12].map((at) => BigInt(digest.readUInt32LE(at)) & MODULUS);
  const [a = 0n, b = 0n, c = 0n, d = 0n] = masked;

  const text = Buffer.from(challenge + productId);
  const padded = Buffer.alloc(text.length + 8 - (text.length % 8), '0');
  text.copy(padded);

  let high = 0n;
  let low = 0n;
  for (let at = 0; at < padded.length; at += 8) {
    let t = ((BigInt(padded.readUInt32LE(at)) * FACTOR) % MODULUS) + high;
    t = (t * a + b) % MODULUS;
    high = (BigInt(padded.readUInt32LE(at + 4)) + t) % MODULUS;
    high = (high * c + d) % MODULUS;
    low += high + t;
  }
  high = (high + b) % MODULUS;
  low = (low + d) % MODULUS;

  // the digest as it is, not the masked words: the mask would lose top bits
  for (const at of [0, 8]) {
    digest.writeUInt32LE((digest.readUInt32LE(at) ^ Number(high)) >>> 0, at);
    digest.writeUInt32LE((digest.readUInt32LE(at + 4) ^ Number(low)) >>> 0, at + 4);
  }
  return digest.toString('hex');
}
