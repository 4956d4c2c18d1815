// The grammar of Matrix identifiers. Knows lengths and letters; not which of them exist.

import { hash } from 'node:crypto';

import { MatrixError, refused, tooLarge } from './errors.ts';

const LOCALPART = /^[a-z0-9._=\-/+]+$/;
const SERVER_NAME = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/;
const LONGEST = 255;

export interface NameAtServer {
  readonly local: string;
  readonly server: string;
}

/** Splits `@local:server` or `#local:server`. Historical user ids (upper case …) still pass here. */
export function splitId(sigil: '@' | '#', id: string): NameAtServer {
  const colon = id.indexOf(':');
  const kind = sigil === '@' ? 'user id' : 'room alias';
  if (!id.startsWith(sigil) || colon < 2) throw refused(`Not a valid ${kind}: ${id}`);
  const server = id.slice(colon + 1);
  if (!SERVER_NAME.test(server)) throw refused(`Not a valid ${kind}: ${id}`);
  if (Buffer.byteLength(id) > LONGEST) throw refused(`This ${kind} is longer than ${LONGEST} bytes`);
  return { local: id.slice(1, colon), server };
}

/** What a new account may be called. */
export function checkNewLocalpart(localpart: string, serverName: string): void {
  if (!LOCALPART.test(localpart)) {
    throw new MatrixError(400, 'M_INVALID_USERNAME', "User ID can only contain characters a-z, 0-9, or '=_-./+'");
  }
  if (Buffer.byteLength(`@${localpart}:${serverName}`) > LONGEST) {
    throw new MatrixError(400, 'M_INVALID_USERNAME', `User ID may not be longer than ${LONGEST} characters`);
  }
}

export function checkAliasLocalpart(localpart: string): void {
  if (localpart === '' || /[\s:#]/u.test(localpart) || localpart.includes('\0'))
    throw refused('Invalid characters in room alias');
}

/** For the ids and types inside of an event. */
export function checkShort(name: string, value: string): void {
  if (Buffer.byteLength(value) > LONGEST) throw tooLarge(`'${name}' too large`);
}

/** Ids of events and rooms look like hashes; these are hashes of a counter, so that a run can be repeated. */
export class IdMint {
  readonly #serverName: string;
  #count = 0;

  constructor(serverName: string) {
    this.#serverName = serverName;
  }

  next(): string {
    this.#count += 1;
    return hash('sha256', `${this.#serverName} ${this.#count}`, 'base64url');
  }
}
