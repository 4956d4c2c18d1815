// What is in the payloads of MSN: heads, texts, looks, pieces, XML and encoded words.

import assert from 'node:assert/strict';

import { text } from '../../../src/bridge/events.ts';
import { readCurrentMedia, writeMusic } from '../../../src/msnp/current-media.ts';
import { readEmoticonCodes } from '../../../src/msnp/emoticon-list.ts';
import { readAlert } from '../../../src/msnp/alerts.ts';
import { ChunkJoiner } from '../../../src/msnp/chunks.ts';
import { decodeText, percentDecode, percentEncode } from '../../../src/msnp/encoding.ts';
import { readMailData } from '../../../src/msnp/mail-data.ts';
import { MAX_PAYLOAD, readMessage, writeMessage } from '../../../src/msnp/message.ts';
import type { ChatMessage } from '../../../src/msnp/message.ts';
import { decodeWords } from '../../../src/msnp/mime-words.ts';
import { readFields, readMime, writeMime } from '../../../src/msnp/mime.ts';
import { readPersonalMessage, writePersonalMessage } from '../../../src/msnp/personal-message.ts';
import { readServerMessage } from '../../../src/msnp/server-messages.ts';
import { PLAIN, readTextFormat, writeTextFormat } from '../../../src/msnp/text-format.ts';
import { splitText } from '../../../src/msnp/text-split.ts';
import { accepted } from '../../../src/msnp/refused.ts';
import { readTree } from '../../../src/msnp/xml-tree.ts';
import type { XmlElement } from '../../../src/msnp/xml-tree.ts';
import { escapeXml, readElements } from '../../../src/msnp/xml.ts';
import { toPresence } from '../../../src/networks/msn/convert-contact.ts';
import { fromMessage, split, toMessage } from '../../../src/networks/msn/convert-content.ts';
import { args } from '../../hostile/corpus/arguments.ts';
import { chatMessages } from '../../hostile/corpus/chat-messages.ts';
import { files } from '../../hostile/corpus/files.ts';
import { assertPlain, harmlessBody } from '../../hostile/corpus/harmless.ts';
import { people } from '../../hostile/corpus/people.ts';
import { personToPerson } from '../../hostile/corpus/person-to-person.ts';
import { serverMessages } from '../../hostile/corpus/server-messages.ts';
import { fromCorpus, payloads } from '../seeds.ts';
import { anyText, anyTextOf, seedsOf, textOf } from '../target.ts';
import type { Target } from '../target.ts';

const AT = new Date(0);
/** Of a head that is read. */
const MAX_HEAD = 8 * 1024;
const HEADS = ['MIME-Version: 1.0\r\n', 'Content-Type: ', 'text/plain; charset=UTF-8\r\n', 'text/x-msmsgscontrol\r\n', 'text/x-msnmsgr-datacast\r\n', 'application/x-msnmsgrp2p\r\n', 'X-MMS-IM-Format: ', 'P4-Context: ', 'TypingUser: ', 'Message-ID: ', 'Chunks: 2\r\n', 'Chunk: 1\r\n', 'ID: 1\r\n', '\r\n\r\n']; // prettier-ignore
const XML = ['<', '</', '/>', '>', '<!DOCTYPE d [', ']>', '<!ENTITY a "b">', '<![CDATA[', ']]>', '<?xml?>', '<!--', '-->', '&amp;', '&#0;', '&#x110000;', '&a;', 'PSM', 'CurrentMedia', 'NOTIFICATION', 'MSG', 'BODY', 'TEXT', 'ACTION', 'MD', 'M', 'E', 'I', 'N', '="', 'xmlns:a="b"']; // prettier-ignore

const mimeSeeds = (): readonly Uint8Array[] => [
  ...payloads('MSG'),
  ...fromCorpus(chatMessages, personToPerson, files).map(withoutLine),
];
const serviceSeeds = (): readonly Uint8Array[] => fromCorpus(serverMessages).map(withoutLine);
const texts = (): readonly Uint8Array[] => fromCorpus(args).map((bytes) => anyText(textOf(bytes)));

/** The payload behind a command line. */
function withoutLine(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bytes.indexOf(0x0a) + 1);
}

function depthOf({ children }: XmlElement): number {
  return 1 + Math.max(0, ...children.map(depthOf));
}

function announced(body: Uint8Array, contentType = 'text/x-mms-emoticon'): ChatMessage {
  return { type: 'other', contentType, headers: new Map(), body };
}

export const messages: readonly Target[] = [
  {
    name: 'mime',
    share: 8,
    words: HEADS,
    seeds: mimeSeeds,
    run: (input) => {
      const mime = accepted(readMime(input));
      if (mime === undefined) return;
      assert.ok(mime.headers.size <= 64);
      assert.ok(mime.body.length <= input.length);
      // what was read once and written is read as the same again
      const written = writeMime(mime.headers, mime.body);
      if (written.length - mime.body.length > MAX_HEAD) return; // it was read with shorter ends of lines
      const again = accepted(readMime(written));
      const named = [...mime.headers].filter(([name]) => !/[\p{Cc}:]/u.test(name) && name.trim() === name);
      for (const [name, value] of named)
        if (!/\p{Cc}/u.test(value) && value.isWellFormed()) assert.equal(again?.headers.get(name), value);
      assert.ok(readFields(mime.body).size <= 64);
    },
  },
  {
    name: 'chat-message',
    share: 8,
    words: HEADS,
    seeds: mimeSeeds,
    run: (input) => {
      const message = readMessage(input);
      if (message === undefined) return;
      const content = fromMessage(message, 'Bob');
      if (content !== undefined) harmlessBody(content);
      if (message.type !== 'text') return;
      // without what stands in its head and may fill that by itself
      const { name: _, ...others } = message;
      const again = readMessage(writeMessage({ ...others, format: PLAIN }));
      assert.ok(again?.type === 'text');
      assert.equal(again.text, message.text.toWellFormed());
    },
  },
  {
    name: 'chunks',
    share: 4,
    words: HEADS,
    seeds: mimeSeeds,
    run: (input) => {
      const joiner = new ChunkJoiner();
      let given = 0;
      let taken = 0;
      // blank lines cut the input into messages
      for (const part of textOf(input).split('\n\n\n')) {
        const mime = accepted(readMime(Buffer.from(part)));
        taken += mime?.body.length ?? 0;
        const whole = mime && joiner.add('bob@example.com', mime, AT);
        given += (whole && accepted(whole))?.body.length ?? 0;
      }
      assert.ok(given <= taken, 'no more is given out than came');
    },
  },
  {
    name: 'look',
    share: 6,
    words: ['FN=', 'EF=', 'CO=', 'CS=', 'PF=', 'RL=1', '; ', '%20', 'BIUS', 'ffffff'],
    seeds: () =>
      seedsOf([
        'FN=Segoe%20UI; EF=BIU; CO=0; CS=0; PF=22',
        'FN=; EF=S; CO=ff00ff; CS=1; PF=0; RL=1',
        'FN=Courier%20New; EF=; CO=-1',
        'CO=ffffffff;EF=bius',
      ]),
    run: (input) => {
      const look = readTextFormat(textOf(input));
      assert.ok(look.color >= 0 && look.color <= 0xff_ffff);
      const written = writeTextFormat(look);
      assert.match(written, /^[\x20-\x7e]+$/);
      const { font: _, ...others } = readTextFormat(written);
      const { font: __, ...before } = look;
      assert.deepEqual(others, before);
    },
  },
  {
    name: 'encoded-words',
    share: 4,
    words: ['=?', '?=', '?B?', '?Q?', 'UTF-8', 'iso-8859-1', 'utf-16', 'us-ascii', '=0D', '=00', '_', '*en'],
    seeds: () =>
      seedsOf([
        '=?UTF-8?B?Qm9i?= <bob@example.com>',
        '=?iso-8859-1?Q?a=E9b?= =?iso-8859-1?Q?c?=',
        '=?"utf-8"?B?4oCu?=',
        '=?UTF-16?B?ANg=?=',
        'plain',
        '=?x-evil?B?////?=',
      ]),
    run: (input) => {
      const decoded = decodeWords(textOf(input));
      assert.doesNotMatch(decoded, /\p{Cc}/u);
      assert.ok(decoded.length <= 4 * input.length + 16);
    },
  },
  {
    name: 'percent',
    share: 4,
    words: ['%', '%25', '%e2%80%ae', '%zz'],
    seeds: () => [...texts(), ...fromCorpus(people).map((bytes) => anyText(textOf(bytes)))],
    run: (input) => {
      const any = anyTextOf(input);
      assert.equal(percentDecode(percentEncode(any)), any.toWellFormed());
      assert.ok(percentDecode(any).length <= any.length);
      assert.match(percentEncode(any), /^[\x21-\x7e]*$/);
    },
  },
  {
    name: 'xml',
    share: 8,
    words: XML,
    seeds: () => [...payloads('UBX'), ...payloads('NOT'), ...serviceSeeds()],
    run: (input) => {
      const xml = textOf(input);
      const tree = accepted(readTree(xml));
      if (tree !== undefined) {
        assert.ok(depthOf(tree) <= 16);
        assert.ok(tree.text.length <= xml.length);
      }
      const found = accepted(readElements(xml, ['PSM', 'CurrentMedia', 'Service']));
      for (const value of found?.values() ?? []) assert.ok(value.length <= xml.length);
    },
  },
  {
    name: 'xml-escape',
    share: 2,
    seeds: texts,
    run: (input) => {
      const any = anyTextOf(input);
      const found = accepted(readElements(`<a>${escapeXml(any)}</a>`, ['a']));
      assert.ok(found !== undefined, 'what we write can be read');
      // an XML reader makes one line end of all kinds
      assert.equal(found.get('a')?.replaceAll('\r', '\n').length === 0, escapeXml(any).length === 0);
    },
  },
  {
    name: 'personal-message',
    share: 4,
    words: XML,
    seeds: () => [...payloads('UBX'), ...payloads('UUX'), ...serviceSeeds()],
    run: (input) => {
      const { message, media } = readPersonalMessage(input);
      assert.ok(message.length + media.length <= 2 * input.length);
      const written = writePersonalMessage({ message, media });
      const again = readPersonalMessage(written);
      assert.deepEqual(readPersonalMessage(writePersonalMessage(again)), again);
    },
  },
  {
    name: 'announced-emoticons',
    share: 4,
    words: ['\t', '\t\t', ':)', '<msnobj Creator="b@c.d" Size="1" Type="2"/>', '\u00a0', '\ufeff'],
    seeds: () =>
      seedsOf([
        ':)\t<msnobj Creator="bob@example.com" Size="4" Type="2" Location="0" SHA1D="x"/>\t',
        Array.from({ length: 8 }, (_, index) => `(${index})\t<msnobj/>`).join('\t'),
        `${'x'.repeat(33)}\t<msnobj/>\t${'y'.repeat(32)}\t<msnobj/>`,
      ]),
    run: (input) => {
      const codes = readEmoticonCodes(announced(input)) ?? [];
      assert.ok(codes.length <= 20);
      for (const code of codes) {
        assert.ok(code.length > 0 && code.length <= 32 && code.trim() === code && !code.includes('\t'));
        if (input.length <= 16 * 1024) assert.ok(decodeText(input).includes(code), 'a code is one that was sent');
      }
      assert.equal(readEmoticonCodes(announced(input, 'text/plain')), undefined);
      // what they mean is known again, among pictures without end
      const again = Buffer.from(codes.map((code) => `${code}\t<msnobj Location="${code}"/>\t`).join(''));
      assert.deepEqual(readEmoticonCodes(announced(again, 'text/x-mms-animemoticon')), codes);
    },
  },
  {
    name: 'current-media',
    share: 4,
    words: [String.raw`\0`, String.raw`\0Music\01\0`, 'Games', 'Office', '{0}', '{1}', '{99}', '{', '}', '\\', '\u202e', '\ud83d'].map(anyText), // prettier-ignore
    seeds: () =>
      [
        String.raw`\0Music\01\0{0} - {1}\0Song\0Artist\0Album\0{WMContentID}\0`,
        String.raw`app\0Games\01\0Playing {0}\0Chess\0`,
        String.raw`\0Office\01\0{2}{1}{0}\0a\0b\0c`,
        String.raw`\0Music\00\0{0}\0off\0`,
        String.raw`\0Music\01\0` + '{0}'.repeat(60) + String.raw`\0` + 'x'.repeat(400),
      ].map(anyText),
    run: (input) => {
      const any = anyTextOf(input);
      const media = readCurrentMedia(any);
      if (media !== undefined) {
        assert.ok(media.text.length > 0 && media.text.length <= 300 && media.text.trim() === media.text);
        assert.equal(any.split(String.raw`\0`)[2], '1', 'what is switched off is not shown');
      }
      const { message } = toPresence({ status: 'NLN', media: any });
      if (message !== undefined) assertPlain(message);
      // what we write is read as it was meant, whatever a title is like
      const [title, artist] = [any.slice(0, any.length / 2), any.slice(any.length / 2)];
      for (const [written, wanted] of [
        [writeMusic(title), title],
        [writeMusic(title, artist), `${artist} – ${title}`],
      ] as const) {
        // prettier-ignore
        const shown = wanted.replaceAll('\\', '/').slice(0, 300).trim();
        assert.deepEqual(readCurrentMedia(written), shown === '' ? undefined : { type: 'Music', text: shown });
      }
    },
  },
  {
    name: 'alert',
    share: 4,
    words: XML,
    seeds: () => [...payloads('NOT'), ...payloads('IPG'), ...serviceSeeds()],
    run: (input) => {
      const alert = readAlert(input, 'service');
      if (alert?.type !== 'alert') return;
      assert.ok(alert.text.length <= input.length);
      if (alert.url !== undefined) assert.match(alert.url, /^https?:\/\//);
    },
  },
  {
    name: 'mail-data',
    share: 4,
    words: [...XML, '=?UTF-8?B?', '?='],
    seeds: () => [
      ...serviceSeeds(),
      ...seedsOf([
        '<MD><E><I>1</I><IU>1</IU><O>0</O><OU>0</OU></E><M><T>11</T><RT>2026-01-01T00:00:00Z</RT><E>bob@example.com</E><I>1</I><N>=?UTF-8?B?Qm9i?=</N></M></MD>',
      ]),
    ],
    run: (input) => {
      const data = readMailData(textOf(input));
      assert.ok((data?.messages.length ?? 0) <= 256);
      for (const { nick } of data?.messages ?? []) assert.doesNotMatch(nick, /\p{Cc}/u);
    },
  },
  {
    name: 'server-message',
    share: 6,
    words: [
      ...HEADS,
      ...XML,
      'Mail-Data: ',
      'Inbox-Unread: ',
      'From: ',
      'Subject: ',
      'Message-Delta: ',
      'Type: 1\r\n',
      'Arg1: ',
    ],
    seeds: () => [...payloads('MSG'), ...serviceSeeds()],
    run: (input) => {
      const news = readServerMessage(input, AT);
      assert.ok(news.length <= 4);
    },
  },
  {
    name: 'split-text',
    share: 3,
    words: ['\u0301', '👨‍👩‍👧‍👦', '🇨🇦', '. ', '\n\n'],
    seeds: () => [
      ...texts(),
      ...['a'.repeat(3_000), 'wörter '.repeat(400), '👍🏽'.repeat(600), '\n'.repeat(2_000)].map(anyText),
    ],
    run: (input) => {
      const any = anyTextOf(input).toWellFormed().slice(0, 6_000);
      for (const part of splitText(any)) {
        const payload = writeMessage({ type: 'text', text: part, format: PLAIN });
        assert.ok(payload.length <= MAX_PAYLOAD, `${payload.length} bytes`);
      }
    },
  },
  {
    name: 'content-to-msn',
    share: 3,
    words: ['*', '_', '/me ', '\u202b', 'ש'],
    seeds: texts,
    run: (input) => {
      const any = anyTextOf(input).slice(0, 6_000);
      for (const content of [text(any), { ...text(any), emote: true }]) {
        for (const piece of split(content)) assert.ok(writeMessage(toMessage(piece)).length <= MAX_PAYLOAD);
      }
    },
  },
];
