// Makes a `BridgeError` of what the database driver throws. Knows error codes; not what was being done.

import { BridgeError } from '../bridge/errors.ts';

/** Connections that broke or were never made. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT', // the socket file of a server that is not running
]);

/** SQLSTATE classes and codes that pass by themselves. */
const PASSING_CLASSES = new Set([
  '08', // connection exception
  '53', // out of disk, memory or connections
  '58', // system error outside the database
]);
const PASSING = new Set([
  '57P01', // administrator's shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now: starting up
  '57014', // statement time-out
  '55P03', // lock time-out
  '40001', // serialization failure
  '40P01', // deadlock
  '25006', // read-only: a standby that is about to be promoted
  '25P03', // idle in transaction for too long
]);

/** Errors that the driver gives no code. */
const SPOKEN =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client (was closed|has encountered a connection error) and is not queryable)/;

export function fromDatabase(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  hideValues(error);
  if (passes(error)) return databaseAway(error);
  return new BridgeError('database', 'The database refused a statement.', { cause: error });
}

/** Nothing can be asked of it for now. */
export function databaseAway(cause: unknown): BridgeError {
  return new BridgeError('database', 'The database does not answer just now.', { retriable: true, cause });
}

/** The constraint that a statement would have broken by a second row of the same key. */
export function brokenUnique(error: unknown): string | undefined {
  if (!(error instanceof BridgeError) || codeOf(error.cause) !== '23505') return undefined;
  return (error.cause as { readonly constraint?: string }).constraint;
}

/** Every write to a session that finds no row of this login and token ends here. */
export function fenced(): BridgeError {
  return new BridgeError('database', 'This login is gone, or another process has taken it over.');
}

function passes(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== undefined && (AWAY.has(code) || PASSING.has(code) || PASSING_CLASSES.has(code.slice(0, 2)))) return true;
  return error instanceof Error && SPOKEN.test(error.message);
}

export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The driver quotes values in these fields, and an error is logged with all it has: they could hold what people wrote. */
function hideValues(error: unknown): void {
  if (!(error instanceof Error)) return;
  for (const field of ['detail', 'where', 'internalQuery']) {
    if (field in error) Reflect.set(error, field, undefined);
  }
}
