// The only error that the core understands; its message is a sentence for a person.

export type BridgeErrorCode =
  | 'bad-input' // what the user typed cannot be used
  | 'not-permitted'
  | 'account-taken'
  | 'not-found' // what was named is not there
  | 'bad-state' // something else comes first
  | 'not-connected' // the login is not signed in just now
  | 'recipient-offline'
  | 'recipient-unknown'
  | 'not-delivered' // the network says that it did not arrive
  | 'uncertain' // the bytes went out and nothing came back
  | 'too-long'
  | 'unsupported'
  | 'room-gone' // the Matrix room is no longer there, or we are no longer in it
  | 'user-left' // the Matrix user cannot be brought into the room
  | 'homeserver' // the homeserver refused or did not answer
  | 'homeserver-fault' // the homeserver answers, and fails at this one thing
  | 'network' // the network refused or did not answer
  | 'database'
  | 'bug';

export interface BridgeErrorOptions {
  readonly cause?: unknown;
  /** True if the same thing may succeed later without anybody changing anything. */
  readonly retriable?: boolean;
}

export class BridgeError extends Error {
  override readonly name = 'BridgeError';
  readonly code: BridgeErrorCode;
  readonly retriable: boolean;

  constructor(code: BridgeErrorCode, sentence: string, options: BridgeErrorOptions = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable ?? false;
  }
}

export function accountTaken(cause?: unknown): BridgeError {
  return new BridgeError('account-taken', 'Another Matrix user is signed in with this account.', { cause });
}

/** Something was thrown that nobody meant to throw. */
export function mistake(cause: unknown): BridgeError {
  return new BridgeError('bug', 'The bridge made a mistake.', { cause });
}

/** Trouble of ours, over which what people want is kept and tried again. */
export function isPassing(error: BridgeError): boolean {
  return error.retriable && ['database', 'homeserver', 'homeserver-fault'].includes(error.code);
}

export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
