// What is kept of one life of the process for the next: rows of the journal, what a session remembers, the keys' file. A
// disk forgets bits, and people edit what they should not.

import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';

import { BridgeError } from '../../../src/bridge/errors.ts';
import type { Content } from '../../../src/bridge/events.ts';
import { Secret } from '../../../src/bridge/secret.ts';
import type { JournalBody } from '../../../src/bridge/store.ts';
import { ContactBook } from '../../../src/msnp/contact-book.ts';
import { EMPTY_LIST } from '../../../src/msnp/contacts.ts';
import type { ContactList } from '../../../src/msnp/contacts.ts';
import type { ServerKey } from '../../../src/bridge/ids.ts';
import { OFFLINE, toContact } from '../../../src/networks/msn/convert-contact.ts';
import { Memory } from '../../../src/networks/msn/memory.ts';
import type { SessionMemory } from '../../../src/bridge/network.ts';
import {
  BODY_VERSION,
  fromBody,
  fromPiece,
  fromTelling,
  toBody,
  toLabels,
  toPiece,
  toTelling,
} from '../../../src/store/bodies.ts';
import type { Labels } from '../../../src/store/bodies.ts';
import { toJson } from '../../../src/store/json.ts';
import { loadSealer } from '../../../src/store/keys.ts';
import type { Sealer } from '../../../src/store/sealed.ts';
import { harmlessBody } from '../../hostile/corpus/harmless.ts';
import { jsonOf, seedsOf, textOf } from '../target.ts';
import type { Target } from '../target.ts';

const CONTENT = { type: 'text', runs: [{ text: 'x', bold: true, color: '#00ff00', link: 'https://e.example/' }, { text: 'a  b', table: [['a', 'b']] }], emote: true }; // prettier-ignore
const HEAD = { room: '!r:hs', sender: '@alice:hs', at: '2026-01-01T00:00:00.000Z' };
const OF_EVENT = { room: '!r:hs', event: '$e', network: 'msn', attempt: '$e' };
const FAILURE = { type: 'failed', retriable: true, reason: 'network', sentence: 'A stone fell.' };
const AT = '2026-01-01T00:00:00.000Z';

const ROWS: readonly (readonly [source: string, kind: string, body: object])[] = [
  ['matrix', 'message', { ...HEAD, content: CONTENT, replyTo: '$x', notice: true }],
  ['matrix', 'unsupported', { ...HEAD, what: 'a picture' }],
  ['matrix', 'reaction', { ...HEAD, to: '$x', key: '👍' }],
  ['matrix', 'redaction', { ...HEAD, of: '$x' }],
  ['matrix', 'encrypted', HEAD],
  ['matrix', 'tombstone', HEAD],
  ['matrix', 'member', { ...HEAD, target: '@msn_b:hs', membership: 'invite', isDirect: true }],
  ['remote', 'message', { chat: 'c', sender: 's/b@c.d', senderName: 'Bob', at: AT, content: CONTENT }],
  ['remote', 'participants', { chat: 'c', at: AT, participants: [{ user: 's/b@c.d', name: 'Bob', standing: 'away' }], continues: 'd' }], // prettier-ignore
  ['remote', 'contact-request', { sender: 's/b@c.d', senderName: 'Bob', address: 'b@c.d', at: AT }],
  ['remote', 'notice', { at: AT, text: 'The service is tired.' }],
];
const TELLINGS: readonly object[] = [
  { type: 'carried', ...OF_EVENT, to: ['@msn_b:hs'], taken: '$n' },
  { type: 'not-carried', ...OF_EVENT, sender: '@alice:hs', failure: FAILURE, quiet: false, isShown: true, again: { login: 'msn/own/a@b.c', from: 2 } }, // prettier-ignore
  { type: 'replies', room: '!r:hs', to: '$e', replies: [CONTENT] },
];

/** Everything that a row consists of, each as it lies there. */
interface Stored {
  readonly labels?: Labels;
  readonly body?: unknown;
  readonly piece?: unknown;
  readonly telling?: unknown;
}

function rows(): readonly Uint8Array[] {
  const bodies = ROWS.map(([source, kind, body]) => ({
    labels: {
      source,
      kind,
      externalId: '$e',
      login: source === 'remote' ? 'msn/own/a@b.c' : null,
      version: BODY_VERSION,
    },
    body,
  }));
  const others = [{ piece: { version: BODY_VERSION, ...CONTENT } }, ...TELLINGS.map((telling) => ({ telling: { version: BODY_VERSION, telling } }))]; // prettier-ignore
  return seedsOf([...bodies, ...others].map((row) => JSON.stringify(row)));
}

const WHOLE = new Set(rows().map(textOf));

/** Undefined: it was refused, in a sentence. */
function read<Result>(reading: () => Result): Result | undefined {
  try {
    return reading();
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    assert.equal(error.code, 'database');
    assert.equal(error.retriable, false, 'trying again would be no use');
    return undefined;
  }
}

function throughJson(value: object): unknown {
  return JSON.parse(toJson(value));
}

/** Tables and mentions are written by others. */
function checkContent(content: Content): void {
  harmlessBody({ ...content, runs: content.runs.map(({ mention: _mention, table: _table, ...run }) => run) });
}

function checkBody(body: JournalBody): void {
  assert.ok(Number.isFinite(body.event.at.getTime()), 'a time');
  for (const value of Object.values(body.event)) assert.notEqual(value, undefined, 'nothing is missing');
  if (body.event.type === 'message') checkContent(body.event.content);
  const again = fromBody({ ...toLabels(body), version: BODY_VERSION }, throughJson(toBody(body)));
  assert.equal(toJson(toBody(again)), toJson(toBody(body)), 'what was read is written as it was');
}

const CONTACT = { address: 'bob@example.com', nick: 'Bob', lists: 3, guid: '1-2', groups: ['7'], properties: { PHM: '555', MOB: 'Y' } }; // prettier-ignore
const LIST = {
  contacts: [CONTACT, { ...CONTACT, address: 'eve@example.com', lists: 4, groups: [] }],
  groups: [{ id: '7', name: 'Friends' }],
  privacy: { unlisted: 'allow', newcomers: 'ask' },
  properties: { PHH: '1' },
};
const STATES = ['MSNP8', 'MSNP12'].map((dialect) => ({ version: 1, dialect, serial: '17', list: LIST }));
const SERVER = 'own' as ServerKey;

/** What a list is used for at a sign-in, and then. */
function use(list: ContactList): void {
  const book = new ContactBook(list);
  for (const contact of book.contacts) {
    const names = contact.groups.map((id) => book.groups.find((group) => group.id === id)?.name ?? id);
    const { name, address } = toContact(SERVER, contact, OFFLINE, names);
    assert.equal(typeof name, 'string');
    assert.equal(book.contact(address), contact);
    assert.equal(typeof book.addressOf(contact.guid ?? ''), contact.guid === undefined ? 'undefined' : 'string');
  }
  for (const { id, name } of book.groups) {
    assert.ok(typeof id === 'string' && typeof name === 'string');
    book.apply({ type: 'group-removed', group: id });
  }
  book.apply({ type: 'own-property-changed', name: 'PHH', value: '2' });
  assert.equal(book.properties['PHH'], '2');
}

const KEYS = [1, 2, 3].map((byte) => Buffer.alloc(32, byte * 71).toString('base64'));
const SAID = { type: 'value', name: 'KEYS' } as const;

async function keysOf(text: string): Promise<Sealer | undefined> {
  try {
    return await loadSealer({ ...SAID, value: new Secret(text) }, []);
  } catch (error) {
    assert.ok(error instanceof BridgeError, String(error));
    assert.equal(error.code, 'database');
    assert.equal(error.message, 'KEYS holds no key: 32 bytes in base64 are expected.', 'and nothing of it is told');
    return undefined;
  }
}

export const kept: readonly Target[] = [
  {
    name: 'stored-rows',
    share: 4,
    form: 'json',
    words: ['"kind":"message"', '"source":"remote"', '"version":1', '"runs":', '"content":', '"at":', '"telling":'],
    seeds: rows,
    run: (input) => {
      const row = jsonOf(input) as Stored | null | undefined;
      const { labels, body, piece, telling } = row ?? {};
      if (typeof labels === 'object' && labels !== null) {
        // columns of the database have their types
        const login = typeof labels.login === 'string' ? labels.login : null;
        const found = read(() => fromBody({ ...labels, login, externalId: '$e' }, body));
        if (found !== undefined) checkBody(found);
        else assert.ok(!WHOLE.has(textOf(input)), 'what is whole is read');
      }
      const content = read(() => fromPiece(piece));
      if (content !== undefined) {
        checkContent(content);
        assert.deepEqual(fromPiece(throughJson(toPiece(content))), JSON.parse(toJson(content)));
      }
      const told = read(() => fromTelling(telling));
      if (told === undefined) return;
      assert.deepEqual(fromTelling(throughJson(toTelling(told))), JSON.parse(toJson(told)));
      if (told.type === 'replies') told.replies.forEach(checkContent);
      else assert.equal(typeof told.event, 'string');
      if (told.type === 'not-carried') assert.equal(typeof told.failure.sentence, 'string');
    },
  },
  {
    name: 'session-memory',
    share: 4,
    form: 'json',
    words: ['"version":1', '"dialect":"MSNP12"', '"contacts":', '"groups":', '"privacy":', '"lists":', '"MSNP2"'],
    seeds: () => seedsOf(STATES.map((state) => JSON.stringify(state))),
    run: (input) => {
      const state = jsonOf(input);
      const remembered: SessionMemory[] = [];
      const memory = new Memory({ protocol: 'MSNP12', state }, (one) => remembered.push(one));
      use(memory.list);
      if (memory.list === EMPTY_LIST) {
        assert.equal(
          memory.cached({ list: EMPTY_LIST, edition: 0 }),
          undefined,
          'nothing is asked with what was not read',
        );
        assert.ok(!STATES.some((whole) => isDeepStrictEqual(whole, state)), 'what is whole is read');
      } else assert.deepEqual(memory.list, (state as (typeof STATES)[number]).list, 'nothing of it is lost');
      memory.onConnected('MSNP12', 'a new serial', { list: memory.list, edition: 1 });
      const next = new Memory(JSON.parse(toJson(remembered[0])) as SessionMemory, () => undefined);
      assert.deepEqual(next.list, JSON.parse(toJson(memory.list)), 'the next life knows what this one knew');
      assert.equal(next.cached({ list: next.list, edition: 0 })?.serial, 'a new serial');
    },
  },
  {
    name: 'key-file',
    share: 2,
    words: ['=', '==', '-', '_', '+', '/', '\n', '\r\n', '\t', '\ufeff', ...KEYS],
    seeds: () => seedsOf([`${KEYS[0]}\n`, `${KEYS[1]}\n${KEYS[0]}\n`, KEYS.join(' '), '', 'x'.repeat(43)]),
    run: async (input) => {
      const typed = textOf(input);
      const keys = await keysOf(typed);
      if (keys === undefined) return;
      const words = typed.split(/\s+/).filter((word) => word !== '');
      assert.ok(words.length > 0);
      const box = keys.seal('a password', 'a place');
      assert.equal(keys.open(box, 'a place'), 'a password');
      // each of them is a key by itself, the first is the one that seals, and all of them open
      for (const [index, word] of words.slice(0, 20).entries()) {
        const alone = await keysOf(word);
        assert.ok(alone !== undefined, 'no key among them is none');
        assert.equal(keys.open(alone.seal('x', 'p'), 'p'), 'x');
        if (index === 0) assert.equal(alone.open(box, 'a place'), 'a password');
      }
    },
  },
];
