// MSG payloads: a MIME head and a body. Knows content types, not who talks to whom.

import { normalizeAddress } from './address.ts';
import type { ClientCaps } from './client-caps.ts';
import { readClientCaps, writeClientCaps } from './client-caps.ts';
import { decodeText, encodeText } from './encoding.ts';
import { assertNever } from './errors.ts';
import { contentType, oneLine, readFields, readMime, writeMime } from './mime.ts';
import type { Mime } from './mime.ts';
import { accepted } from './refused.ts';
import { PLAIN, readTextFormat, writeTextFormat } from './text-format.ts';
import type { TextFormat } from './text-format.ts';

/** What a switchboard carries, read. */
export type ChatMessage =
  | {
      readonly type: 'text';
      readonly text: string;
      readonly format: TextFormat;
      /** P4-Context */ readonly name?: string;
    }
  | { readonly type: 'typing'; readonly address: string }
  | { readonly type: 'nudge' }
  /** What somebody does, told of them: "waves". */
  | { readonly type: 'action'; readonly text: string }
  /** Which program the sender uses. */
  | ({ readonly type: 'client-caps' } & ClientCaps)
  /** Any other content type; ignored by most. */
  | {
      readonly type: 'other';
      readonly contentType: string;
      readonly headers: ReadonlyMap<string, string>;
      readonly body: Uint8Array;
    };

/** A larger payload makes the switchboard close the connection. */
export const MAX_PAYLOAD = 1664;

/** Headers that every message has. */
const STATED: ReadonlySet<string> = new Set(['mime-version', 'content-type']);

const READERS = new Map<string, (mime: Mime) => ChatMessage | undefined>([
  ['text/plain', readText],
  ['text/x-msmsgscontrol', readControl],
  ['text/x-msnmsgr-datacast', readDatacast],
  ['text/x-clientcaps', (mime) => ({ type: 'client-caps', ...readClientCaps(mime) })],
]);

/** Undefined: the head is larger than any honest one. */
export function readMessage(payload: Uint8Array): ChatMessage | undefined {
  const mime = accepted(readMime(payload));
  return mime && fromMime(mime);
}

export function fromMime(mime: Mime): ChatMessage {
  const type = contentType(mime);
  return READERS.get(type)?.(mime) ?? { type: 'other', contentType: type, headers: mime.headers, body: mime.body };
}

export function writeMessage(message: ChatMessage): Uint8Array {
  switch (message.type) {
    case 'text':
      return writeMime(
        [
          ['MIME-Version', '1.0'],
          ['Content-Type', 'text/plain; charset=UTF-8'],
          ...(message.name === undefined ? [] : [['P4-Context', message.name] as const]),
          ['X-MMS-IM-Format', writeTextFormat(message.format)],
        ],
        encodeText(message.text.replace(/\r\n|\r|\n/g, '\r\n')),
      );
    case 'typing':
      return writeMime(
        [
          ['MIME-Version', '1.0'],
          ['Content-Type', 'text/x-msmsgscontrol'],
          ['TypingUser', message.address],
        ],
        encodeText('\r\n'),
      );
    case 'nudge':
      return writeDatacast(['ID: 1']);
    case 'action':
      return writeDatacast(['ID: 4', `Data: ${oneLine(message.text)}`]);
    case 'client-caps':
      return writeMime(
        [
          ['MIME-Version', '1.0'],
          ['Content-Type', 'text/x-clientcaps'],
        ],
        writeClientCaps(message),
      );
    case 'other': {
      const given = [...message.headers].filter(([name]) => !STATED.has(name.toLowerCase()));
      const type = message.headers.get('content-type') ?? message.contentType; // with its parameters, if it was read
      return writeMime([['MIME-Version', '1.0'], ['Content-Type', type], ...given], message.body);
    }
    default:
      return assertNever(message);
  }
}

function readText(mime: Mime): ChatMessage {
  const format = mime.headers.get('x-mms-im-format');
  const name = mime.headers.get('p4-context');
  return {
    type: 'text',
    text: decodeText(mime.body).replace(/\r\n|\r/g, '\n'),
    format: format === undefined ? PLAIN : readTextFormat(format),
    ...(name === undefined || name === '' ? {} : { name }),
  };
}

function readControl(mime: Mime): ChatMessage | undefined {
  // recording a voice clip is typing of a kind
  const address = mime.headers.get('typinguser') ?? mime.headers.get('recordinguser');
  return address === undefined ? undefined : { type: 'typing', address: normalizeAddress(address) };
}

function readDatacast(mime: Mime): ChatMessage | undefined {
  const fields = readFields(mime.body);
  const [id, text] = [fields.get('id'), fields.get('data')];
  if (id === '1') return { type: 'nudge' };
  return id === '4' && text !== undefined ? { type: 'action', text } : undefined;
}

function writeDatacast(lines: readonly string[]): Uint8Array {
  return writeMime(
    [
      ['MIME-Version', '1.0'],
      ['Content-Type', 'text/x-msnmsgr-datacast'],
    ],
    encodeText(`${lines.join('\r\n')}\r\n\r\n`),
  );
}
