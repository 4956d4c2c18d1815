// Transaction ids for what we send to the homeserver: made from what is sent, so that a second attempt is the same one.

import { createHash } from 'node:crypto';

/** Unique for different parts, the same for the same ones. The first part says what kind of thing is sent. */
export function txnId(kind: string, ...parts: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(part).length}:${part};`);
  return `${kind}.${hash.digest('base64url').slice(0, 32)}`;
}
