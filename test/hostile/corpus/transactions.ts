// Transactions of a homeserver that has lost its mind, and single events among honest ones.

import assert from 'node:assert/strict';

import { Door, HS_TOKEN, isPolluted } from './door.ts';
import type { Knock } from './door.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';

interface BodyCase extends HostileCase {
  readonly body: string | Uint8Array;
  readonly status: number;
  readonly errcode?: string;
}

interface EventCase extends HostileCase {
  readonly event: unknown;
  /** What the core hears of it; undefined: nothing. */
  readonly heard?: object;
}

const ROOM = '!room:hs';
const HONEST = {
  type: 'm.room.message',
  room_id: ROOM,
  sender: '@alice:hs',
  event_id: '$honest',
  origin_server_ts: 5,
  content: { msgtype: 'm.text', body: 'honest' },
};

const V1 = '/_matrix/app/v1/transactions/';
const PUT = { method: 'PUT', headers: { authorization: `Bearer ${HS_TOKEN}` } };

async function withDoor(work: (door: Door) => Promise<void>): Promise<void> {
  const door = await Door.open();
  try {
    await work(door);
    assert.equal(isPolluted(), false);
    assert.deepEqual(
      door.log.lines.filter(({ level }) => level === 'error'),
      [],
    );
    // what came before is no reason to refuse what is honest
    const { status } = await door.knock({ ...PUT, path: `${V1}last`, body: JSON.stringify({ events: [HONEST] }) });
    assert.equal(status, 200);
    assert.equal(door.sink.events.at(-1)?.id, '$honest');
  } finally {
    await door.close();
  }
}

const BODY_WAYS: readonly (readonly [name: string, how: Partial<Knock>])[] = [
  ['on the path of today', { path: `${V1}1` }],
  ['on the path of old', { path: '/transactions/1' }],
  ['in pieces, of a length that is not told', { path: `${V1}1`, pieces: 7 }],
];

function bodyEntries(): readonly Entry<BodyCase>[] {
  return BODY_WAYS.map(([name, how]) => ({
    name,
    enter: async ({ body, status, errcode }) =>
      withDoor(async (door) => {
        const answer = await door.knock({ ...PUT, path: '', ...how, body });
        assert.equal(answer.status, status);
        assert.equal(answer.body['errcode'], errcode);
        assert.deepEqual(door.sink.events, []);
      }),
  }));
}

const EVENT_WAYS: readonly (readonly [name: string, body: (event: unknown) => object])[] = [
  ['alone', (event) => ({ events: [event] })],
  ['between honest ones', (event) => ({ events: [HONEST, event, HONEST] })],
  ['a hundred times', (event) => ({ events: Array.from({ length: 100 }, () => event) })],
  ['as news of the moment, too', (event) => ({ events: [event], ephemeral: [event] })],
  [
    'as news of the moment by its old name, too',
    (event) => ({ events: [event], 'de.sorunome.msc2409.ephemeral': [event] }),
  ],
];

function eventEntries(): readonly Entry<EventCase>[] {
  return EVENT_WAYS.map(([name, bodyOf]) => ({
    name,
    enter: async ({ event, heard }) =>
      withDoor(async (door) => {
        const body = bodyOf(event);
        const { status } = await door.knock({ ...PUT, path: `${V1}1`, body: JSON.stringify(body) });
        assert.equal(status, 200);
        const { events } = door.sink;
        const count = (body as { readonly events: readonly unknown[] }).events.filter((one) => one === event).length;
        const strange = events.filter(({ id }) => id !== '$honest' || heard !== undefined);
        assert.equal(strange.filter(({ id }) => id !== '$honest').length, heard === undefined ? 0 : count);
        if (heard !== undefined)
          assert.partialDeepStrictEqual(
            strange.find(({ id }) => id !== '$honest'),
            heard,
          );
        assert.ok(door.log.lines.length <= 11, 'the log has an end');
      }),
  }));
}

const DEPTH = 100_000;
const IS_OBJECT = 'a transaction is an object with lists in it';
const IS_JSON = 'JSON is JSON, in UTF-8';
const KEYS = 'keys are only keys';
const DEEP = 'what is not looked into costs nothing';
const SIZE = 'a transaction has sixteen megabytes at most';

const body = (rule: string, name: string, text: string | Uint8Array, status: number, errcode?: string): BodyCase => ({
  rule,
  name,
  body: text,
  status,
  ...(errcode !== undefined && { errcode }),
});

const BODIES: readonly BodyCase[] = [
  body(IS_OBJECT, 'null', 'null', 400, 'M_BAD_JSON'),
  body(IS_OBJECT, 'a list', '[]', 400, 'M_BAD_JSON'),
  body(IS_OBJECT, 'a string', '"events"', 400, 'M_BAD_JSON'),
  body(IS_OBJECT, 'lists within lists', '['.repeat(DEPTH) + ']'.repeat(DEPTH), 400, 'M_BAD_JSON'),
  body(IS_OBJECT, 'events that are an object', '{"events":{}}', 400, 'M_BAD_JSON'),
  body(IS_OBJECT, 'events that are a string', '{"events":"x"}', 400, 'M_BAD_JSON'),
  body(IS_OBJECT, 'no events', '{}', 200),
  body(IS_OBJECT, 'events that are null', '{"events":null}', 200),
  body(IS_JSON, 'nothing', '', 400, 'M_NOT_JSON'),
  body(IS_JSON, 'half of it', '{"events":[', 400, 'M_NOT_JSON'),
  body(IS_JSON, 'numbers that are none', '{"events":[NaN,Infinity]}', 400, 'M_NOT_JSON'),
  body(IS_JSON, 'bytes that are no letters', Buffer.from('7b226576656e7473223a5b22ff225d7d', 'hex'), 400, 'M_NOT_JSON'),
  body(IS_JSON, 'UTF-16', Buffer.from('{"events":[]}', 'utf16le'), 400, 'M_NOT_JSON'),
  body(IS_JSON, 'a form', 'events=1&txn=2', 400, 'M_NOT_JSON'),
  body(IS_JSON, 'a number of a million digits', `{"events":[${'9'.repeat(1_000_000)}]}`, 200),
  body(
    KEYS,
    'a prototype',
    '{"__proto__":{"events":[0],"polluted":1},"constructor":{"prototype":{"polluted":1}},"events":[]}',
    200,
  ),
  body(
    KEYS,
    'types of the prototype',
    '{"events":[{"type":"__proto__"},{"type":"constructor"},{"type":"toString"}]}',
    200,
  ),
  body(DEEP, 'an event that is lists within lists', `{"events":[${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}]}`, 200),
  body(DEEP, 'content without end', `{"events":[{"content":${'{"a":'.repeat(DEPTH)}0${'}'.repeat(DEPTH)}}]}`, 200),
  body(DEEP, 'a hundred thousand nothings', `{"events":[${'0,'.repeat(100_000)}0]}`, 200),
  body(SIZE, 'seventeen megabytes', Buffer.alloc(17 * 1024 * 1024, 0x20), 413, 'M_TOO_LARGE'),
];

const CHECKED = 'an event is believed where it was checked';
const OURS = 'our own echoes tell nothing';
const TEXT = 'a text is any text, and no more than that';
const MOMENT = 'news of the moment may lack anything';

const event = (more: object): object => ({ ...HONEST, event_id: '$odd', ...more });
const said = (content: object): object => event({ content: { msgtype: 'm.text', body: 'x', ...content } });
const of = (rule: string, name: string, what: unknown, heard?: object): EventCase => ({
  rule,
  name,
  event: what,
  ...(heard !== undefined && { heard }),
});

const LONG_ID = 'x'.repeat(300);
const message = (text: string): object => ({ type: 'message', content: { type: 'text', runs: [{ text }] } });

const EVENTS: readonly EventCase[] = [
  ...([null, 0, true, 'x', [], {}, { type: 5 }, { type: null }, { type: ['m.room.message'] }] as const).map((what) =>
    of(CHECKED, `an event that is ${JSON.stringify(what)}`, what),
  ),
  of(CHECKED, 'no sender', event({ sender: undefined })),
  of(CHECKED, 'a sender of no server', event({ sender: '@alice' })),
  of(CHECKED, 'a sender with a NUL', event({ sender: '@a\0:hs' })),
  of(CHECKED, 'a sender of three hundred letters', event({ sender: `@${LONG_ID}:hs` })),
  of(CHECKED, 'a sender of half a character', event({ sender: '@\ud800:hs' })),
  of(CHECKED, 'no room', event({ room_id: undefined })),
  of(CHECKED, 'a room that is a user', event({ room_id: '@alice:hs' })),
  of(CHECKED, 'a room of three hundred letters', event({ room_id: `!${LONG_ID}` })),
  of(CHECKED, 'an id of line ends and NULs', event({ event_id: '$a\0b' })),
  of(CHECKED, 'an id that is a number', event({ event_id: 7 })),
  ...[-1, 1.5, 1e300, '5', null, 8_640_000_000_000_001].map((time) =>
    of(CHECKED, `a time of ${JSON.stringify(time)}`, event({ origin_server_ts: time })),
  ),
  of(CHECKED, 'no content', event({ content: undefined })),
  of(CHECKED, 'content that is a list', event({ content: [] })),
  of(CHECKED, 'a message of no kind', event({ content: { body: 'x' } }), { type: 'unsupported' }),
  of(CHECKED, 'a message without words', event({ content: { msgtype: 'm.text' } }), { type: 'unsupported' }),
  of(CHECKED, 'words that are an object', said({ body: { toString: 'x' } }), { type: 'unsupported' }),
  of(
    CHECKED,
    'a membership that there is not',
    event({ type: 'm.room.member', state_key: '@alice:hs', content: { membership: 'owner' } }),
  ),
  of(
    CHECKED,
    'a membership of nobody',
    event({ type: 'm.room.member', state_key: 5, content: { membership: 'join' } }),
  ),
  of(CHECKED, 'a reaction to nothing', event({ type: 'm.reaction', content: {} })),
  of(
    CHECKED,
    'a reaction to what is no event',
    event({ type: 'm.reaction', content: { 'm.relates_to': { event_id: 'x', key: 'x' } } }),
  ),
  of(CHECKED, 'a room closed by a key of its own', event({ type: 'm.room.tombstone', state_key: 'x', content: {} })),
  of(CHECKED, 'a relation that is a string', said({ 'm.relates_to': 'x' }), message('x')),
  of(
    CHECKED,
    'an answer to what is no event',
    said({ 'm.relates_to': { 'm.in_reply_to': { event_id: 'x' } } }),
    message('x'),
  ),
  of(OURS, 'a word of a ghost', event({ sender: '@msn_bob:hs' })),
  of(OURS, 'a word of the bot', event({ sender: '@bot:hs' })),
  of(TEXT, 'a notice', said({ msgtype: 'm.notice' }), { type: 'message', notice: true }),
  of(TEXT, 'words with NULs and controls', said({ body: 'a\0b\u0007c' }), message('abc')),
  of(TEXT, 'words of half characters', said({ body: 'a\ud800b' }), message('a\ufffdb')),
  of(
    TEXT,
    'a format that nobody knows',
    said({ format: 'text/html', formatted_body: '<script>x</script>' }),
    message('x'),
  ),
  of(
    TEXT,
    'a formatted body that is a list',
    said({ format: 'org.matrix.custom.html', formatted_body: ['<b>'] }),
    message('x'),
  ),
  of(
    TEXT,
    'a reaction of ten thousand letters',
    event({ type: 'm.reaction', content: { 'm.relates_to': { event_id: '$x', key: 'k'.repeat(10_000) } } }),
    { type: 'reaction', key: 'k'.repeat(100) },
  ),
  of(MOMENT, 'typing of nobody', { type: 'm.typing', room_id: ROOM, content: {} }),
  of(MOMENT, 'typing of ten thousand', {
    type: 'm.typing',
    room_id: ROOM,
    content: { user_ids: Array.from({ length: 10_000 }, () => '@alice:hs') },
  }),
  of(MOMENT, 'a presence that there is not', {
    type: 'm.presence',
    sender: '@alice:hs',
    content: { presence: '__proto__' },
  }),
];

interface TxnCase extends HostileCase {
  readonly knock: Knock;
  readonly status: number;
}

const txn = (rule: string, name: string, knock: Partial<Knock>, status: number): TxnCase => ({
  rule,
  name,
  knock: { ...PUT, path: `${V1}1`, body: '{"events":[]}', ...knock },
  status,
});
const TOKEN = 'a token stands in the header, alone';
const ID = 'an id is what the database can keep';
const WAY = 'what is nowhere is not found';

const KNOCKS: readonly TxnCase[] = [
  txn(ID, 'an id of two thousand letters', { path: `${V1}${'x'.repeat(2_000)}` }, 400),
  txn(ID, 'an id of broken percent signs', { path: `${V1}%zz` }, 400),
  txn(ID, 'no id', { path: V1 }, 404),
  txn(TOKEN, 'no token', { headers: {} }, 401),
  txn(TOKEN, 'an empty token', { headers: { authorization: 'Bearer ' } }, 401),
  txn(TOKEN, 'another scheme', { headers: { authorization: `Basic ${HS_TOKEN}` } }, 401),
  txn(TOKEN, 'another token', { headers: { authorization: 'Bearer x' } }, 403),
  txn(TOKEN, 'a part of the token', { headers: { authorization: `Bearer ${HS_TOKEN.slice(1)}` } }, 403),
  txn(TOKEN, 'the token in the query alone', { headers: {}, path: `${V1}1?access_token=${HS_TOKEN}` }, 401),
  txn(TOKEN, 'a token of sixteen kilobytes', { headers: { authorization: `Bearer ${'x'.repeat(15_000)}` } }, 403),
  txn(WAY, 'another method', { method: 'DELETE' }, 405),
  txn(WAY, 'a path out of the path', { path: '/_matrix/app/v1/../../../etc/passwd' }, 404),
  txn(WAY, 'a path of slashes', { path: '/'.repeat(4_000) }, 404),
];

const knocking: readonly Entry<TxnCase>[] = [1, 9].map((pieces) => ({
  name: pieces === 1 ? 'at once' : 'in pieces',
  enter: async ({ knock, status }) =>
    withDoor(async (door) => {
      const answer = await door.knock({ ...knock, pieces });
      assert.equal(answer.status, status);
      assert.deepEqual(door.sink.transactions, []);
      assert.ok(!JSON.stringify(door.log.lines).includes(HS_TOKEN));
    }),
}));

export const transactions = [
  ...kind('transactions', BODIES, bodyEntries, (one) => one.body),
  ...kind('events of a homeserver', EVENTS, eventEntries, (one) => JSON.stringify({ events: [one.event] })),
  ...kind('requests of a homeserver', KNOCKS, () => knocking),
];
