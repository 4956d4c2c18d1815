// A session carried by HTTP: one request at a time, polling when there is nothing to say, and how it ends.

import { expect, test } from 'vitest';
import { FrameReader } from '../../src/msnp/frame.ts';
import { GatewaySession } from '../../src/msnp/gateway.ts';
import type { GatewayEvent } from '../../src/msnp/gateway.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { NotificationCommand, SessionEvent } from '../../src/msnp/notification-types.ts';
import type { FetchReply, FetchRequest, Input, Output, Session } from '../../src/msnp/session.ts';
import { SwitchboardSession } from '../../src/msnp/switchboard.ts';
import { PLAIN } from '../../src/msnp/text-format.ts';
import { readTranscript } from '../support/transcript.ts';
import { Carried } from './support/carried.ts';
import { closed, NOON, order, say, woken } from './support/inputs.ts';

const URL_OF_IT = 'http://gw.example.com:8081/gateway/gateway.dll';

type Gateway = Carried<NotificationCommand, SessionEvent>;

function gateway(host = 'messenger.hotmail.com', address = 'alice@x.y'): Gateway {
  const session = new NotificationSession({ address, dialects: ['MSNP8'], capabilities: 0 });
  return new Carried(session, new GatewaySession({ url: URL_OF_IT, server: 'NS', host }));
}

function fetched(
  number: number,
  body: string | Buffer,
  state = 'SessionID=1.1; GW-IP=messenger.hotmail.com',
  status = 200,
): Input<never> {
  const headers = new Map([['x-msn-messenger', state]]);
  const reply: FetchReply = { type: 'response', status, headers, body: Buffer.from(body) };
  return { at: NOON, type: 'fetched', id: `gateway-request-${number}`, reply };
}

const requests = (outputs: readonly Output<unknown>[]): FetchRequest[] =>
  outputs.filter((output) => output.type === 'fetch');
const asked = (outputs: readonly Output<unknown>[]): string[] =>
  requests(outputs).map(({ url, body }) => `${url.replace(URL_OF_IT, '')} ${Buffer.from(body ?? '').toString()}`);

const signIn = order({ type: 'sign-in', pings: false } as const);

test('opens with the first bytes, and goes on with the latest id', () => {
  const session = gateway();
  const first = say(session, signIn);
  expect(requests(first.outputs)[0]).toMatchObject({
    id: 'gateway-request-1',
    method: 'POST',
    headers: { 'Content-Type': 'application/x-msn-messenger', 'User-Agent': 'MSMSGS' },
    credentials: false,
  });
  expect(asked(first.outputs)).toEqual(['?Action=open&Server=NS&IP=messenger.hotmail.com VER 1 MSNP8 CVR0\r\n']);
  expect(first.sent).toEqual([]);
  const second = say(session, fetched(1, 'VER 1 MSNP8\r\n', 'SessionID=17.25; GW-IP=messenger.hotmail.com'));
  expect(asked(second.outputs)[0]).toMatch(/^\?SessionID=17\.25 CVR 2 /);
  const third = say(session, fetched(2, 'CVR 2 1 1 1 a b\r\n', 'SessionID=17.26'));
  expect(asked(third.outputs)[0]).toMatch(/^\?SessionID=17\.26 USR 3 /);
});

test('polls more and more seldom while nothing comes, and at once says what it has', () => {
  const session = gateway();
  say(session, signIn, fetched(1, 'VER 1 MSNP8\r\n'), fetched(2, 'CVR 2 1 1 1 a b\r\n'));
  expect(say(session, fetched(3, '')).wakes).toEqual(['gateway-poll 3000']);
  expect(asked(say(session, woken('gateway-poll')).outputs)).toEqual(['?Action=poll&SessionID=1.1 ']);
  expect(say(session, fetched(4, '')).wakes).toEqual(['gateway-poll 4000']);
  say(session, woken('gateway-poll'));
  expect(say(session, fetched(5, '')).wakes).toEqual(['gateway-poll 5000']);
  say(session, woken('gateway-poll'));
  expect(say(session, fetched(6, '')).wakes).toEqual(['gateway-poll 5000']);
  say(session, woken('gateway-poll'));
  const said = say(session, fetched(7, 'USR 3 TWN S ct=1\r\n'));
  expect(said.events).toEqual([{ type: 'ticket-wanted', proof: 'ticket', challenge: 'ct=1' }]);
  expect(said.wakes).toEqual(['gateway-poll 2000']);
  const proof = say(session, order({ type: 'ticket', ticket: 't' } as const));
  expect(asked(proof.outputs)).toEqual(['?SessionID=1.1 USR 4 TWN S t\r\n']);
  expect(proof.outputs).toContainEqual({ type: 'cancel', id: 'gateway-poll' });
});

/** Signed in, the eighth request answered. */
function online(): Gateway {
  const session = gateway();
  say(
    session,
    signIn,
    fetched(1, 'VER 1 MSNP8\r\n'),
    fetched(2, 'CVR 2 1 1 1 a b\r\n'),
    fetched(3, 'USR 3 TWN S c\r\n'),
  );
  say(session, order({ type: 'ticket', ticket: 't' } as const), fetched(4, 'USR 4 OK a A 1 0\r\n'));
  say(session, fetched(5, 'SYN 5 1 0 0\r\n'), fetched(6, 'CHG 6 NLN 0\r\n'));
  return session;
}

const status = (name: 'AWY' | 'BSY'): Input<NotificationCommand> => order({ type: 'set-status', status: name });

test('has one request under way, and puts what waits into the next', () => {
  const session = online();
  expect(asked(say(session, status('AWY')).outputs)).toEqual(['?SessionID=1.1 CHG 7 AWY 0\r\n']);
  expect(say(session, status('BSY'), status('AWY'), woken('gateway-poll')).outputs).toEqual([]);
  expect(asked(say(session, fetched(7, '')).outputs)).toEqual(['?SessionID=1.1 CHG 8 BSY 0\r\nCHG 9 AWY 0\r\n']);
});

test('a payload may come in two answers', () => {
  const session = online();
  say(session, woken('gateway-poll'));
  expect(say(session, fetched(7, 'MSG Hotmail Hotmail 69\r\nContent-Type: application/x-msms')).events).toEqual([]);
  say(session, woken('gateway-poll'));
  expect(say(session, fetched(8, 'gssystemmessage\r\n\r\nType: 1\r\nArg1: 5\r\n')).events).toEqual([
    { type: 'maintenance', minutes: 5 },
  ]);
});

test('is followed to another gateway, but not to the server that it asked for', () => {
  const session = gateway();
  say(session, signIn);
  const there = say(session, fetched(1, 'VER 1 MSNP8\r\n', 'SessionID=1.1; GW-IP=192.0.2.7'));
  expect(requests(there.outputs)[0]?.url).toBe('http://192.0.2.7:8081/gateway/gateway.dll?SessionID=1.1');
  const still = say(session, fetched(2, 'CVR 2 1 1 1 a b\r\n', 'SessionID=1.2; GW-IP=messenger.hotmail.com'));
  expect(requests(still.outputs)[0]?.url).toBe('http://192.0.2.7:8081/gateway/gateway.dll?SessionID=1.2');
});

test.each<[string, Input<never>]>([
  ['an unknown session', fetched(7, '', '', 400)],
  ['a failure', { at: NOON, type: 'fetched', id: 'gateway-request-7', reply: { type: 'failed', reason: 'timeout' } }],
])('ends with %s', (_, input) => {
  const session = online();
  say(session, order({ type: 'request-switchboard', request: 'r' } as const));
  const { events, closes } = say(session, input);
  expect(events).toEqual([{ type: 'switchboard-refused', request: 'r', code: 0 }]);
  expect(closes).toEqual([undefined]);
  expect(say(session, status('AWY'), woken('gateway-poll'), closed).outputs).toEqual([]);
});

test('ends when it is told so, after all that came with it', () => {
  const session = online();
  say(session, woken('gateway-poll'));
  const { events, closes, outputs } = say(
    session,
    fetched(7, 'FLN bob@x.y\r\nCHL 0 1\r\n', 'SessionID=1.9; GW-IP=x; Session=close'),
  );
  expect(events).toEqual([{ type: 'status-changed', address: 'bob@x.y', status: 'FLN' }]);
  expect(closes).toEqual([undefined]);
  expect(requests(outputs)).toEqual([]);
});

test('says goodbye at once, or when the request under way is answered', () => {
  const quiet = say(online(), order({ type: 'sign-out' } as const));
  expect(asked(quiet.outputs)).toEqual(['?SessionID=1.1 OUT\r\n']);
  expect(quiet.closes).toEqual([undefined]);
  const busy = online();
  say(busy, status('AWY'));
  expect(say(busy, order({ type: 'sign-out' } as const)).wakes).toEqual(['gateway-farewell 5000']);
  const { outputs, closes } = say(busy, fetched(7, 'CHG 7 AWY 0\r\n'));
  expect(asked(outputs)).toEqual(['?SessionID=1.1 OUT\r\n']);
  expect(closes).toEqual([undefined]);
  const deaf = online();
  say(deaf, status('AWY'), order({ type: 'sign-out' } as const));
  expect(say(deaf, woken('gateway-farewell')).closes).toEqual([undefined]);
});

test('a broken stream closes it', () => {
  const session = online();
  say(session, woken('gateway-poll'));
  expect(say(session, fetched(7, 'MSG a b c\r\n')).closes).toEqual([expect.any(Error)]);
});

test('an answer to an old request is nothing', () => {
  expect(say(online(), fetched(1, 'OUT OTH\r\n')).outputs).toEqual([]);
});

// ---- the connection by itself

const answered = (number: number, body: string): Input<never> => {
  const headers = new Map([['x-msn-messenger', 'SessionID=1.1']]);
  return {
    at: NOON,
    type: 'fetched',
    id: `request-${number}`,
    reply: { type: 'response', status: 200, headers, body: Buffer.from(body) },
  };
};
const write = (text: string) => order({ type: 'write', bytes: Buffer.from(text) } as const);

/** Open, the first request answered with nothing. */
function link(): GatewaySession {
  const session = new GatewaySession({ url: URL_OF_IT, server: 'SB', host: 'a.b' });
  say(session, write('USR'), answered(1, ''));
  return session;
}

const texts = (events: readonly GatewayEvent[]): string[] =>
  events.map((event) => (event.type === 'bytes' ? Buffer.from(event.bytes).toString() : event.reason));

test('while it is held nothing is heard and nothing asked, but what is said goes out', () => {
  const session = link();
  say(session, woken('poll'), order({ type: 'hold', held: true } as const));
  expect(say(session, answered(2, 'one '), woken('poll')).outputs).toEqual([]);
  expect(asked(say(session, write('hello')).outputs)).toEqual(['?SessionID=1.1 hello']);
  expect(say(session, answered(3, 'two')).outputs).toEqual([]);
  const released = say(session, order({ type: 'hold', held: false } as const));
  expect(texts(released.events)).toEqual(['one ', 'two']);
  expect(released.wakes).toEqual(['poll 2000']);
});

test('what was kept while it was held is heard before it ends', () => {
  const session = link();
  say(session, order({ type: 'hold', held: true } as const), write('x'), answered(2, 'last words'), write('y'));
  const failed = say(session, {
    at: NOON,
    type: 'fetched',
    id: 'request-3',
    reply: { type: 'failed', reason: 'gone' },
  });
  expect(texts(failed.events)).toEqual(['last words', 'gone']);
  expect(failed.closes).toEqual([undefined]);
});

test.each<[string, FetchReply, string]>([
  ['no answer', { type: 'failed', reason: 'timed out' }, 'timed out'],
  [
    'a refusal',
    { type: 'response', status: 502, headers: new Map(), body: Buffer.alloc(0) },
    'the gateway answers 502',
  ],
  [
    'an answer that is no gateway’s',
    { type: 'response', status: 200, headers: new Map(), body: Buffer.from('<html>') },
    'the gateway names no session',
  ],
])('says why it ends: %s', (_, reply, reason) => {
  const session = new GatewaySession({ url: URL_OF_IT, server: 'SB', host: 'a.b' });
  say(session, write('USR'));
  const { events, closes } = say(session, { at: NOON, type: 'fetched', id: 'request-1', reply });
  expect(texts(events)).toEqual([reason]);
  expect(closes).toEqual([undefined]);
});

test('a gateway that takes nothing does not fill our memory', () => {
  const session = link();
  const said = say(session, write('x'), ...Array.from({ length: 3 }, () => write('x'.repeat(500_000))));
  expect(texts(said.events)).toEqual(['the gateway does not take what we send']);
  expect(said.closes).toEqual([undefined]);
});

test('what is written after the end, or comes after it, is nothing', () => {
  const session = link();
  say(session, woken('poll'));
  const end = say(session, write('bye'), order({ type: 'close' } as const), write('too late'));
  expect(end.wakes).toEqual(['farewell 5000']);
  const { events, outputs, closes } = say(session, answered(2, 'too late'));
  expect(events).toEqual([]);
  expect(asked(outputs)).toEqual(['?SessionID=1.1 bye']);
  expect(closes).toEqual([undefined]);
  expect(say(session, answered(3, 'too late'), woken('poll'), closed).outputs).toEqual([]);
});

test('bytes from nowhere are nothing', () => {
  expect(say(link(), { at: NOON, type: 'received', bytes: Buffer.from('OUT\r\n') }).outputs).toEqual([]);
});

// ---- the recorded gateway

interface Exchange {
  readonly query: string;
  readonly body: Buffer;
  readonly answer: Buffer;
  readonly state: string;
}

/** Requests to the gateway by this connection, each with its answer. */
function exchanges(name: string): Exchange[] {
  return readTranscript('http-gateway-msnp8')
    .filter((each) => each.name === name && each.said[0]?.line.includes('/gateway/'))
    .map(({ said: [request, response] }) => {
      const answer = response?.payload ?? Buffer.alloc(0);
      const state = /X-MSN-Messenger: (.*)\r\n/.exec(answer.toString())?.[1] ?? '';
      const query = /\?(\S+) /.exec(request?.line ?? '')?.[1] ?? '';
      return { query, body: bodyOf(request?.payload), answer: bodyOf(answer), state };
    });
}

const bodyOf = (payload: Buffer = Buffer.alloc(0)): Buffer => payload.subarray(payload.indexOf('\r\n\r\n') + 4);
const lines = (body: Uint8Array, role: 'notification' | 'switchboard'): string[] =>
  Array.from(new FrameReader(role, 'client').push(body), ({ verb, args }) => [verb, ...args].join(' '));

/** Plays until our session has nothing to say where the recorded one had. */
function replay<Command, Event>(
  session: Session<Command, Event>,
  recorded: readonly Exchange[],
  wishes: ReadonlyMap<string, Command>,
): { queries: string[]; bodies: string[]; events: Event[] } {
  const queries: string[] = [];
  const bodies: string[] = [];
  const events: Event[] = [];
  let under: FetchRequest | undefined;
  const take = (outputs: readonly Output<Event>[]): void => {
    for (const output of outputs) {
      if (output.type === 'fetch') under = output;
      if (output.type === 'event') events.push(output.event);
    }
  };
  for (const { body, answer, state } of recorded) {
    const wish = wishes.get(body.toString().slice(0, 3));
    if (wish !== undefined) take(session.handle(order(wish)));
    if (under === undefined) take(session.handle(woken('gateway-poll')));
    const request = under;
    under = undefined;
    if (request === undefined) break;
    queries.push(request.url.split('?')[1] ?? '');
    bodies.push(
      Buffer.from(request.body ?? '')
        .toString()
        .split('\r\n')[0] ?? '',
    );
    const reply: FetchReply = {
      type: 'response',
      status: 200,
      headers: new Map([['x-msn-messenger', state]]),
      body: answer,
    };
    take(session.handle({ at: NOON, type: 'fetched', id: request.id, reply }));
  }
  return { queries, bodies, events };
}

test('asks the recorded gateway as the recorded client did', () => {
  const recorded = exchanges('HTTP/alice').slice(0, 8);
  const session = gateway('messenger.hotmail.com', 'alice@gateway.rec.example.com');
  const ticket = /S (\S+)/.exec(recorded[3]?.body.toString() ?? '')?.[1] ?? '';
  const wishes = new Map<string, NotificationCommand>([
    ['VER', { type: 'sign-in' }],
    ['XFR', { type: 'request-switchboard', request: 'r' }],
  ]);
  const withTicket: Session<NotificationCommand, SessionEvent> = {
    handle: (input) => {
      const outputs = session.handle(input);
      const wanted = outputs.some((output) => output.type === 'event' && output.event.type === 'ticket-wanted');
      return wanted ? [...outputs, ...session.handle(order({ type: 'ticket', ticket }))] : outputs;
    },
  };
  const { queries, bodies, events } = replay(withTicket, recorded, wishes);
  expect(queries).toEqual(recorded.map(({ query }) => query));
  const spelled = recorded.map(({ body }) => lines(body, 'notification')[0] ?? '');
  expect(bodies).toEqual(spelled.map((line) => line.replace('MSMSGS', 'msmsgs')));
  expect(events.map(({ type }) => type)).toEqual([
    'ticket-wanted',
    'signed-in',
    'own-nick',
    'profile',
    'roster',
    'status-set',
    'status-changed',
    'switchboard-granted',
  ]);
});

test('talks through the recorded gateway', () => {
  const recorded = exchanges('HTTP-SB/alice');
  const [, , address = '', ticket = ''] = recorded[0]?.body.toString().trim().split(' ') ?? [];
  const inner = new SwitchboardSession({ address, dialect: 'MSNP8', entry: { type: 'create', ticket } });
  const session = new Carried(inner, new GatewaySession({ url: URL_OF_IT, server: 'SB', host: '127.0.0.1' }));
  const format = { ...PLAIN, font: 'Microsoft Sans Serif' };
  const { queries, bodies, events } = replay(
    session,
    recorded,
    new Map([
      ['USR', { type: 'enter' } as const],
      ['CAL', { type: 'call', address: 'bob@gateway.rec.example.com' } as const],
      [
        'MSG',
        {
          type: 'send',
          id: '1',
          acknowledged: true,
          message: { type: 'text', text: 'hello over http', format },
        } as const,
      ],
    ]),
  );
  expect(queries).toEqual(recorded.map(({ query }) => query));
  expect(bodies).toEqual(recorded.map(({ body }) => body.toString().split('\r\n')[0]));
  expect(events).toMatchObject([
    { type: 'entered' },
    { type: 'ringing' },
    { type: 'joined' },
    { type: 'outcome', outcome: 'acknowledged' },
    { type: 'message', message: { text: 'hello back' } },
  ]);
});
