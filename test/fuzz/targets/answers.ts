// What a homeserver answers to what we ask, and what requests to us bring: bodies, paths, links of pages.

import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';

import { BridgeError } from '../../../src/bridge/errors.ts';
import type { EventId, MatrixUserId, RoomId } from '../../../src/bridge/ids.ts';
import { PAGE_PATH } from '../../../src/bridge/pages.ts';
import { Secret } from '../../../src/bridge/secret.ts';
import { Refused } from '../../../src/matrix/errors.ts';
import { History } from '../../../src/matrix/history.ts';
import { decodePart, HttpProblem, readBody } from '../../../src/matrix/http-body.ts';
import type { Intents } from '../../../src/matrix/intent.ts';
import { Making } from '../../../src/matrix/making.ts';
import { Markers } from '../../../src/matrix/marker.ts';
import { PageHttp } from '../../../src/matrix/page-http.ts';
import { mayClose, portalPowerLevels } from '../../../src/matrix/power-levels.ts';
import { quoteOf } from '../../../src/matrix/quotes.ts';
import { RoomState } from '../../../src/matrix/room-state.ts';
import { Sends } from '../../../src/matrix/sends.ts';
import { RoomUpgrades } from '../../../src/matrix/upgrades.ts';
import { keptLog } from '../../support/no-log.ts';
import { jsonOf, seedsOf, textOf } from '../target.ts';
import type { Target } from '../target.ts';

const BOT = '@bot:hs' as MatrixUserId;
const ALICE = '@alice:hs' as MatrixUserId;
const ROOM = '!room:hs' as RoomId;
const NOBODY = ['@nobody:hs', '@nothing:hs', 'constructor', 'toString'];
const isOurs = (user: string): boolean => user === BOT || user.startsWith('@msn_');
const TOKEN = new Secret('a token');
const MARKERS = new Markers(TOKEN);
const MOST_CALLS = 12;

const SAID = { type: 'm.room.message', room_id: ROOM, sender: ALICE, event_id: '$said', origin_server_ts: 5, content: { msgtype: 'm.text', body: 'hello\n> you' } }; // prettier-ignore
const SENT = { type: 'm.room.message', sender: BOT, event_id: '$sent', content: MARKERS.mark({ body: 'x' }, { room: ROOM, sender: BOT }, 'txn') }; // prettier-ignore
const LEVELS = { type: 'm.room.power_levels', state_key: '', sender: BOT, content: { users: { [BOT]: 100, [ALICE]: 50 }, users_default: 0, state_default: 50, events: { 'm.room.tombstone': 100 } } }; // prettier-ignore
const CREATE = { type: 'm.room.create', state_key: '', sender: BOT, content: { room_version: '12', additional_creators: [ALICE], predecessor: { room_id: '!old' } } }; // prettier-ignore
const TOMBSTONE = { type: 'm.room.tombstone', state_key: '', sender: ALICE, content: { replacement_room: '!next:hs' } };
const SEEDS: readonly unknown[] = [
  SAID,
  { chunk: [SAID, SENT], end: 'next' },
  { chunk: [SENT, SAID] },
  { room_id: '!made:hs', servers: ['hs'] },
  [TOMBSTONE, CREATE, LEVELS],
  [TOMBSTONE, { ...CREATE, content: { room_version: '10' } }, { ...LEVELS, content: { users: { [ALICE]: 100 } } }],
  CREATE.content,
  { errcode: 'M_NOT_FOUND', error: 'no' },
];

/** Answers the same to everything, and does not let itself be asked for ever. `isInUse`: a room is there already. */
function saying(answer: unknown, { isInUse = false } = {}): Intents {
  let calls = 0;
  const stub: Pick<Intents, 'call' | 'send' | 'redact' | 'standing' | 'leave'> = {
    call: async (_, method) => {
      if (isInUse && method === 'POST') throw new Refused(400, { errcode: 'M_ROOM_IN_USE' });
      calls += 1;
      assert.ok(calls <= MOST_CALLS, 'asking has an end');
      return answer;
    },
    send: async () => '$new' as EventId,
    redact: async () => undefined,
    standing: async () => 'joined',
    leave: async () => undefined,
  };
  return stub as Intents;
}

/** Undefined: refused, as the core or whoever asked understands it. */
async function asked<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    if (!(error instanceof BridgeError)) throw error;
    assert.notEqual(error.code, 'bug', String(error.cause));
    assert.ok(error.message.length < 300);
    return undefined;
  }
}

function checkId(id: string, sigil: string): void {
  assert.ok(id.startsWith(sigil) && id.length > 1 && Buffer.byteLength(id) <= 255 && !id.includes('\0'), id);
}

async function askHistory(answer: unknown): Promise<void> {
  const history = new History({ intents: saying(answer), bot: BOT, isOurs });
  const one = await asked(history.read(ROOM, '$said' as EventId));
  const many = (await asked(history.recent(ROOM, new Date(3))))?.said ?? [];
  for (const { room, sender, id, at } of [...(one ? [one] : []), ...many]) {
    checkId(room, '!');
    checkId(sender, '@');
    checkId(id, '$');
    assert.ok(Number.isFinite(at.getTime()));
    assert.ok(!isOurs(sender), 'what we said ourselves is no news');
  }
  for (const { at } of many) assert.ok(at.getTime() >= 3, 'nothing older than was asked for');
  const quote = await asked(quoteOf(saying(answer), BOT, ROOM, '$said' as EventId));
  if (quote === undefined) return;
  checkId(quote.sender, '@');
  assert.ok(quote.line.length > 0 && quote.line.length <= 101 && !quote.line.includes('\n'), quote.line);
}

async function askSends(answer: unknown): Promise<void> {
  const sends = new Sends({ intents: saying(answer), markers: MARKERS, log: keptLog() });
  const request = { room: ROOM, sender: BOT, type: 'm.room.message', content: {}, txnId: 'txn' };
  const event = await asked(sends.send(request));
  if (event === undefined) return;
  const chunk: unknown = (answer as { readonly chunk?: unknown } | null)?.chunk;
  const marks = (Array.isArray(chunk) ? chunk : []) as readonly (Partial<typeof SENT> | null)[];
  const isMarked = marks.some((one) => one?.event_id === event && one.sender === BOT && MARKERS.read(one.content, { room: ROOM, sender: BOT }) === 'txn'); // prettier-ignore
  assert.ok(event === '$new' || isMarked, 'what stands there already bears our mark');
  assert.equal(await sends.send(request), event, 'and stands once');
}

async function askMaking(answer: unknown): Promise<void> {
  for (const intents of [saying(answer), saying(answer, { isInUse: true })]) {
    const news: RoomId[] = [];
    const making = new Making({ intents, bot: BOT, domain: 'hs', prefix: '', asToken: TOKEN, onNew: (room) => void news.push(room), log: keptLog() }); // prettier-ignore
    const room = await asked(making.make('key', ALICE, {}));
    if (room === undefined) continue;
    checkId(room, '!');
    assert.equal(room, (answer as { readonly room_id?: unknown }).room_id);
    assert.ok(news.every((one) => one === room));
  }
}

async function askState(answer: unknown): Promise<void> {
  const upgrades = new RoomUpgrades(new RoomState(saying(answer), BOT));
  const before = await asked(upgrades.predecessor(ROOM));
  if (before !== undefined) checkId(before, '!');
  const after = await asked(upgrades.successor(ROOM));
  if (after?.room !== undefined) checkId(after.room, '!');
  const events = Array.isArray(answer) ? (answer as readonly unknown[]) : [answer];
  const [create, levels] = [events.at(1), events.at(2)].map((one) =>
    typeof one === 'object' && one !== null && !Array.isArray(one) ? (one as Record<string, unknown>) : undefined,
  );
  // whoever is named nowhere may do what anybody may, whatever they are called
  const text = JSON.stringify(answer) ?? '';
  const strangers = NOBODY.filter((name) => !text.includes(name));
  const may = new Set(strangers.map((name) => mayClose(name, create, levels)));
  assert.ok(may.size <= 1);
  if (levels === undefined) assert.ok(!may.has(true), 'and nothing where no levels are told');
  const version: unknown = (create?.['content'] as { readonly room_version?: unknown } | null | undefined)
    ?.room_version;
  const { users } = portalPowerLevels(BOT, ALICE, typeof version === 'string' ? version : '') as { users: object };
  assert.ok(Object.hasOwn(users, ALICE));
}

/** Statuses that a request can be refused with. */
async function refusable<Result>(work: () => Result | Promise<Result>): Promise<Result | HttpProblem> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HttpProblem)) throw error;
    assert.ok([400, 413].includes(error.status));
    assert.ok(error.message.length < 100, 'nothing of what came is said again');
    return error;
  }
}

const MAX_BODY = 4_096;

async function readRequest(input: Uint8Array): Promise<void> {
  const cut = Math.floor(input.length / 3);
  const request = Object.assign(Readable.from([Buffer.from(input.subarray(0, cut)), Buffer.from(input.subarray(cut))]), { headers: {} }); // prettier-ignore
  const body = await refusable(async () => readBody(request as unknown as IncomingMessage, MAX_BODY));
  if (body instanceof HttpProblem) {
    assert.equal(body.status === 413, input.length > MAX_BODY);
    return;
  }
  assert.ok(input.length <= MAX_BODY);
  const text = textOf(input);
  assert.deepEqual(body, JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text));
}

const UNESCAPED: ReadonlyMap<string, string> = new Map([['&amp;', '&'], ['&lt;', '<'], ['&gt;', '>'], ['&quot;', '"'], ['&#39;', "'"]]); // prettier-ignore

function readAsBrowser(html: string): string {
  return html.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, (entity) => UNESCAPED.get(entity) ?? entity);
}

/** `any` is what is asked for, and what a page is made of. */
function openPage(method: string, any: string): void {
  const asking: string[] = [];
  const page = { title: any, form: { action: 'https://mail.example/in', fields: [[any, any]] as const } };
  const pages = new PageHttp({
    titleOf: (token) => (asking.push(token), any),
    open: (token) => (asking.push(token), page),
  });
  let status = 0;
  let html = '';
  const response = {
    writeHead: (code: number, headers: Readonly<Record<string, unknown>>) => {
      status = code;
      for (const value of Object.values(headers)) assert.match(String(value), /^[\x20-\x7e]+$/);
    },
    end: (text = '') => void (html = text),
  };
  pages.answer({ url: `${PAGE_PATH}${any}`, method } as IncomingMessage, response as unknown as ServerResponse);
  if (method === 'PUT') return assert.equal(status, 405);
  assert.equal(status, 200);
  assert.deepEqual(asking, [any.split('?', 1)[0]], 'what stands before a question mark opens it');
  if (method !== 'POST') return;
  assert.deepEqual(html.match(/<[a-z]+/g)?.toSorted(), ['<body', '<button', '<form', '<head', '<html', '<input', '<meta', '<meta', '<script', '<title']); // prettier-ignore
  const [, name = '', value = ''] = /<input type="hidden" name="([^"]*)" value="([^"]*)">/.exec(html) ?? [];
  assert.deepEqual([readAsBrowser(name), readAsBrowser(value)], [any, any], 'it is posted on as it was');
}

export const answers: readonly Target[] = [
  {
    name: 'homeserver-answers',
    share: 3,
    form: 'json',
    words: ['"chunk":', '"room_id":', '"event_id":', '"content":', '"users":', '"sender":', '"m.room.tombstone"', '"end":', '"origin_server_ts":'], // prettier-ignore
    seeds: () => seedsOf(SEEDS.map((seed) => JSON.stringify(seed))),
    run: async (input) => {
      const answer = jsonOf(input);
      await askHistory(answer);
      await askSends(answer);
      await askMaking(answer);
      await askState(answer);
    },
  },
  {
    name: 'requests-to-us',
    share: 2,
    words: ['%', '%00', '%ff', '%2f', '?', '&', '"', '<', '>', "'", '{"a":', '\ufeff', '<script>', '&quot;'],
    seeds: () =>
      seedsOf([
        '{"a":[1,"x"]}',
        'dG9rZW4',
        '%21room%3Ahs',
        '"><script>alert(1)</script>',
        `"${'x'.repeat(4_094)}"`,
        '1',
      ]),
    run: async (input) => {
      await readRequest(input);
      const text = textOf(input);
      const part = await refusable(() => decodePart(text));
      if (typeof part === 'string') assert.equal(decodeURIComponent(encodeURIComponent(part.toWellFormed())), part);
      if (text.length > 1_000) return;
      for (const method of ['GET', 'HEAD', 'POST', 'PUT']) openPage(method, text);
    },
  },
];
