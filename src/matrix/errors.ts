// Makes of a refused or failed call to the homeserver what the core understands. Knows Matrix error codes.

import { MatrixError } from '@vector-im/matrix-bot-sdk';
import { BridgeError } from '../bridge/errors.ts';
import { asString, isObject } from './checks.ts';
import { NoAnswer } from './http.ts';

export interface Refusal {
  readonly status: number;
  /** Empty if the answer was no Matrix error. */
  readonly code: string;
}

/** An answer to a call made past the library. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  /** Empty if the answer was no Matrix error. */
  readonly code: string;

  constructor(status: number, body: unknown) {
    const code = isObject(body) && typeof body['errcode'] === 'string' ? body['errcode'] : '';
    const text = isObject(body) && typeof body['error'] === 'string' ? body['error'] : 'no Matrix error';
    super(`${status} ${code}: ${text.slice(0, 500)}`);
    this.status = status;
    this.code = code;
  }
}

/** Said by a proxy before a homeserver that is not there, or by one that is overloaded. */
const AWAY = new Set([502, 503, 504]);
/** People read it. */
const LONGEST_CODE = 100;

/** What the homeserver answered, or undefined if there was no answer. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refused) return error;
  // The library believes whatever stands there.
  if (error instanceof MatrixError) return { status: error.statusCode, code: asString(error.errcode) ?? '' };
  // The library throws answers that are no Matrix errors as they are.
  if (isObject(error) && typeof error['statusCode'] === 'number') return { status: error['statusCode'], code: '' };
  return undefined;
}

export function isForbidden(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal?.status === 403 && refusal.code !== '' && refusal.code !== 'M_USER_DEACTIVATED';
}

export function isNotFound(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal?.status === 404 && refusal.code !== '' && refusal.code !== 'M_UNRECOGNIZED';
}

/** Whether the homeserver gave this as its reason, whoever has made what of it since. */
export function isRefusedFor(error: unknown, code: string): boolean {
  return refusalOf(error instanceof BridgeError ? error.cause : error)?.code === code;
}

/** Whether the call may have been carried out all the same. */
export function isUncertain(error: unknown): boolean {
  if (error instanceof NoAnswer) return error.wasSent;
  const status = refusalOf(error)?.status ?? 0;
  return status >= 500;
}

export function roomGone(cause: unknown): BridgeError {
  return new BridgeError('room-gone', 'The Matrix room is gone, or the bridge is no longer in it.', { cause });
}

export function userLeft(sentence: string, cause: unknown): BridgeError {
  return new BridgeError('user-left', sentence, { cause });
}

/** For refusals that nothing closer to the call has explained. */
export function toBridgeError(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  if (error instanceof NoAnswer) {
    return new BridgeError('homeserver', 'The homeserver does not answer.', { cause: error, retriable: true });
  }
  const refusal = refusalOf(error);
  if (refusal === undefined) return new BridgeError('bug', 'The bridge made a mistake.', { cause: error });
  const { status, code } = refusal;
  if (status === 429) {
    return new BridgeError('homeserver', 'The homeserver is too busy.', { cause: error, retriable: true });
  }
  if (status >= 500) {
    const kind = AWAY.has(status) ? 'homeserver' : 'homeserver-fault';
    return new BridgeError(kind, `The homeserver failed (${status}).`, { cause: error, retriable: true });
  }
  if (code === 'M_UNKNOWN_TOKEN' || code === 'M_MISSING_TOKEN') {
    // The registration is at fault and not this message, which is to wait until that is mended.
    return new BridgeError('homeserver', 'The homeserver does not know the bridge.', { cause: error, retriable: true });
  }
  if (isNotFound(error)) return roomGone(error);
  if (code === '') {
    // A proxy before the homeserver, for example: it says nothing about the room.
    return new BridgeError('homeserver', `Something else than the homeserver answered (${status}).`, {
      cause: error,
      retriable: true,
    });
  }
  return new BridgeError('homeserver', `The homeserver refused it (${code.slice(0, LONGEST_CODE)}).`, { cause: error });
}
