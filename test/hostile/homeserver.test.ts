// Something that answers in the homeserver's place, and answers anything at all. Every call of ours ends, with a value
// that was checked or a sentence for people.

import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { BridgeError } from '../../src/bridge/errors.ts';
import { text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, NetworkId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import { Secret } from '../../src/bridge/secret.ts';
import { type MatrixSide, openMatrix } from '../../src/matrix/matrix.ts';
import { portalSpec } from '../matrix/side.ts';
import { FakeClock, FakeSink } from '../matrix/support.ts';
import { keptLog } from '../support/no-log.ts';

const ROOM = '!room:hs' as RoomId;
const ALICE = '@alice:hs' as MatrixUserId;
const EVENT = '$event' as EventId;
const NETWORK = 'msn' as NetworkId;

const json =
  (status: number, body: unknown): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const ANSWERS: readonly (readonly [what: string, answer: RequestListener])[] = [
  ['null', json(200, 'null')],
  ['a string', json(200, '"x"')],
  ['a list', json(200, '[]')],
  ['nothing', json(200, '')],
  ['a page for people', json(200, '<html>')],
  ['nesting without end', json(200, '['.repeat(100_000) + ']'.repeat(100_000))],
  ['wrong types', json(200, { event_id: 5, room_id: {}, joined: 7, membership: [], displayname: {}, versions: 'x' })],
  ['ids that are none', json(200, { event_id: 'x', room_id: '!\0', joined: { '@bot:hs': 1, x: 1, '@a\0:hs': 1 } })],
  ['a prototype', json(200, '{"__proto__":{"event_id":"$x","room_id":"!x"}}')],
  [
    'a refusal of a million letters',
    json(400, { errcode: `M_${'X'.repeat(1_000_000)}`, error: 'y'.repeat(1_000_000) }),
  ],
  ['a refusal of wrong types', json(400, { errcode: {}, error: [] })],
  ['a refusal that is null', json(403, 'null')],
  ['a wait without end', json(429, '{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1e999}')],
  ['a wait that is over', json(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: -5 })],
  ['a failure', json(599, 'x')],
  ['another place', (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
  ['a broken connection', (request) => void request.socket.destroy()],
  ['something else than HTTP', (request) => void request.socket.end('GARBAGE\r\n\r\n')],
  [
    'a head without end',
    (request) => void request.socket.end(`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(100_000)}\r\n\r\n{}`),
  ],
];

let server: Server;
let side: MatrixSide;
let answer: RequestListener = json(200, {});
const log = keptLog();

beforeAll(async () => {
  server = createServer((request: IncomingMessage, response: ServerResponse) => {
    request.resume().on('end', () => answer(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  side = await openMatrix({
    homeserverUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    domain: 'hs',
    bridgeId: 'bridge',
    asToken: new Secret('canary-of-the-bridge'),
    hsToken: new Secret('canary-of-the-homeserver'),
    botLocalpart: 'bot',
    ghostPrefix: '',
    networks: [NETWORK],
    listen: { host: '127.0.0.1', port: 0 },
    log,
    sink: new FakeSink(),
    clock: new FakeClock({ impatient: true }),
  });
});
afterAll(async () => {
  await side.stop();
  server.closeAllConnections();
  server.close();
});

function ghost(name: string): MatrixUserId {
  return side.ghostId({ network: NETWORK, user: `server/${name}@example.org` as RemoteUserId });
}

const CALLS: readonly (readonly [what: string, call: (what: string) => Promise<unknown>])[] = [
  ['send', (what) => side.send(ROOM, ghost('bob'), text('x'), { txnId: what })],
  ['ensureGhost', (what) => side.ensureGhost(ghost(what), 'Bob')],
  ['createPortalRoom', () => side.createPortalRoom(portalSpec(ALICE, [ghost('bob')]))],
  ['createManagementRoom', () => side.createManagementRoom(ALICE)],
  ['standing', () => side.standing(ROOM, ALICE)],
  ['invite', () => side.invite(ROOM, ALICE)],
  ['join', () => side.join(ROOM, ghost('bob'))],
  ['leave', () => side.leave(ROOM, ghost('bob'))],
  ['joinedPeople', () => side.joinedPeople(ROOM)],
  ['typing', () => side.typing(ROOM, ghost('bob'), 1_000)],
  ['markRead', () => side.markRead(ROOM, EVENT)],
  ['redact', () => side.redact(ROOM, EVENT, 'reason', 't')],
];

/** What is wrong with how a call ended; undefined: nothing. */
function fault(name: string, outcome: unknown): string | undefined {
  if (outcome instanceof BridgeError) {
    if (outcome.code === 'bug') return `${name}: taken for a mistake of ours: ${String(outcome.cause)}`;
    return outcome.message.length < 300 ? undefined : `${name}: a sentence of ${outcome.message.length} letters`;
  }
  if (outcome instanceof Error) return `${name}: ${outcome.message}`;
  if (name === 'joinedPeople' && (outcome as readonly unknown[]).length > 0) return `${name}: somebody`;
  return typeof outcome === 'string' && /^[!$]/.test(outcome) ? `${name}: ${outcome}` : undefined;
}

test.each(ANSWERS)('%s', async (what, wanted) => {
  answer = wanted;
  const faults: (string | undefined)[] = [];
  for (const [name, call] of CALLS) {
    const outcome: unknown = await call(what.replaceAll(' ', '-')).catch((error: unknown) => error);
    faults.push(fault(name, outcome));
  }
  expect(faults.filter((one) => one !== undefined)).toEqual([]);
});

test('the log has no token in it, and no line without end', () => {
  const lines = log.lines.map((line) => JSON.stringify(line, ofErrors));
  expect(lines.filter((line) => line.includes('canary'))).toEqual([]);
  expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThan(10_000);
});

function ofErrors(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { ...(value as object), message: value.message, stack: value.stack, cause: value.cause };
}
