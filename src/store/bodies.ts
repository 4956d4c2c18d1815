// Journal bodies ↔ the JSON that is kept of them, by version. Knows no SQL and no keys.

import { BridgeError, assertNever } from '../bridge/errors.ts';
import type { Content, JournaledEvent, MatrixEvent, Membership, Participant, Run } from '../bridge/events.ts';
import type { ChatId, EventId, LoginId, MatrixUserId, RemoteMessageId, RemoteUserId, RoomId } from '../bridge/ids.ts';
import type { JournalBody } from '../bridge/store.ts';
import type { Telling } from '../bridge/telling.ts';
import { CONTENT, MATRIX_BODIES, REMOTE_BODIES, TELLINGS } from './body-shapes.ts';

/** Written with every row. A new form gets a new number here, and `fromBody` keeps reading the old ones. */
export const BODY_VERSION = 1;

/** What the columns beside a body say. */
export interface Labels {
  readonly source: string;
  readonly kind: string;
  readonly externalId: string;
  readonly login: string | null;
  readonly version: number;
}

interface StoredContent {
  readonly type: 'text';
  readonly runs: readonly Run[];
  readonly emote?: boolean;
}

/** All fields that version 1 knows; which of them are there follows from source and kind. */
interface StoredBody {
  readonly room?: string;
  readonly sender?: string;
  readonly at: string;
  readonly content?: StoredContent;
  readonly replyTo?: string;
  readonly notice?: boolean;
  readonly of?: string;
  readonly what?: string;
  readonly target?: string;
  readonly membership?: string;
  readonly isDirect?: boolean;
  readonly chat?: string;
  readonly senderName?: string;
  readonly to?: string;
  readonly key?: string;
  readonly address?: string;
  readonly text?: string;
  readonly participants?: readonly Participant[];
  readonly continues?: string;
}

export function toLabels(body: JournalBody): Omit<Labels, 'version'> {
  return {
    source: body.source,
    kind: body.event.type,
    externalId: body.event.id,
    login: body.source === 'remote' ? body.login : null,
  };
}

export function toBody(body: JournalBody): object {
  return body.source === 'matrix' ? toMatrixBody(body.event) : toRemoteBody(body.event);
}

/** Throws `BridgeError` for what is damaged or of a form that is not known. */
export function fromBody(labels: Labels, stored: unknown): JournalBody {
  if (labels.version !== BODY_VERSION) {
    throw new BridgeError('database', `A stored message has form ${labels.version}, which this program does not know.`);
  }
  const isOfMatrix = labels.source === 'matrix';
  const isWhole = (isOfMatrix ? MATRIX_BODIES : REMOTE_BODIES).get(labels.kind)?.(stored) === true;
  if (!isWhole || (!isOfMatrix && labels.login === null)) throw damaged('message');
  const body = stored as StoredBody;
  if (isOfMatrix) return { source: 'matrix', event: fromMatrixBody(labels, body) };
  return { source: 'remote', login: labels.login as LoginId, event: fromRemoteBody(labels, body) };
}

/** One piece of an outgoing message, as the outbox keeps it. */
export function toPiece(content: Content): object {
  return { version: BODY_VERSION, ...toContent(content) };
}

/** Throws `BridgeError`, like `fromBody`. */
export function fromPiece(stored: unknown): Content {
  checkVersion('piece', stored);
  if (!CONTENT(stored)) throw damaged('piece');
  return fromContent(stored as StoredContent);
}

/** What is to be told is plain data already, and short-lived. */
export function toTelling(telling: Telling): object {
  return { version: BODY_VERSION, telling };
}

/** Throws `BridgeError`, like `fromBody`. */
export function fromTelling(stored: unknown): Telling {
  checkVersion('answer', stored);
  const { telling } = stored as { readonly telling?: Telling };
  if (telling === undefined || TELLINGS.get(telling?.type)?.(telling) !== true) throw damaged('answer');
  return telling;
}

function checkVersion(what: string, stored: unknown): void {
  const version = (stored as { readonly version?: unknown } | null)?.version;
  if (version === BODY_VERSION) return;
  throw new BridgeError('database', `A stored ${what} has form ${String(version)}, which this program does not know.`);
}

function damaged(what: string): BridgeError {
  return new BridgeError('database', `A stored ${what} is damaged.`);
}

function toMatrixBody(event: MatrixEvent): StoredBody {
  const head = { room: event.room, sender: event.sender, at: event.at.toISOString() };
  switch (event.type) {
    case 'message':
      return {
        ...head,
        content: toContent(event.content),
        ...(event.replyTo !== undefined && { replyTo: event.replyTo }),
        ...(event.notice !== undefined && { notice: event.notice }),
      };
    case 'unsupported':
      return { ...head, what: event.what };
    case 'reaction':
      return { ...head, to: event.to, key: event.key };
    case 'redaction':
      return { ...head, of: event.of };
    case 'encrypted':
    case 'tombstone':
      return head;
    case 'member':
      return { ...head, target: event.target, membership: event.membership, isDirect: event.isDirect };
    default:
      return assertNever(event);
  }
}

function fromMatrixBody(labels: Labels, body: StoredBody): MatrixEvent {
  const head = {
    room: body.room as RoomId,
    sender: body.sender as MatrixUserId,
    id: labels.externalId as EventId,
    at: new Date(body.at),
  };
  const type = labels.kind as MatrixEvent['type'];
  switch (type) {
    case 'message':
      return {
        type,
        ...head,
        content: fromContent(body.content!),
        ...(body.replyTo !== undefined && { replyTo: body.replyTo as EventId }),
        ...(body.notice !== undefined && { notice: body.notice }),
      };
    case 'unsupported':
      return { type, ...head, what: body.what! };
    case 'reaction':
      return { type, ...head, to: body.to as EventId, key: body.key! };
    case 'redaction':
      return { type, ...head, of: body.of as EventId };
    case 'encrypted':
    case 'tombstone':
      return { type, ...head };
    case 'member':
      return {
        type,
        ...head,
        target: body.target as MatrixUserId,
        membership: body.membership as Membership,
        isDirect: body.isDirect!,
      };
    default:
      return assertNever(type);
  }
}

function toRemoteBody(event: JournaledEvent): StoredBody {
  const at = event.at.toISOString();
  switch (event.type) {
    case 'message':
      return {
        chat: event.chat,
        sender: event.sender,
        senderName: event.senderName,
        at,
        content: toContent(event.content),
      };
    case 'participants':
      return {
        chat: event.chat,
        at,
        participants: event.participants,
        ...(event.continues !== undefined && { continues: event.continues }),
      };
    case 'contact-request':
      return { sender: event.user, senderName: event.name, address: event.address, at };
    case 'notice':
      return { at, text: event.text };
    default:
      return assertNever(event);
  }
}

function fromRemoteBody(labels: Labels, body: StoredBody): JournaledEvent {
  const head = { id: labels.externalId as RemoteMessageId, at: new Date(body.at) };
  const user = body.sender as RemoteUserId;
  const type = labels.kind as JournaledEvent['type'];
  switch (type) {
    case 'message':
      return {
        type,
        ...head,
        chat: body.chat as ChatId,
        sender: user,
        senderName: body.senderName!,
        content: fromContent(body.content!),
      };
    case 'participants':
      return {
        type,
        ...head,
        chat: body.chat as ChatId,
        participants: body.participants!,
        ...(body.continues !== undefined && { continues: body.continues as ChatId }),
      };
    case 'contact-request':
      return { type, ...head, user, name: body.senderName!, address: body.address! };
    case 'notice':
      return { type, ...head, text: body.text! };
    default:
      return assertNever(type);
  }
}

function toContent(content: Content): StoredContent {
  return { type: content.type, runs: content.runs, ...(content.emote !== undefined && { emote: content.emote }) };
}

function fromContent(stored: StoredContent): Content {
  return { type: stored.type, runs: stored.runs, ...(stored.emote !== undefined && { emote: stored.emote }) };
}
