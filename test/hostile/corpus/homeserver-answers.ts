// Something that answers in the homeserver's place, and answers anything at all. Every call of ours ends, with a value
// that was checked or a sentence for people.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { BridgeError } from '../../../src/bridge/errors.ts';
import { text } from '../../../src/bridge/events.ts';
import type { EventId, MatrixUserId, NetworkId, RemoteUserId, RoomId } from '../../../src/bridge/ids.ts';
import { Secret } from '../../../src/bridge/secret.ts';
import { type MatrixSide, openMatrix } from '../../../src/matrix/matrix.ts';
import { portalSpec } from '../../matrix/side.ts';
import { FakeClock, FakeSink } from '../../matrix/support.ts';
import { keptLog } from '../../support/no-log.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';

interface AnswerCase extends HostileCase {
  readonly answer: RequestListener;
}

const ROOM = '!room:hs' as RoomId;
const ALICE = '@alice:hs' as MatrixUserId;
const EVENT = '$event' as EventId;
const NETWORK = 'msn' as NetworkId;
const TOKENS = { as: 'canary-of-the-bridge', hs: 'canary-of-the-homeserver' };

type Call = (side: MatrixSide, ghost: MatrixUserId, unique: string) => Promise<unknown>;

const CALLS: readonly (readonly [what: string, call: Call])[] = [
  ['send', (side, ghost, unique) => side.send(ROOM, ghost, text('x'), { txnId: unique })],
  ['edit', (side, _ghost, unique) => side.edit(ROOM, EVENT, text('x'), unique)],
  ['ensureGhost', (side, ghost) => side.ensureGhost(ghost, 'Bob')],
  ['createPortalRoom', (side, ghost) => side.createPortalRoom(portalSpec(ALICE, [ghost]))],
  ['createManagementRoom', (side) => side.createManagementRoom('key', ALICE)],
  ['standing', (side) => side.standing(ROOM, ALICE)],
  ['privacy', (side) => side.privacy(ROOM)],
  ['invite', (side) => side.invite(ROOM, ALICE)],
  ['join', (side, ghost) => side.join(ROOM, ghost)],
  ['leave', (side, ghost) => side.leave(ROOM, ghost)],
  ['joinedPeople', (side) => side.joinedPeople(ROOM)],
  ['spaceChildren', (side) => side.spaceChildren(ROOM)],
  ['successor', (side) => side.successor(ROOM)],
  ['predecessor', (side) => side.predecessor(ROOM)],
  ['typing', (side, ghost) => side.typing(ROOM, ghost, 1_000)],
  ['markRead', (side) => side.markRead(ROOM, EVENT)],
  ['redact', (side, _ghost, unique) => side.redact(ROOM, EVENT, 'reason', unique)],
  ['showPresence', (side, ghost) => side.showPresence(ghost, { availability: 'online', label: 'x' })],
];

/** Opening a Matrix side takes the library some time: one serves all cases, one after the other. */
let opened:
  Promise<{ readonly server: Server; readonly side: MatrixSide; readonly log: ReturnType<typeof keptLog> }> | undefined;
let answering: RequestListener = (_request, response) => void response.end('{}');

async function open() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => answering(request, response));
  });
  server.listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  const log = keptLog();
  const side = await openMatrix({
    homeserverUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    domain: 'hs',
    bridgeId: 'bridge',
    asToken: new Secret(TOKENS.as),
    hsToken: new Secret(TOKENS.hs),
    botLocalpart: 'bot',
    ghostPrefix: '',
    networks: [NETWORK],
    listen: { host: '127.0.0.1', port: 0 },
    log,
    sink: new FakeSink(),
    clock: new FakeClock({ impatient: true }),
  });
  return { server, side, log };
}

function entries(): readonly Entry<AnswerCase>[] {
  return CALLS.map(([what, call]) => ({
    name: what,
    enter: async ({ name, answer }) => {
      const { side, log } = await (opened ??= open());
      answering = answer;
      const unique = `${what} ${name}`.replaceAll(/\W+/g, '-');
      const ghost = side.ghostId({ network: NETWORK, user: `server/${unique}@example.org` as RemoteUserId });
      const outcome: unknown = await call(side, ghost, unique).catch((error: unknown) => error);
      assertSane(what, outcome);
      const lines = log.lines.splice(0).map((line) => JSON.stringify(line, ofErrors));
      assert.deepEqual(
        lines.filter((line) => line.includes('canary')),
        [],
        'the log has no token in it',
      );
      for (const line of lines) assert.ok(line.length < 10_000, 'and no line without end');
    },
  }));
}

function assertSane(what: string, outcome: unknown): void {
  if (outcome instanceof BridgeError) {
    assert.notEqual(outcome.code, 'bug', `taken for a mistake of ours: ${String(outcome.cause)}`);
    assert.ok(outcome.message.length < 300, 'a sentence has an end');
    return;
  }
  assert.ok(!(outcome instanceof Error), String(outcome));
  if (what === 'joinedPeople' || what === 'spaceChildren') assert.deepEqual(outcome, []);
  // an id that nobody gave us
  assert.doesNotMatch(JSON.stringify(outcome) ?? '', /^"[!$]/);
}

function ofErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { ...(value as object), message: value.message, stack: value.stack, cause: value.cause };
}

/** Ends what the cases have in common. */
export async function closeHomeserver(): Promise<void> {
  const { server, side } = (await opened) ?? {};
  opened = undefined;
  await side?.stop();
  server?.closeAllConnections();
  server?.close();
}

const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const CHECKED = 'an answer is believed where it was checked';
const SENTENCES = 'a refusal is a sentence for people';
const PATIENCE = 'a wait has an end';
const HTTP = 'what is no HTTP is no answer';

const answer = (rule: string, name: string, listener: RequestListener): AnswerCase => ({
  rule,
  name,
  answer: listener,
});

const CASES: readonly AnswerCase[] = [
  answer(CHECKED, 'null', json(200, 'null')),
  answer(CHECKED, 'a string', json(200, '"x"')),
  answer(CHECKED, 'a list', json(200, '[]')),
  answer(CHECKED, 'nothing', json(200, '')),
  answer(CHECKED, 'a page for people', json(200, '<html>')),
  answer(CHECKED, 'nesting without end', json(200, '['.repeat(100_000) + ']'.repeat(100_000))),
  answer(
    CHECKED,
    'wrong types',
    json(200, { event_id: 5, room_id: {}, joined: 7, membership: [], displayname: {}, versions: 'x' }),
  ),
  answer(
    CHECKED,
    'ids that are none',
    json(200, { event_id: 'x', room_id: '!\0', joined: { '@bot:hs': 1, x: 1, '@a\0:hs': 1 } }),
  ),
  answer(CHECKED, 'a prototype', json(200, '{"__proto__":{"event_id":"$x","room_id":"!x"}}')),
  answer(
    SENTENCES,
    'a refusal of a million letters',
    json(400, { errcode: `M_${'X'.repeat(1_000_000)}`, error: 'y'.repeat(1_000_000) }),
  ),
  answer(SENTENCES, 'a refusal of wrong types', json(400, { errcode: {}, error: [] })),
  answer(SENTENCES, 'a refusal that is null', json(403, 'null')),
  answer(PATIENCE, 'a wait without end', json(429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1e999}')),
  answer(PATIENCE, 'a wait that is over', json(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: -5 })),
  answer(SENTENCES, 'a failure', json(599, 'x')),
  answer(
    HTTP,
    'another place',
    (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  ),
  answer(HTTP, 'a broken connection', (request) => void request.socket.destroy()),
  answer(HTTP, 'something else', (request) => void request.socket.end('GARBAGE\r\n\r\n')),
  answer(
    HTTP,
    'a head without end',
    (request) => void request.socket.end(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n{}`),
  ),
];

export const homeserverAnswers = kind('answers of a homeserver', CASES, entries);
