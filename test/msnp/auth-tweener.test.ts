import { expect, test } from 'vitest';
import { TweenerSession } from '../../src/msnp/auth-tweener.ts';
import type { TweenerOptions } from '../../src/msnp/auth-tweener.ts';
import type { TweenerCommand, TweenerEvent } from '../../src/msnp/auth-tweener-types.ts';
import type { FetchReply, Input, Output } from '../../src/msnp/session.ts';
import { connection, readTranscript } from '../support/transcript.ts';
import type { Said } from '../support/transcript.ts';
import { NOON, order } from './support/inputs.ts';

const CHALLENGE = 'ct=1,rver=1,wp=FS_40SEC_0_COMPACT,lc=1,id=1';
const start = order<TweenerCommand>({ type: 'start', challenge: CHALLENGE });

function session(options: Partial<TweenerOptions> = {}): TweenerSession {
  return new TweenerSession({
    address: 'alice@example.com',
    password: 'secret1',
    nexusUrl: 'https://nexus.example.com/rdr/pprdr.asp',
    ...options,
  });
}

function reply(status: number, headers: Record<string, string> = {}): FetchReply {
  return { type: 'response', status, headers: new Map(Object.entries(headers)), body: Buffer.alloc(0) };
}

/** Answers each request in turn; what was asked, and what came of it. */
function play(tweener: TweenerSession, ...replies: FetchReply[]): { fetches: Fetch[]; events: TweenerEvent[] } {
  const fetches: Fetch[] = [];
  const events: TweenerEvent[] = [];
  let input: Input<TweenerCommand> | undefined = start;
  while (input !== undefined) {
    const outputs: Output<TweenerEvent>[] = tweener.handle(input);
    input = undefined;
    for (const output of outputs) {
      if (output.type === 'event') events.push(output.event);
      if (output.type !== 'fetch') continue;
      fetches.push(output);
      const next = replies.shift();
      if (next !== undefined) input = { at: NOON, type: 'fetched', id: output.id, reply: next };
    }
  }
  return { fetches, events };
}

type Fetch = Extract<Output<TweenerEvent>, { type: 'fetch' }>;

const NEXUS = reply(200, { passporturls: 'DARealm=Passport.Net,DALogin=login.example.com/login2.srf,DAReg=http://a' });
const TICKET = reply(200, {
  'authentication-info':
    "Passport1.4 da-status=success,tname=MSPAuth,from-PP='t=abc&p=def',ru=http://messenger.msn.com",
});

test('asks the nexus without credentials and the login with them', () => {
  const { fetches, events } = play(session(), NEXUS, TICKET);
  expect(fetches).toMatchObject([
    { method: 'GET', url: 'https://nexus.example.com/rdr/pprdr.asp', credentials: false },
    {
      method: 'GET',
      url: 'https://login.example.com/login2.srf',
      credentials: true,
      headers: {
        Authorization: `Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,sign-in=alice%40example.com,pwd=secret1,${CHALLENGE}`,
      },
    },
  ]);
  expect(fetches[0]?.headers).not.toHaveProperty('Authorization');
  expect(events).toEqual([{ type: 'ticket', ticket: 't=abc&p=def' }]);
});

test('skips the nexus when it knows where to sign in', () => {
  const { fetches } = play(session({ loginUrl: 'https://login.example.com/l' }), TICKET);
  expect(fetches.map(({ url }) => url)).toEqual(['https://login.example.com/l']);
});

test('encodes what would end a field', () => {
  const { fetches } = play(session({ password: 'a,b c%é' }), NEXUS, TICKET);
  expect(fetches[1]?.headers['Authorization']).toContain(',pwd=a%2Cb%20c%25%C3%A9,ct=1');
});

test('carries the same credentials through three redirects and no further', () => {
  const away = reply(302, { location: 'https://loginnet.example.com/login2.srf?lc=1033' });
  const followed = play(session(), NEXUS, away, away, away, TICKET);
  expect(followed.events).toEqual([{ type: 'ticket', ticket: 't=abc&p=def' }]);
  expect(followed.fetches[2]).toMatchObject({
    url: 'https://loginnet.example.com/login2.srf?lc=1033',
    credentials: true,
  });
  expect(play(session(), NEXUS, away, away, away, away).events).toMatchObject([{ type: 'unavailable' }]);
});

test('never sends the password in clear, but to the host of a nexus in clear', () => {
  const nexus = (login: string): FetchReply => reply(200, { passporturls: `DALogin=${login}` });
  expect(play(session(), nexus('http://login.example.com/l')).events).toMatchObject([{ type: 'unavailable' }]);
  const away = reply(302, { location: 'http://login.example.com/l' });
  expect(play(session(), NEXUS, away).events).toMatchObject([{ type: 'unavailable' }]);
  const local = session({ nexusUrl: 'http://127.0.0.1:8080/rdr' });
  expect(play(local, nexus('http://127.0.0.1:8081/l'), TICKET).events).toMatchObject([{ type: 'ticket' }]);
  const lured = session({ nexusUrl: 'http://127.0.0.1:8080/rdr' });
  expect(play(lured, nexus('http://login.example.com/l')).events).toMatchObject([{ type: 'unavailable' }]);
});

test('tells a refusal with what the service says of it', () => {
  const refusal = (challenge: string): TweenerEvent[] =>
    play(session(), NEXUS, reply(401, { 'www-authenticate': challenge })).events;
  expect(
    refusal('Passport1.4 da-status=failed,srealm=Passport.NET,ts=-3,prompt,cburl=http://a,cbtxt=Wrong%20password'),
  ).toEqual([{ type: 'refused', text: 'Wrong password' }]);
  expect(refusal('Passport1.4 da-status=failed')).toEqual([{ type: 'refused' }]);
});

test.each([
  ['a broken nexus', reply(500)],
  ['a nexus without an address', reply(200, { passporturls: 'DARealm=x' })],
  ['a nexus that does not answer', { type: 'failed', reason: 'timeout' } as const],
])('gives up on %s', (_, answer) => {
  expect(play(session(), answer).events).toMatchObject([{ type: 'unavailable' }]);
});

test.each([
  ['no ticket', reply(200)],
  ['a ticket that is no word', reply(200, { 'authentication-info': "from-PP='a b'" })],
  ['trouble', reply(503)],
  ['a redirect to nowhere', reply(302)],
])('gives up on a login with %s', (_, answer) => {
  expect(play(session(), NEXUS, answer).events).toMatchObject([{ type: 'unavailable' }]);
});

test('does not listen to replies to requests that are answered', () => {
  const tweener = session();
  play(tweener, NEXUS, TICKET);
  expect(tweener.handle({ at: NOON, type: 'fetched', id: 'tweener-2', reply: TICKET })).toEqual([]);
  expect(tweener.handle(start)).toEqual([]);
});

// ---- recorded

test.each([
  ['msnp8-login-and-chat', 'HTTP/alice', 'NS/alice'],
  ['msnp12-login-and-chat', 'HTTP/alice', 'NS/alice'],
  ['msnp8-login-and-chat', 'HTTP/bob', 'NS/bob'],
])('asks what was recorded in %s by %s', (recording, http, ns) => {
  const connections = readTranscript(recording);
  const exchanges = [0, 1].map((nth) => connection(connections, http, nth).said);
  const [, signIn] = connection(connections, ns).said.filter(({ line }) => /^USR \d+ TWN [IS] (?!ct=)/.test(line));
  const address =
    connection(connections, ns)
      .said.find(({ line }) => line.includes(' TWN I '))
      ?.line.split(' ')[4] ?? '';
  const tweener = session({ address, password: 'test1234', nexusUrl: 'https://127.0.0.1/rdr/pprdr.asp' });
  const { fetches, events } = play(tweener, ...exchanges.map((said) => recordedReply(said)));
  expect(fetches.map(({ method, url }) => `${method} ${new URL(url).pathname} HTTP/1.1`)).toEqual(
    exchanges.map(([request]) => request?.line),
  );
  expect(fetches[1]?.headers['Authorization']).toBe(headersOf(exchanges[1]?.[0]).get('authorization'));
  expect(events).toEqual([{ type: 'ticket', ticket: signIn?.line.split(' ')[4] }]);
});

test('hears the recorded refusal of a wrong password', () => {
  const http = readTranscript('msnp8-errors').filter(({ kind }) => kind === 'http');
  const refused = http.find(({ said }) => said[1]?.line.includes(' 401 '));
  const { events } = play(session({ loginUrl: 'https://127.0.0.1/login' }), recordedReply(refused?.said ?? []));
  expect(events).toMatchObject([{ type: 'refused' }]);
});

function recordedReply([, response]: readonly Said[]): FetchReply {
  const status = Number(response?.line.split(' ')[1]);
  return { type: 'response', status, headers: headersOf(response), body: Buffer.alloc(0) };
}

function headersOf(said: Said | undefined): Map<string, string> {
  const [head = ''] = said?.payload.toString().split('\r\n\r\n') ?? [];
  const fields = head.split('\r\n').map((line) => /^([^:]+): (.*)$/.exec(line));
  return new Map(fields.map((field) => [field?.[1]?.toLowerCase() ?? '', field?.[2] ?? '']));
}
