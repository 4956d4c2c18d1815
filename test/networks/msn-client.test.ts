// Signing in and staying signed in, against a double of the MSN servers over loopback sockets.

import { describe, expect, test } from 'vitest';

import type { RemoteUserId } from '../../src/bridge/ids.ts';
import { freePort } from '../support/free-port.ts';
import { refusal } from '../support/msn-server/faults.ts';
import type { FetchReply } from '../../src/msnp/session.ts';
import { createIo } from '../../src/networks/msn/io.ts';
import {
  ALICE,
  BOB,
  CAROL,
  eventually,
  makeClient,
  pass,
  say,
  setStage,
  signInOurs,
  signInPerson,
} from './msn-stage.ts';

describe.each(['MSNP8', 'MSNP12'] as const)('with %s', (dialect) => {
  test('signs in, brings the contact list and then who is there', async () => {
    const stage = await setStage({ profile: { dialects: [dialect] } });
    const bob = await signInPerson(stage, BOB);
    const { sink, client } = await signInOurs(stage);
    expect(sink.kinds).toEqual(['connecting', 'connected']);
    expect(sink.memories).toMatchObject([{ protocol: dialect }]);
    const rosters = sink.events.filter((event) => event.type === 'roster');
    expect(rosters).toMatchObject([{ contacts: [{ id: `double/${BOB}`, chat: BOB }, { address: CAROL }] }]);

    await eventually(() => sink.presenceOf(BOB) === 'Online');
    await bob.setStatus('PHN');
    await eventually(() => sink.presenceOf(BOB) === 'On the phone');
    await bob.signOut();
    await eventually(() => sink.presenceOf(BOB) === 'Offline');

    await client.disconnect();
    expect(sink.states.at(-1)).toEqual({ kind: 'logged-out', sentence: 'You are signed out.' });
    await eventually(() => !stage.server.isSignedIn(ALICE));
    expect(stage.server.violations).toEqual([]);
  });

  test('follows a dispatch server', async () => {
    const stage = await setStage({ dispatch: true, profile: { dialects: [dialect] } });
    const { sink } = await signInOurs(stage);
    expect(sink.kinds).toEqual(['connecting', 'connected']);
    expect(stage.server.violations).toEqual([]);
  });
});

test.each([
  ['goes round in circles', '127.0.0.1:{port}'],
  ['leads to a place that nobody may be sent to', '169.254.169.254:1863'],
])('a redirect that %s is not followed for ever', async (_, where) => {
  const stage = await setStage();
  const answer = `XFR {trid} NS ${where.replace('{port}', String(stage.server.port))} 0`;
  const isFirst = ({ args }: { readonly args: readonly string[] }): boolean => args[2] === 'I';
  stage.server.faults.add({ verb: 'USR', where: isFirst }, { type: 'answer', lines: [answer], close: true });
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  expect(sink.kinds[1]).toBe('server-down');
  expect(stage.server.received.filter(({ verb }) => verb === 'VER').length).toBeLessThanOrEqual(4);
});

test('a server that sends us on in mid-session is come back to, and contacts see us again', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const { client, sink } = await signInOurs(stage);
  await bob.waitForPresence(ALICE, 'NLN');
  stage.server.tell(ALICE, `XFR 0 NS ${stage.server.host}:${stage.server.port} 0`);
  await eventually(() => sink.kinds.at(-1) === 'disconnected');
  expect(sink.states.at(-1)?.sentence).toBe('Double asks us to come back.');
  await bob.waitForPresence(ALICE, 'FLN');
  client.connect(2, {});
  await bob.waitForPresence(ALICE, 'NLN');
});

test('a server that does not take our answer to its challenge is not asked again and again', async () => {
  const stage = await setStage();
  const { sink } = await signInOurs(stage);
  stage.server.faults.add({ verb: 'QRY' }, refusal(540, { close: true }));
  stage.server.challenge(ALICE);
  await eventually(() => sink.kinds.length === 3);
  expect(sink.states.at(-1)).toEqual({
    kind: 'refused',
    sentence: 'Double ended the session. The server wants a proof that we could not give.',
  });
});

test('two who sign off at once both see it done', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  await say(ours, BOB, 'hello');
  await Promise.all([ours.client.disconnect(), ours.client.disconnect()]);
  expect(ours.sink.kinds).toEqual(['connecting', 'connected', 'logged-out']);
});

test('shows the status that the user wants', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const { client, sink } = makeClient(stage);
  client.connect(1, { status: 'Be right back', nick: 'Alice in the woods' });
  await eventually(() => sink.kinds.includes('connected'));
  await bob.waitForPresence(ALICE, 'BRB');
  await eventually(() => bob.presenceOf(ALICE).name === 'Alice in the woods');
  expect(stage.server.violations).toEqual([]);
});

test('a wrong password ends the attempt for good', async () => {
  const stage = await setStage();
  const { client, sink } = makeClient(stage, { password: 'wrong' });
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  expect(sink.kinds).toEqual(['connecting', 'bad-credentials']);
  expect(JSON.stringify(stage.log.lines)).not.toContain('wrong');
});

test('an address in other letters than the server has it is refused', async () => {
  const stage = await setStage();
  const { client, sink } = makeClient(stage, { address: 'ALICE@example.com' });
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  expect(sink.kinds[1]).toBe('bad-credentials');
  expect(sink.states[1]?.sentence).toContain('capital letters');
});

test('a server that is not there is down', async () => {
  const stage = await setStage();
  await stage.server.goDown();
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  expect(sink.states[1]).toEqual({ kind: 'server-down', sentence: 'Double could not be reached.' });

  await stage.server.comeBack();
  client.connect(2, {});
  await eventually(() => sink.kinds.at(-1) === 'connected');
});

test('a sign-in service that is not there is down, too', async () => {
  const stage = await setStage();
  await stage.server.login.close();
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  expect(sink.kinds.at(-1)).toBe('server-down');
});

test.each([
  [600, 'server-down'],
  [800, 'disconnected'],
  [924, 'refused'],
  [928, 'bad-credentials'],
] as const)('refusal %i of a sign-in means %s', async (code, kind) => {
  const stage = await setStage();
  stage.server.faults.add({ verb: 'USR', user: ALICE }, refusal(code, { close: true }));
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  expect(sink.kinds.at(-1)).toBe(kind);
});

test('a ticket that dies on the way of somebody who was signed in before is forgiven once', async () => {
  const stage = await setStage();
  const isTicket = ({ args }: { readonly args: readonly string[] }): boolean => args[2] === 'S';
  stage.server.faults.add({ verb: 'USR', where: isTicket }, refusal(911, { close: true }), 2);
  const { client, sink } = makeClient(stage, {}, { memory: { protocol: 'MSNP12' } });
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  client.connect(2, {});
  await eventually(() => sink.kinds.length === 4);
  expect(sink.kinds).toEqual(['connecting', 'disconnected', 'connecting', 'bad-credentials']);
});

test.each([
  ['a digest is wrong for good: there is no ticket that could have died', 'MSNP7', 'S'],
  ['who is unknown before a ticket was shown is unknown', 'MSNP12', 'I'],
] as const)('%s', async (_, protocol, step) => {
  const stage = await setStage({ dialects: [protocol], profile: { dialects: [protocol] } });
  stage.server.faults.add({ verb: 'USR', where: ({ args }) => args[2] === step }, refusal(911, { close: true }), 1);
  const { client, sink } = makeClient(stage, {}, { memory: { protocol } });
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  expect(sink.kinds).toEqual(['connecting', 'bad-credentials']);
});

test('none of our protocol versions is a refusal', async () => {
  const stage = await setStage({ dialects: ['MSNP9'] });
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await eventually(() => sink.kinds.length === 2);
  expect(sink.states[1]).toMatchObject({ kind: 'refused' });
});

test('silence during the sign-in is a server that is down', async () => {
  const stage = await setStage();
  stage.server.faults.add({ verb: 'CVR', user: ALICE }, { type: 'ignore' });
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await stage.server.waitFor(({ verb, direction }) => verb === 'CVR' && direction === 'in');
  stage.clock.advance(20_000);
  await eventually(() => sink.kinds.length === 2);
  expect(sink.states[1]).toMatchObject({ kind: 'server-down', sentence: 'Double did not answer in time.' });
});

test.each([
  ['OTH', 'signed-in-elsewhere'],
  ['SSD', 'server-down'],
] as const)('OUT %s means %s', async (reason, kind) => {
  const stage = await setStage();
  const { sink } = await signInOurs(stage);
  stage.server.signOut(ALICE, reason);
  await eventually(() => sink.kinds.length === 3);
  expect(sink.kinds.at(-1)).toBe(kind);
});

test('a lost connection is told once, and another attempt signs in again', async () => {
  const stage = await setStage();
  const { client, sink } = await signInOurs(stage);
  stage.server.cut(ALICE);
  await eventually(() => sink.kinds.length === 3);
  expect(sink.kinds.at(-1)).toBe('disconnected');
  client.connect(2, {});
  await eventually(() => sink.kinds.length === 5);
  expect(sink.kinds).toEqual(['connecting', 'connected', 'disconnected', 'connecting', 'connected']);
});

test('a server that stops answering pings is lost', async () => {
  const stage = await setStage();
  const { sink } = await signInOurs(stage);
  stage.server.faults.add({ verb: 'PNG' }, { type: 'ignore' });
  stage.clock.advance(45_000);
  stage.clock.advance(30_000);
  await eventually(() => sink.kinds.length === 3);
  expect(sink.kinds.at(-1)).toBe('disconnected');
});

test('signing off in the middle of a sign-in ends the attempt', async () => {
  const stage = await setStage();
  stage.server.faults.add({ verb: 'USR', user: ALICE }, { type: 'ignore' });
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await stage.server.waitFor(({ verb, direction }) => verb === 'USR' && direction === 'in');
  await client.disconnect();
  expect(sink.kinds).toEqual(['connecting', 'logged-out']);
  await client.disconnect();
  expect(sink.kinds).toHaveLength(2);
});

test('announces maintenance, and asks about people who add us', async () => {
  const stage = await setStage();
  const { sink } = await signInOurs(stage);
  const body = 'MIME-Version: 1.0\r\nContent-Type: application/x-msmsgssystemmessage\r\n\r\nType: 1\r\nArg1: 5\r\n';
  stage.server.tell(ALICE, 'MSG Hotmail Hotmail', body);
  stage.server.tell(ALICE, 'ADC 0 RL N=dave@example.com F=Dave');
  await eventually(() => sink.events.some(({ type }) => type === 'contact-request'));
  expect(sink.events.filter(({ type }) => type === 'notice' || type === 'contact-request')).toMatchObject([
    { type: 'notice', text: 'Double goes down for maintenance in 5 minutes.' },
    { type: 'contact-request', address: 'dave@example.com', name: 'Dave', user: 'double/dave@example.com' },
  ]);
});

test.each(['MSNP8', 'MSNP10', 'MSNP12'] as const)('in %s who is let in is not told of anew', async (dialect) => {
  const accounts = [
    { address: ALICE, name: 'Alice' },
    { address: BOB, name: 'Bob', contacts: [ALICE] },
  ];
  const stage = await setStage({ accounts, profile: { dialects: [dialect] } });
  const { client, sink } = await signInOurs(stage);
  await eventually(() => sink.events.some(({ type }) => type === 'contact-request'));
  await client.answerRequest(`double/${BOB}` as RemoteUserId, 'add');
  expect(sink.presenceOf(BOB)).toBe('Offline');
  expect(sink.events.filter(({ type }) => type === 'notice')).toEqual([]);
  expect(stage.server.violations).toEqual([]);
});

test('what another place of ours calls somebody on our list goes no further: it may be for us only', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const { sink } = await signInOurs(stage);
  const { guid } = stage.server.world.account(ALICE)?.contact(BOB) ?? {};
  stage.server.tell(ALICE, `SBP 0 ${guid} MFN My%20secret%20love`);
  stage.server.tell(ALICE, 'ADC 0 FL N=last@example.com F=Last');
  await eventually(() => sink.presenceOf('last@example.com') !== undefined);
  expect(JSON.stringify(sink.events)).not.toContain('secret');
});

test('a session over the gateway that a killed process left behind ends when we sign in again, and does not end ours', async () => {
  const gateway = await freePort();
  const killed = Promise.withResolvers<FetchReply>();
  let isKilled = false;
  const stage = await setStage({
    ports: { gateway },
    profile: { gateway: { url: `http://127.0.0.1:${gateway}/`, only: true } },
    io: (profile) => {
      const io = createIo(profile);
      return { ...io, fetch: async (request) => (isKilled ? killed.promise : io.fetch(request)) };
    },
  });
  const left = await signInOurs(stage);
  isKilled = true;
  await pass(stage, 10_000); // it asks for news once more
  isKilled = false;
  const { mark } = stage.server;
  const ours = await signInOurs(stage, 2);
  await stage.server.waitFor(({ line, user }) => line === 'OUT OTH' && user === ALICE, { after: mark });
  await pass(stage, 60_000);
  expect([left.sink.kinds, ours.sink.kinds]).toEqual([
    ['connecting', 'connected'],
    ['connecting', 'connected'],
  ]);
  killed.resolve({ type: 'failed', reason: 'the process is gone' });
});
