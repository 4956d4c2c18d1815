// Nonsense in every place of every event, over HTTP. Nonsense written by hand is in the corpus.

import { afterEach, beforeEach, expect, test } from 'vitest';

import { Secret } from '../../src/bridge/secret.ts';
import { Intake } from '../../src/matrix/intake.ts';
import { FakeClock, FakeSink } from '../matrix/support.ts';
import { type LogLine, keptLog } from '../support/no-log.ts';

let sink: FakeSink;
let intake: Intake;
let lines: readonly LogLine[];

beforeEach(async () => {
  const log = keptLog();
  sink = new FakeSink();
  lines = log.lines;
  intake = new Intake({
    hsToken: new Secret('token'),
    sink,
    isOurs: (user) => user.startsWith('@msn_'),
    knowsUser: () => false,
    onMember: () => undefined,
    onEcho: () => undefined,
    isReady: () => true,
    clock: new FakeClock(),
    log,
  });
  await intake.listen(0, '127.0.0.1', 10);
});
afterEach(() => intake.close());

async function put(txnId: string, body: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${intake.port}/_matrix/app/v1/transactions/${txnId}`, {
    method: 'PUT',
    headers: { authorization: 'Bearer token' },
    body,
  });
  await response.text();
  return response.status;
}

test('a hundred thousand events that make no sense are eleven lines in the log', async () => {
  expect(await put('1', `{"events":[${'0,'.repeat(100_000)}0]}`)).toBe(200);
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toMatchObject({ level: 'warn', fields: { count: 100_001 } });
});

const EVENT = {
  type: 'm.room.message',
  room_id: '!room:hs',
  sender: '@alice:hs',
  event_id: '$event',
  origin_server_ts: 5,
  state_key: '@alice:hs',
  unsigned: { prev_content: { membership: 'join' }, redacted_because: {} },
  content: {
    msgtype: 'm.text',
    body: 'text',
    format: 'org.matrix.custom.html',
    formatted_body: '<b>text</b>',
    membership: 'join',
    is_direct: true,
    'm.relates_to': { rel_type: 'm.annotation', event_id: '$other', key: 'k', 'm.in_reply_to': { event_id: '$other' } },
  },
};
const TYPES = ['message', 'member', 'encrypted', 'redaction', 'name', 'power_levels'].map((name) => `m.room.${name}`);
const LONG = 'x'.repeat(70_000);
// prettier-ignore
const NONSENSE: readonly unknown[] = [
  null, 0, -1, 1.5, 1e308, true, '', '\0', '\ud800', LONG, '!', '@', '$', [], [null], {}, { toString: 1 },
  '__proto__', '@a:\0', '!a\nb',
];

function* places(object: object, path: readonly string[] = []): Generator<readonly string[]> {
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    yield [...path, key];
    if (typeof value === 'object' && value !== null) yield* places(value, [...path, key]);
  }
}

/** The object with something else in one place. */
function spoilt(object: object, [key = '', ...path]: readonly string[], value: unknown): object {
  const inner = (object as Record<string, unknown>)[key];
  return { ...object, [key]: path.length === 0 ? value : spoilt(inner as object, path, value) };
}

test('nonsense in any place of any event is left out, and nothing that is kept breaks a row', async () => {
  for (const type of [...TYPES, 'm.sticker', 'm.reaction', 'm.poll.start']) {
    for (const path of places(EVENT)) {
      const events = NONSENSE.map((value) => spoilt({ ...EVENT, type }, path, value));
      const ephemeral = NONSENSE.map((value) => ({ ...spoilt(EVENT, path, value), type: 'm.typing', content: value }));
      expect(await put(`${type} ${path.join('.')}`, JSON.stringify({ events, ephemeral }))).toBe(200);
    }
  }
  expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(sink.events.length).toBeGreaterThan(1_000);
  for (const { room, sender, id, at } of sink.events) {
    for (const part of [room, sender, id]) expect(part).toMatch(/^[!@$][^\0]{1,254}$/);
    expect(at.getTime()).toBeGreaterThanOrEqual(0);
  }
});
