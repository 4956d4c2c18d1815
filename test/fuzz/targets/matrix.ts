// What the homeserver and its people bring: transactions, HTML, names, requests of programs.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';

import { plainText, text } from '../../../src/bridge/events.ts';
import type { MatrixEvent } from '../../../src/bridge/events.ts';
import type { NetworkId, RemoteUserId } from '../../../src/bridge/ids.ts';
import { bearerOf, isToken, digest } from '../../../src/matrix/bearer.ts';
import { GhostIds } from '../../../src/matrix/ghost-ids.ts';
import { addressOf } from '../../../src/matrix/guesses.ts';
import { writeHtml } from '../../../src/matrix/html-writer.ts';
import { readHtml } from '../../../src/matrix/html.ts';
import { HttpProblem } from '../../../src/matrix/http-body.ts';
import { safeLink } from '../../../src/matrix/links.ts';
import { findRoute } from '../../../src/matrix/provisioning-routes.ts';
import { cleanName, cleanText, cut } from '../../../src/matrix/text.ts';
import { receive } from '../../../src/matrix/transaction.ts';
import { fromBody, toBody, toLabels, BODY_VERSION } from '../../../src/store/bodies.ts';
import { toJson } from '../../../src/store/json.ts';
import { args } from '../../hostile/corpus/arguments.ts';
import { assertName, harmlessBody } from '../../hostile/corpus/harmless.ts';
import { htmls } from '../../hostile/corpus/html.ts';
import { people } from '../../hostile/corpus/people.ts';
import { transactions } from '../../hostile/corpus/transactions.ts';
import { fromCorpus } from '../seeds.ts';
import { anyText, anyTextOf, seedsOf, textOf } from '../target.ts';
import type { Target } from '../target.ts';

const isOurs = (user: string): boolean => user === '@bot:hs' || user.startsWith('@msn_');
const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (fields: object) => { throw (fields as { err?: Error }).err ?? new Error('a mistake of ours'); }, child: () => QUIET } as never; // prettier-ignore
const NETWORK = 'msn' as NetworkId;
const IDS = new GhostIds({ prefix: '', domain: 'hs.example', networks: [NETWORK, 'msnx' as NetworkId] });
const TAGS = ['<b>', '</b>', '<a href="', '">', '<br>', '<li>', '<ol start=', '<blockquote>', '<pre>', '<mx-reply>', '<script>', '</script>', '<!--', '-->', '<span data-mx-color="', '<span data-mx-spoiler>', '<img alt="', '<tr><td>', '<details>', '&lt;', '&#x', '&amp;', 'javascript:', 'https://', 'mailto:', 'matrix.to/#/']; // prettier-ignore

const EVENT_KEYS = { room_id: '!room:hs', sender: '@alice:hs', event_id: '$event', origin_server_ts: 5 };
const EVENTS: readonly object[] = [
  {
    type: 'm.room.message',
    content: {
      msgtype: 'm.text',
      body: 'x',
      format: 'org.matrix.custom.html',
      formatted_body: '<b>x</b>',
      'm.mentions': { user_ids: ['@bob:hs'] },
      'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } },
    },
  },
  {
    type: 'm.room.message',
    content: { msgtype: 'm.image', body: 'x', url: 'mxc://a/b', info: { size: 1, mimetype: 'image/png' } },
  },
  {
    type: 'm.room.message',
    content: {
      msgtype: 'm.text',
      body: '* x',
      'm.new_content': { msgtype: 'm.text', body: 'x' },
      'm.relates_to': { rel_type: 'm.replace', event_id: '$x' },
    },
  },
  {
    type: 'm.room.member',
    state_key: '@msn_bob:hs',
    content: { membership: 'invite', is_direct: true },
    unsigned: { prev_content: { membership: 'leave' } },
  },
  { type: 'm.reaction', content: { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$x', key: '👍️' } } },
  { type: 'm.room.redaction', redacts: '$x', content: { redacts: '$x' } },
  { type: 'm.room.tombstone', state_key: '', content: { replacement_room: '!next:hs' } },
  { type: 'm.room.encrypted', content: { algorithm: 'm.megolm.v1.aes-sha2' } },
];
const MOMENTS: readonly object[] = [
  { type: 'm.typing', room_id: '!room:hs', content: { user_ids: ['@alice:hs'] } },
  { type: 'm.presence', sender: '@alice:hs', content: { presence: 'online' } },
];
const transactionSeeds = (): readonly Uint8Array[] => [
  ...seedsOf(EVENTS.map((event) => JSON.stringify({ events: [{ ...event, ...EVENT_KEYS }], ephemeral: MOMENTS }))),
  ...fromCorpus(transactions).filter(isJson),
];

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(textOf(bytes));
    return true;
  } catch {
    return false;
  }
}

/** As it is kept and read again. */
function throughTheStore(event: MatrixEvent): unknown {
  const body = { source: 'matrix', event } as const;
  const stored = JSON.parse(toJson(toBody(body))) as object;
  return fromBody({ ...toLabels(body), version: BODY_VERSION }, stored);
}

export const matrix: readonly Target[] = [
  {
    name: 'transaction',
    share: 8,
    form: 'json',
    words: [
      '"events":',
      '"type":"m.room.message"',
      '"content":',
      '"sender":',
      '"@a:b"',
      '"!r"',
      '"$e"',
      '"m.relates_to":',
      '"state_key":',
    ],
    seeds: transactionSeeds,
    run: (input) => {
      let body: unknown;
      try {
        body = JSON.parse(textOf(input));
      } catch (error) {
        if (error instanceof SyntaxError) return;
        throw error;
      }
      try {
        const { events, ephemeral } = receive(body, {
          isOurs,
          onMember: () => undefined,
          onEcho: () => undefined,
          log: QUIET,
        });
        for (const event of events) {
          for (const id of [event.room, event.sender, event.id]) assert.match(id, /^[!@$][^\0]{1,254}$/);
          assert.deepEqual(throughTheStore(event), { source: 'matrix', event });
          if (event.type === 'message') harmlessBody(event.content);
        }
        for (const moment of ephemeral) if (moment.type === 'typing') assert.ok(moment.users.length <= 1_000);
      } catch (error) {
        if (!(error instanceof HttpProblem)) throw error;
        assert.equal(error.status, 400);
      }
    },
  },
  {
    name: 'html',
    share: 8,
    words: TAGS,
    seeds: () => fromCorpus(htmls),
    run: (input) => {
      const runs = readHtml(textOf(input));
      const words = runs.map((run) => run.text).join('');
      assert.ok(words.length <= 8 * input.length + 1_000, `${words.length} letters`);
      for (const { link } of runs) if (link !== undefined) assert.match(link, /^(https?:\/\/|mailto:)/i);
      const html = writeHtml(runs.map((run) => ({ ...run, text: cleanText(run.text) })));
      if (html === undefined) return;
      // what we have written reads as it was meant
      const again = readHtml(html).map((run) => run.text).join(''); // prettier-ignore
      if (html.length < 60_000) assert.equal(squeezed(again), squeezed(cleanText(words)));
    },
  },
  {
    name: 'matrix-content',
    share: 4,
    words: ['\u202e', '\u2066', '@room', '<b>', '\ud800'].map(anyText),
    seeds: () => fromCorpus(args).map((bytes) => anyText(textOf(bytes))),
    run: (input) => {
      const any = anyTextOf(input);
      assert.equal(plainText(text(any)), any);
      // one or the other: to look through both takes as long as a hang
      const isPlain = any.length % 2 === 0;
      const styled = { text: any, bold: true, color: '#ff0000', link: any };
      harmlessBody(isPlain ? text(any) : { type: 'text', emote: true, runs: [styled, { text: 'x' }] });
    },
  },
  {
    name: 'names',
    share: 3,
    words: ['\u202e', '\u200f', '\u0301', '\u200d', '👨‍👩‍👧‍👦'].map(anyText),
    seeds: () => [...fromCorpus(args), ...fromCorpus(people)].map((bytes) => anyText(textOf(bytes))),
    run: (input) => {
      const any = anyTextOf(input);
      const name = cleanName(any);
      assertName(name);
      assert.ok(Buffer.byteLength(name) <= 255);
      assert.doesNotMatch(name, /[\n\t]/);
      assert.equal(cleanName(name), name);
      const kept = cut(cleanText(any), 40, 100);
      assert.ok(Buffer.byteLength(kept) <= 100 && cleanText(any).startsWith(kept));
    },
  },
  {
    name: 'links',
    share: 3,
    words: ['javascript:', 'https://', 'mailto:', 'data:', '//', '@', '"', '<', '\t', '\u202e'],
    seeds: () =>
      seedsOf([
        'https://example.com/x?y#z',
        'mailto:bob@example.com',
        'javascript:alert(1)',
        'HTTPS://EXAMPLE.com',
        '//evil',
        ' https://a b',
      ]),
    run: (input) => {
      const link = safeLink(textOf(input));
      if (link === undefined) return;
      assert.match(link, /^(https?:\/\/|mailto:)/i);
      assert.doesNotMatch(link, /[\s<>"\u202a-\u202e]/);
    },
  },
  {
    name: 'ghost-ids',
    share: 6,
    words: ['_', '=', '=2f', '/', '=-', '.', 'msn_', ':hs.example', 'İ', 'ß'].map(anyText),
    seeds: () =>
      [
        ...fromCorpus(people),
        ...seedsOf(['own/bob@example.com', 'own/b_b=2f@example.com', `own/${'x'.repeat(250)}@example.com`]),
      ].map((bytes) => anyText(textOf(bytes))),
    run: (input) => {
      const user = anyTextOf(input).toWellFormed() as RemoteUserId;
      if (user === '') return;
      const id = IDS.toUserId({ network: NETWORK, user });
      assert.match(id, /^@msn_[a-z0-9._=-]+:hs\.example$/);
      assert.ok(id.length <= 255);
      const back = IDS.fromUserId(id);
      if (back !== undefined) assert.equal(back.user, user.toLowerCase());
      // any text that is read as a ghost is that ghost's own spelling
      const given = `@msn_${textOf(input)}:hs.example` as never;
      const ghost = IDS.fromUserId(given);
      if (ghost !== undefined) assert.equal(IDS.toUserId(ghost), given);
    },
  },
  {
    name: 'provisioning-request',
    share: 4,
    words: [
      'GET ',
      'POST ',
      '/v3/',
      'whoami',
      'login/start/',
      'login/step/a/b/user_input',
      'resolve_identifier/',
      'create_dm/',
      '?login_id=',
      '%00',
      '%2f',
      '..',
      '{"address":"',
    ],
    seeds: () =>
      seedsOf([
        'GET /v3/whoami',
        'POST /v3/login/start/msn',
        'POST /v3/login/step/a/b/user_input\n{"address":"bob@example.com"}',
        'GET /v3/contacts?login_id=x',
        'GET /v3/resolve_identifier/bob%40example.com',
        'POST /v3/search_users\n{"query":"bob"}',
        'POST /v3/logout/all',
      ]),
    run: async (input) => {
      const [head = '', ...body] = textOf(input).split('\n');
      const [method = '', target = ''] = head.split(' ');
      const [path = '', query = ''] = target.split('?', 2);
      const answer = async (): Promise<unknown> => JSON.parse(body.join('\n')) as unknown;
      try {
        const { route, param } = findRoute(method, path);
        await route.read({ param, query: new URLSearchParams(query), body: answer });
      } catch (error) {
        if (error instanceof SyntaxError) return;
        if (!(error instanceof HttpProblem)) throw error;
        assert.ok(error.status >= 400 && error.status <= 501);
        assert.ok(error.message.length < 300);
      }
    },
  },
  {
    name: 'bearer',
    share: 2,
    words: ['Bearer ', 'bearer  ', 'Basic ', 'the-token'],
    seeds: () => seedsOf(['Bearer the-token', 'Bearer  x', 'Basic x', '']),
    run: (input) => {
      const header = textOf(input);
      const token = bearerOf(header);
      if (token === undefined) return;
      assert.equal(isToken(token, RIGHT), token === 'the-token');
    },
  },
  {
    name: 'forwarded-for',
    share: 1,
    words: ['::', '::ffff:', '%eth0', ', ', '127.0.0.1', 'fe80::'],
    seeds: () => seedsOf(['192.0.2.1', '2001:db8::5:6:7:8', ' 10.0.0.1 , ::ffff:192.0.2.2 ', 'fe80::1%eth0', 'x']),
    run: (input) => {
      const from = addressOf({ socket: HERE, headers: { 'x-forwarded-for': textOf(input) } });
      assert.match(from, /^(?:[\d.]{7,15}|::1|(?:[\da-f]{1,4}:){4}:\/64)$/);
    },
  },
];

const HERE = { remoteAddress: '::1' } as Socket;

const RIGHT = digest('the-token');

/** Blanks are a matter of taste in HTML. */
function squeezed(words: string): string {
  return words.replaceAll(/\s+/g, '');
}
