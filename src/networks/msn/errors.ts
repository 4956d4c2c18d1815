// What the server's refusals mean for people: states of a login, and errors of a message. Knows no session.

import { assertNever, BridgeError } from '../../bridge/errors.ts';
import type { BridgeErrorCode, BridgeErrorOptions } from '../../bridge/errors.ts';
import type { LoginStateKind } from '../../bridge/events.ts';
import type { RefusalReason } from '../../msnp/contact-types.ts';
import { describeRefusal } from '../../msnp/errors.ts';
import type { MessageOutcome } from '../../msnp/switchboard-types.ts';

/** A state with its sentence. */
export interface Verdict {
  readonly kind: LoginStateKind;
  readonly sentence: string;
  /** The server wants no other attempt before so many milliseconds are over. */
  readonly afterMs?: number;
}

type Meaning = readonly [kind: LoginStateKind, sentence: (server: string) => string];

const WRONG: Meaning = [
  'bad-credentials',
  (server) => `${server} refused the sign-in. Please check the address, capital letters included, and the password.`,
];
const TOO_FAST: Meaning = ['disconnected', (server) => `${server} asks us to slow down.`];

const TOO_FAST_CODES: ReadonlySet<number> = new Set([713, 800, 801]);

/** Refusals of a sign-in that mean something else than their class says. */
const SIGN_IN = new Map<number, Meaning>([
  [0, ['refused', (server) => `${server} speaks none of the protocol versions that the bridge knows.`]],
  [205, WRONG],
  [206, ['bad-credentials', () => 'The address needs a part after the @.']],
  [207, TOO_FAST],
  [208, WRONG],
  [511, ['refused', (server) => `This account is banned on ${server}.`]],
  ...Array.from(TOO_FAST_CODES, (code): [number, Meaning] => [code, TOO_FAST]),
  [923, ['refused', () => 'This account needs the consent of a parent before it can sign in.']],
  [924, ['refused', () => 'The e-mail address of this account has not been verified yet.']],
  [926, ['refused', (server) => `This account is limited on ${server}.`]],
  [927, ['refused', (server) => `This account is suspended on ${server}.`]],
]);

export function signInRefused(code: number, server: string): Verdict {
  const [kind, sentence] = SIGN_IN.get(code) ?? byClass(code);
  return { kind, sentence: sentence(server) };
}

/** The answer to a challenge, in the middle of a session. */
export function proofRefused(code: number, server: string): Verdict {
  return { kind: 'refused', sentence: `${server} ended the session. ${describeRefusal(code).sentence}` };
}

function byClass(code: number): Meaning {
  const refusal = describeRefusal(code);
  switch (refusal.class) {
    case 'credentials':
      return WRONG;
    case 'retry':
      return ['server-down', (server) => `${server} cannot take us just now. ${refusal.sentence}`];
    case 'request':
    case 'fatal':
      return ['refused', (server) => `${server} refused the sign-in (${code}). ${refusal.sentence}`];
    default:
      return assertNever(refusal.class);
  }
}

/** The codes that say that the ticket is not good, as opposed to the account. */
export function isTicketRefusal(code: number): boolean {
  return code === 911 || code === 917 || code === 928;
}

/** The codes that say that it may well be done, only not so fast. */
export function isTooFast(code: number): boolean {
  return TOO_FAST_CODES.has(code);
}

type Reason = readonly [code: BridgeErrorCode, retriable: boolean, sentence: (name: string) => string];

const AWAY: Reason = ['recipient-offline', false, (name) => `${name} is not signed in.`];
const SILENT: Reason = ['recipient-offline', false, (name) => `${name} does not answer.`];
const HURRY: Reason = ['network', true, () => 'The server asks us to slow down.'];
const TROUBLE: Reason = ['network', true, () => 'The server could not open a conversation.'];
const INVISIBLE: Reason = ['not-permitted', false, () => 'One cannot start a conversation while appearing offline.'];

/** Refusals of a call (CAL), of a switchboard (XFR) and of entering one, by code; 0: no answer in time. */
const CONVERSATION = new Map<number, Reason>([
  [0, TROUBLE],
  [205, ['recipient-unknown', false, (name) => `There is nobody called ${name}.`]],
  [208, ['recipient-unknown', false, (name) => `${name} is not an address that the server knows.`]],
  [216, ['not-permitted', false, (name) => `${name} does not take messages from you.`]],
  [217, AWAY],
  [713, HURRY],
  [714, HURRY],
  [800, HURRY],
  [801, HURRY],
  [913, INVISIBLE],
]);

export function conversationRefused(code: number, name: string): BridgeError {
  return fromReason(CONVERSATION.get(code) ?? TROUBLE, name, { cause: new Error(`refused with code ${code}`) });
}

/** The call went out, and nobody came. */
export function notAnswering(name: string): BridgeError {
  return fromReason(SILENT, name, {});
}

/** All of a chat of several were called. */
export function nobodyCame(): BridgeError {
  return new BridgeError('recipient-offline', 'Nobody else of this conversation is there just now.');
}

/** They would hear what is said, and we would not hear what they answer. */
export function blockedByUs(name: string): BridgeError {
  return new BridgeError('not-permitted', `You have blocked ${name}. “unblock” ends that.`);
}

/** What those are called in sentences who are in a chat of several. */
export const THE_OTHERS = 'the others';

/** `alone`: the server took it, but when it did so nobody else was there any more. */
export type SendOutcome = MessageOutcome | 'alone';

/** What became of a message that was not acknowledged. */
export function messageFailed(outcome: Exclude<SendOutcome, 'acknowledged'>, name: string): BridgeError {
  switch (outcome) {
    case 'refused':
      return new BridgeError('not-delivered', `The server could not reach ${name}.`);
    case 'timed-out':
      return new BridgeError('uncertain', 'The server did not confirm it in time.');
    case 'lost':
      return new BridgeError('uncertain', 'The connection broke before the server confirmed it.');
    case 'alone':
      return new BridgeError('uncertain', `At that moment ${name} left the conversation.`);
    case 'too-long':
      return new BridgeError('too-long', 'It is too long for one MSN message.');
    default:
      return assertNever(outcome);
  }
}

const REASONS: Readonly<Record<Exclude<RefusalReason, 'server'>, readonly [BridgeErrorCode, string]>> = {
  silence: ['uncertain', 'The server did not answer; it may or may not have been done. “list” shows how it is.'],
  lost: ['uncertain', 'The connection broke; it may or may not have been done. “list” shows how it is.'],
  'not-signed-in': ['not-connected', 'You are not signed in just now.'],
  'not-in-this-version': ['unsupported', 'This server’s version of the protocol cannot do that.'],
  'bad-address': ['bad-input', 'That is not an address: it looks like name@example.com.'],
  'unknown-contact': ['bad-input', 'They are not on your contact list.'],
  'unknown-group': ['bad-input', 'There is no such group.'],
  'nick-too-long': ['bad-input', 'That name is too long.'],
  'group-name-too-long': ['bad-input', 'That group name is too long.'],
  'value-too-long': ['bad-input', 'That is too long.'],
  'too-many-groups': ['bad-input', 'There can be no more than 30 groups.'],
  'too-many-contacts': ['bad-input', 'Your contact list is full: there is no room for another person.'],
  'group-stays': ['bad-input', 'That group cannot be changed.'],
};

export function requestRefused(reason: RefusalReason, code: number): BridgeError {
  if (reason !== 'server') return new BridgeError(...REASONS[reason]);
  const { sentence } = describeRefusal(code);
  const cause = new Error(`refused with code ${code}`);
  return new BridgeError('network', sentence, { cause, retriable: isTooFast(code) });
}

export function notSignedIn(): BridgeError {
  return new BridgeError('not-connected', 'You are not signed in just now.', { retriable: true });
}

export function networkTrouble(sentence: string, cause?: unknown): BridgeError {
  return new BridgeError('network', sentence, { retriable: true, cause });
}

/** A later attempt changes nothing: the configuration has to. */
export function untrustedHost(cause: Error): BridgeError {
  const sentence =
    'The server wants to hold the conversation on a host that the bridge does not trust it with. Its administrator can change that.';
  return new BridgeError('network', sentence, { cause });
}

function fromReason([code, retriable, sentence]: Reason, name: string, options: BridgeErrorOptions): BridgeError {
  return new BridgeError(code, sentence(name), { ...options, retriable });
}
