// Tokens as they come in a header, and how they are compared. Knows no token and nobody's rights.

import { createHash, timingSafeEqual } from 'node:crypto';

/** What stands in an Authorization header, if it is a bearer token. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +(.+)$/i.exec(header ?? '')?.[1];
}

/** Tokens are compared by their digests: the time it takes tells nothing of the right one, not even its length. */
export function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export function isToken(given: string, right: Buffer): boolean {
  return timingSafeEqual(digest(given), right);
}
