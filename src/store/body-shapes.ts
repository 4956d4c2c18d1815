// What the JSON of a journal's rows has to look like, by kind: a row that was damaged is refused, and not believed. Knows
// forms; not what becomes of them.

import type { JournaledEvent, MatrixEvent } from '../bridge/events.ts';
import {
  type Check,
  isCount,
  isFlag,
  isOneOf,
  isPattern,
  isText,
  isTime,
  listOf,
  perhaps,
  shape,
} from '../bridge/shape.ts';
import type { Telling } from '../bridge/telling.ts';

const RUN = shape({
  text: isText,
  bold: perhaps(isFlag),
  italic: perhaps(isFlag),
  underline: perhaps(isFlag),
  strike: perhaps(isFlag),
  code: perhaps(isFlag),
  color: perhaps(isPattern(/^#[0-9a-f]{6}$/)),
  link: perhaps(isText),
  table: perhaps(listOf(listOf(isText))),
  mention: perhaps(isText),
});

export const CONTENT = shape({ type: isOneOf(['text']), runs: listOf(RUN), emote: perhaps(isFlag) });

const OF_MATRIX = { room: isText, sender: isText, at: isTime };

export const MATRIX_BODIES = byKind<MatrixEvent['type']>({
  message: shape({ ...OF_MATRIX, content: CONTENT, replyTo: perhaps(isText), notice: perhaps(isFlag) }),
  unsupported: shape({ ...OF_MATRIX, what: isText }),
  reaction: shape({ ...OF_MATRIX, to: isText, key: isText }),
  redaction: shape({ ...OF_MATRIX, of: isText }),
  encrypted: shape(OF_MATRIX),
  tombstone: shape(OF_MATRIX),
  member: shape({
    ...OF_MATRIX,
    target: isText,
    membership: isOneOf(['invite', 'join', 'leave', 'ban', 'knock']),
    isDirect: isFlag,
  }),
});

const PARTICIPANT = shape({ user: isText, name: isText, standing: isOneOf(['in', 'away', 'left']) });

export const REMOTE_BODIES = byKind<JournaledEvent['type']>({
  message: shape({ at: isTime, chat: isText, sender: isText, senderName: isText, content: CONTENT }),
  participants: shape({ at: isTime, chat: isText, participants: listOf(PARTICIPANT), continues: perhaps(isText) }),
  'contact-request': shape({ at: isTime, sender: isText, senderName: isText, address: isText }),
  notice: shape({ at: isTime, text: isText }),
});

const FAILURE = shape({
  type: isOneOf(['failed']),
  retriable: isFlag,
  reason: isOneOf(['not-handled', 'too-old', 'network', 'no-permission', 'bridge', 'unsupported', 'undecryptable']),
  sentence: isText,
});

const OF_EVENT = { room: isText, event: isText, network: isText, attempt: isText, taken: perhaps(isText) };

export const TELLINGS = byKind<Telling['type']>({
  carried: shape({ ...OF_EVENT, to: listOf(isText) }),
  'not-carried': shape({
    ...OF_EVENT,
    sender: isText,
    failure: FAILURE,
    quiet: isFlag,
    isShown: isFlag,
    again: perhaps(shape({ login: isText, from: isCount })),
  }),
  replies: shape({ room: isText, to: isText, replies: listOf(CONTENT) }),
});

function byKind<Kind extends string>(shapes: Readonly<Record<Kind, Check>>): ReadonlyMap<string, Check> {
  return new Map(Object.entries<Check>(shapes));
}
