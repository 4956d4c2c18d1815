// What a sender is told of a message that was not carried. Every sentence stands here.

import type { BridgeError, BridgeErrorCode } from './errors.ts';
import type { LoginState, Talk } from './events.ts';
import type { EventId, LoginId, NetworkId } from './ids.ts';
import type { StatusReason } from './matrix.ts';
import type { Failure, Telling } from './telling.ts';

const REASONS: Partial<Record<BridgeErrorCode, StatusReason>> = {
  'not-permitted': 'no-permission',
  unsupported: 'unsupported',
  'too-long': 'unsupported',
  bug: 'bridge',
  database: 'bridge',
  homeserver: 'bridge',
};

export interface NotCarried {
  /** The status is enough, its sentence was said already. */
  readonly quiet?: boolean;
  readonly attempt?: EventId;
  /** The offer that was tapped. */
  readonly taken?: EventId | undefined;
  readonly again?: { readonly login: LoginId; readonly from: number };
}

export function notCarried(event: Talk, network: NetworkId, failure: Failure, more: NotCarried = {}): Telling {
  const { room, id, sender } = event;
  const { quiet = false, attempt = id, taken, again } = more;
  const isShown = event.type !== 'redaction';
  const telling = { type: 'not-carried', room, event: id, network, sender, failure, attempt, quiet, isShown } as const;
  return { ...telling, ...(taken !== undefined && { taken }), ...(again && { again }) };
}

/** `part`: how many pieces had already gone out. */
export function failureOf(error: BridgeError, part: number): Failure {
  const certain = error.code !== 'uncertain';
  const what = part > 0 ? 'The rest of your message' : 'Your message';
  return {
    type: 'failed',
    retriable: error.code !== 'unsupported' && error.code !== 'too-long' && error.code !== 'not-permitted',
    reason: REASONS[error.code] ?? 'network',
    sentence: `${what} ${certain ? 'was not delivered' : 'may not have been delivered'}: ${error.message}`,
  };
}

/** It would come too late. `why`: what it waited for, if it is known. */
export function tooOld(why?: BridgeError): Failure {
  const sentence = 'Your message was not delivered: it waited too long.';
  return {
    type: 'failed',
    retriable: true,
    reason: 'too-old',
    sentence: why === undefined ? sentence : `${sentence} ${why.message}`,
  };
}

/** What was to be sent again is not there any more. */
export function nothingToSend(): Failure {
  return {
    type: 'failed',
    retriable: false,
    reason: 'not-handled',
    sentence: 'The message is not there any more, so it was not sent.',
  };
}

export function noLongerSignedIn(state: LoginState, network: string): Failure {
  const why = state.sentence === '' ? `You are not signed in to ${network}.` : state.sentence;
  const retriable = state.kind !== 'logged-out'; // then the chat is gone, too
  return { type: 'failed', retriable, reason: 'network', sentence: `Your message was not delivered: ${why}` };
}

export function strangerInPortal(owner: string): Failure {
  return {
    type: 'failed',
    retriable: false,
    reason: 'no-permission',
    sentence: `Your messages are not carried from here: this chat belongs to ${owner}, and only they speak in it.`,
  };
}

export function notPermitted(): Failure {
  return {
    type: 'failed',
    retriable: false,
    reason: 'no-permission',
    sentence: 'Your message was not delivered: you are not permitted to use this bridge any more.',
  };
}

/** We do not know how far it got. */
export function mistaken(): Failure {
  return {
    type: 'failed',
    retriable: true,
    reason: 'bridge',
    sentence: 'Your message may not have been delivered: the bridge made a mistake.',
  };
}

export function unsupported(what: string, network: string): Failure {
  return {
    type: 'failed',
    retriable: false,
    reason: 'unsupported',
    sentence: `This bridge does not carry ${what} to ${network}, so it was not sent.`,
  };
}

export function deletedHereOnly(network: string): Failure {
  return {
    type: 'failed',
    retriable: false,
    reason: 'unsupported',
    sentence: `The message is deleted here only: ${network} cannot take it back.`,
  };
}

/** Of what was said where commands are given. */
export function notCommand(what: string): string {
  return `I only understand text here, not ${what}.`;
}

/** Of what was asked where commands are given, and is not done again. */
export const PERHAPS_DONE =
  'I was restarted while I was doing that: it may or may not have been done. Please say it again if it was not.';

export const ENCRYPTED =
  'I cannot read encrypted messages: please start a chat with me that has encryption switched off.';

export const CROWDED = 'I only take part in rooms with nobody but the two of us.';

export const OPEN_ROOM =
  'Anybody may come into this room and read what you tell me, your password too: please invite me to a room of our own.';

export function unreadable(): Failure {
  return {
    type: 'failed',
    retriable: false,
    reason: 'undecryptable',
    sentence:
      'This room is encrypted and I cannot read it: the chat goes on in a new room, which comes with the next message or with “chat”.',
  };
}
