// The sign-in before Passport: the proof is a digest of the server's challenge and the password. Knows no connection.

import { createHash } from 'node:crypto';

/** What answers `ticket-wanted` with `proof: 'digest'`. The challenge is opaque: a number with a fraction, or hex. */
export function digestOf(challenge: string, password: string): string {
  return createHash('md5').update(challenge).update(password).digest('hex');
}
