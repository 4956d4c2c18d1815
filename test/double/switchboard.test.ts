// Calls, tickets and messages on the double's switchboard.
import { describe, expect, test } from 'vitest';

import { textMessage } from '../support/msn-person/message.ts';
import { ALICE, BOB, CAROL, connect, rawAnswer, rawOnline, rawRoom, rawSignIn, signIn, startServer } from './stage.ts';
import type { Wire } from './wire.ts';

const HELLO = textMessage('hello');

function say(wire: Wire, trid: number, letter: string, payload = HELLO): void {
  wire.write(`MSG ${trid} ${letter} ${payload.length}`, payload);
}

async function atTheTable(options: Parameters<typeof startServer>[0] = {}) {
  const server = await startServer({ login: 'http', ...options });
  const alice = await rawOnline(server, ALICE);
  const bob = await rawOnline(server, BOB);
  const room = await rawRoom(server, alice, ALICE);
  await room.ask(`CAL 2 ${BOB}`);
  const other = await rawAnswer(server, bob, BOB);
  await room.takeVerb('JOI');
  return { server, alice, bob, room, other };
}

describe('calls', () => {
  test.each([
    ['somebody who is offline', CAROL, '217 2'],
    ['somebody who does not exist', 'nobody@example.com', '217 2'],
    ['what is no address', 'nonsense', '208 2'],
    ['oneself', ALICE, '215 2'],
  ])('to %s are refused', async (_who, address, refusal) => {
    const server = await startServer({ login: 'http' });
    const room = await rawRoom(server, await rawOnline(server, ALICE), ALICE);
    expect((await room.ask(`CAL 2 ${address}`)).line).toBe(refusal);
  });

  test('to somebody in the room already are refused', async () => {
    const { room } = await atTheTable();
    expect((await room.ask(`CAL 3 ${BOB.toUpperCase()}`)).line).toBe('215 3');
  });

  test.each([undefined, 216] as const)(
    'to somebody who blocks the caller get 217, or 216 if asked for',
    async (code) => {
      const blockedCall = code === undefined ? {} : { blockedCall: code };
      const server = await startServer({ login: 'http', ...blockedCall });
      const alice = await rawOnline(server, ALICE);
      const bob = await rawOnline(server, BOB);
      await alice.ask(`ADD 6 BL ${BOB} Bob`);
      const room = await rawRoom(server, bob, BOB);
      expect((await room.ask(`CAL 2 ${ALICE}`)).line).toBe(`${code ?? 217} 2`);
      const hers = await rawRoom(server, alice, ALICE);
      expect((await hers.ask(`CAL 2 ${BOB}`)).line).toMatch(/^CAL 2 RINGING [0-9a-f]{31}$/u);
    },
  );

  test('to somebody hiding are refused, and one cannot call while hiding', async () => {
    const server = await startServer({ login: 'http' });
    const alice = await rawOnline(server, ALICE);
    const bob = await rawOnline(server, BOB);
    await bob.ask('CHG 6 HDN 0');
    const room = await rawRoom(server, alice, ALICE);
    expect((await room.ask(`CAL 2 ${BOB}`)).line).toBe('217 2');
    expect((await bob.ask('XFR 7 SB')).line).toBe('913 7');
    expect((await alice.ask('XFR 8 NS')).line).toBe('201 8');
  });

  test('an unanswered ring stays unanswered, and an answer after the caller has gone finds an empty room', async () => {
    const server = await startServer({ login: 'http' });
    const alice = await rawOnline(server, ALICE);
    const bob = await rawOnline(server, BOB);
    const room = await rawRoom(server, alice, ALICE);
    await room.ask(`CAL 2 ${BOB}`);
    room.write('OUT');
    await room.closed();
    const late = await rawAnswer(server, bob, BOB);
    expect(late.unasked).toEqual([]);
  });
});

describe('tickets', () => {
  test('work once, and only for whom they were given to', async () => {
    const server = await startServer({ login: 'http' });
    const alice = await rawOnline(server, ALICE);
    const { args } = await alice.ask('XFR 6 SB');
    const first = await connect(server, 'SB');
    expect((await first.ask(`USR 1 ${ALICE} ${args[4]}`)).line).toBe(`USR 1 OK ${ALICE} Alice`);
    const second = await connect(server, 'SB');
    expect((await second.ask(`USR 1 ${ALICE} ${args[4]}`)).line).toBe('911 1');
    await second.closed();
    const { args: others } = await alice.ask('XFR 7 SB');
    const thief = await connect(server, 'SB');
    expect((await thief.ask(`USR 1 ${BOB} ${others[4]}`)).line).toBe('911 1');
    await thief.closed();
  });

  test('run out', async () => {
    let now = 1_000_000;
    const server = await startServer({ login: 'http', now: () => now });
    const alice = await rawOnline(server, ALICE);
    const { args } = await alice.ask('XFR 6 SB');
    now += 121_000;
    const wire = await connect(server, 'SB');
    expect((await wire.ask(`USR 1 ${ALICE} ${args[4]}`)).line).toBe('911 1');
  });

  test('are used up by a wrong session, which ends the connection without a word', async () => {
    const server = await startServer({ login: 'http' });
    const alice = await rawOnline(server, ALICE);
    const bob = await rawOnline(server, BOB);
    const room = await rawRoom(server, alice, ALICE);
    await room.ask(`CAL 2 ${BOB}`);
    const { args } = await bob.takeVerb('RNG');
    const wrong = await connect(server, 'SB');
    wrong.write(`ANS 1 ${BOB} ${args[3]} elsewhere`);
    await wrong.closed();
    expect(wrong.unasked).toEqual([]);
    const right = await connect(server, 'SB');
    expect((await right.ask(`ANS 1 ${BOB} ${args[3]} ${args[0]}`)).line).toBe('911 1');
  });

  test('of two rings both answered put somebody in twice', async () => {
    const { room, bob, other, server } = await atTheTable();
    const again = await rawRoom(server, bob, BOB);
    again.write('OUT');
    const carol = await rawOnline(server, CAROL);
    await room.ask(`CAL 3 ${CAROL}`);
    await room.ask(`CAL 4 ${CAROL}`);
    const first = await rawAnswer(server, carol, CAROL);
    const second = await rawAnswer(server, carol, CAROL);
    await room.takeVerb('JOI');
    await other.takeVerb('JOI');
    say(first, 2, 'N');
    expect((await second.takeVerb('MSG')).args[0]).toBe(CAROL);
    first.write('OUT');
    await first.closed();
    second.write('OUT');
    expect((await room.take((all) => all.find(({ verb }) => verb === 'BYE'), 'BYE')).line).toBe(`BYE ${CAROL}`);
    expect(room.unasked.filter(({ verb }) => verb === 'JOI' || verb === 'BYE')).toEqual([]);
  });
});

describe('messages', () => {
  test('U and N go without an answer, A and D are acknowledged, even when nobody is there', async () => {
    const { room, other } = await atTheTable();
    for (const [trid, letter] of ['U', 'N', 'A', 'D'].entries()) say(room, trid + 10, letter);
    expect(await room.lines(2)).toEqual(['ACK 12', 'ACK 13']);
    for (let copy = 0; copy < 4; copy += 1) expect((await other.takeVerb('MSG')).payload).toEqual(HELLO);
    other.write('OUT');
    await room.takeVerb('BYE');
    say(room, 20, 'A');
    expect((await room.next()).line).toBe('ACK 20');
  });

  test('truthful acknowledgements say NAK when nobody got it', async () => {
    const { room, other } = await atTheTable({ acknowledgements: 'truthful' });
    say(room, 10, 'A');
    expect((await room.next()).line).toBe('ACK 10');
    other.write('OUT');
    await room.takeVerb('BYE');
    for (const [trid, letter] of ['U', 'N', 'A', 'D'].entries()) say(room, trid + 20, letter);
    expect(await room.lines(3)).toEqual(['NAK 21', 'NAK 22', 'NAK 23']);
  });

  test('1664 bytes pass, one more ends the connection', async () => {
    const { room, other, server } = await atTheTable();
    say(room, 10, 'A', textMessage('m'.repeat(1664 - textMessage('').length)));
    expect((await other.takeVerb('MSG')).payload).toHaveLength(1664);
    expect((await room.next()).line).toBe('ACK 10');
    say(room, 11, 'A', textMessage('m'.repeat(1665 - textMessage('').length)));
    await room.closed();
    expect((await other.takeVerb('BYE')).line).toBe(`BYE ${ALICE}`);
    expect(server.violations.map(({ rule }) => rule)).toEqual([expect.stringContaining('more than 1664 bytes')]);
  });

  test.each([
    ['without a blank line', Buffer.from('MIME-Version: 1.0\r\nContent-Type: text/plain\r\n')],
    ['of text that is not UTF-8', Buffer.concat([textMessage(''), Buffer.from([0xff, 0xfe])])],
    ['of a datacast without ID', Buffer.from('Content-Type: text/x-msnmsgr-datacast\r\n\r\nnothing')],
  ])('%s vanish', async (_what, payload) => {
    const { room, other, server } = await atTheTable();
    say(room, 10, 'A', payload);
    say(room, 11, 'A');
    expect((await room.next()).line).toBe('ACK 11');
    expect((await other.takeVerb('MSG')).payload).toEqual(HELLO);
    expect(server.violations).toHaveLength(1);
  });

  test.each([
    ['a small letter', 'a', HELLO],
    ['an unknown letter', 'X', HELLO],
    ['P2P without D', 'A', Buffer.from(`Content-Type: application/x-msnmsgrp2p\r\nP2P-Dest: ${BOB}\r\n\r\n`)],
  ])('with %s end the connection', async (_what, letter, payload) => {
    const { room, server } = await atTheTable();
    say(room, 10, letter, payload);
    await room.closed();
    expect(server.violations).toHaveLength(1);
  });

  test('pass to everybody, also while one blocks the other, and after signing out', async () => {
    const { room, other, alice } = await atTheTable();
    await alice.ask(`ADD 7 BL ${BOB} Bob`);
    alice.write('OUT');
    await alice.closed();
    say(other, 10, 'A');
    expect((await room.takeVerb('MSG')).args).toEqual([BOB, 'Bob', String(HELLO.length)]);
    say(room, 11, 'A');
    expect((await other.takeVerb('MSG')).args[0]).toBe(ALICE);
  });

  test('a member whose connection breaks has left', async () => {
    const { room, other } = await atTheTable();
    other.destroy();
    expect((await room.next()).line).toBe(`BYE ${BOB}`);
  });
});

test('IRO and JOI carry capabilities where the reader’s dialect has them', async () => {
  const server = await startServer({ login: 'http' });
  const alice = await rawOnline(server, ALICE, 'MSNP12');
  const bob = await rawOnline(server, BOB);
  await bob.ask('CHG 9 NLN 536870948');
  const room = await rawRoom(server, alice, ALICE);
  await room.ask(`CAL 2 ${BOB}`);
  const { args } = await bob.takeVerb('RNG');
  const other = await connect(server, 'SB');
  other.write(`ANS 1 ${BOB} ${args[3]} ${args[0]}`);
  expect(await other.lines(2)).toEqual([`IRO 1 1 1 ${ALICE} Alice`, 'ANS 1 OK']);
  expect((await room.next()).line).toBe(`JOI ${BOB} Bob 536870948`);
});

test('a person leaves when told to, and is told of a refusal', async () => {
  const server = await startServer({ login: 'http' });
  const alice = await signIn(server, ALICE);
  await expect(alice.say(BOB, 'anybody?')).rejects.toMatchObject({ code: 217 });
  await rawSignIn(server, BOB);
  await expect(alice.say(BOB, 'anybody?')).rejects.toMatchObject({ code: 217 });
  await alice.leave();
  expect(alice.chats).toEqual([]);
});
