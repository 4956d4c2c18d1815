// The scripted faults: each does what it says, and nothing else breaks.
import { expect, test } from 'vitest';

import { NAK, refusal } from '../support/msn-server/faults.ts';
import { ALICE, BOB, connect, rawOnline, signIn, startServer } from './stage.ts';

async function twoPeople() {
  const server = await startServer({ login: 'http' });
  const bob = await signIn(server, BOB);
  const alice = await signIn(server, ALICE, { patienceMs: 700 });
  return { server, alice, bob };
}

test('a message can be answered with NAK, and the next one is not', async () => {
  const { server, alice, bob } = await twoPeople();
  server.faults.add({ side: 'SB', user: ALICE, verb: 'MSG' }, NAK, 1);
  await expect(alice.say(BOB, 'lost')).rejects.toThrow('NAK');
  await alice.say(BOB, 'found');
  expect((await bob.waitForText(() => true)).text).toBe('found');
});

test('a message can be delivered and never acknowledged', async () => {
  const { server, alice, bob } = await twoPeople();
  server.faults.add({ side: 'SB', verb: 'MSG' }, { type: 'swallow' });
  const saying = alice.say(BOB, 'heard');
  await bob.waitForText('heard');
  await expect(saying).rejects.toThrow('waited 700 ms');
});

test('a command can go unanswered, be refused, or cost the connection', async () => {
  const { server, alice } = await twoPeople();
  server.faults.add({ side: 'NS', verb: 'XFR' }, { type: 'ignore' }, 1);
  await expect(alice.startChat([BOB])).rejects.toThrow('waited 700 ms');
  server.faults.add({ side: 'SB', verb: 'CAL' }, refusal(217), 1);
  await expect(alice.startChat([BOB])).rejects.toMatchObject({ code: 217 });
  server.faults.add({ side: 'SB', verb: 'USR' }, refusal(911, { close: true }), 1);
  await expect(alice.startChat([BOB])).rejects.toMatchObject({ code: 911 });
  server.faults.add({ side: 'SB', verb: 'CAL' }, { type: 'drop' }, 1);
  await expect(alice.startChat([BOB])).rejects.toThrow('closed while waiting');
  await alice.startChat([BOB]);
});

test('an answer can be late, and later commands wait behind it', async () => {
  const server = await startServer({ login: 'http' });
  const wire = await rawOnline(server, ALICE);
  server.faults.add({ side: 'NS', verb: 'URL' }, { type: 'delay', ms: 50 });
  wire.write('URL 8 INBOX');
  wire.write('PNG');
  expect(await wire.lines(2)).toEqual(['URL 8 /unused1 /unused2 1', 'QNG']);
});

test('an answer can stop in the middle', async () => {
  const server = await startServer({ login: 'http' });
  const wire = await rawOnline(server, ALICE);
  server.faults.add({ side: 'NS', verb: 'SYN' }, { type: 'cut', bytes: 18 });
  wire.write('SYN 8 0');
  await wire.closed();
  expect(wire.unasked.map(({ line }) => line)).toEqual(['SYN 8 1 2 1']);
});

test('a hook can decide for each command', async () => {
  const { server, alice } = await twoPeople();
  const seen: string[] = [];
  server.faults.intercept = (side, user, { verb }) => {
    seen.push(`${side} ${user} ${verb}`);
    return verb === 'XFR' ? refusal(800) : undefined;
  };
  await expect(alice.startChat([BOB])).rejects.toMatchObject({ code: 800 });
  expect(seen).toEqual([`NS ${ALICE} XFR`]);
  server.faults.clear();
  await alice.startChat([BOB]);
});

test('every byte can come by itself', async () => {
  const server = await startServer({ login: 'http' });
  server.faults.writeSize = 1;
  const alice = await signIn(server, ALICE, { dialect: 'MSNP12' });
  const bob = await signIn(server, BOB, { dialect: 'MSNP12' });
  await alice.say(BOB, 'l e t t e r s');
  await bob.waitForText('l e t t e r s');
  await bob.signOut();
  await alice.waitForPresence(BOB, 'FLN');
  expect(server.violations).toEqual([]);
});

test('the server can put somebody out, cut somebody off, and say anything to anybody', async () => {
  const { server, alice, bob } = await twoPeople();
  server.tell(
    ALICE,
    'MSG Hotmail Hotmail',
    'MIME-Version: 1.0\r\nContent-Type: application/x-msmsgssystemmessage\r\n\r\nType: 1\r\nArg1: 5\r\n',
  );
  await alice.line.waitFor(({ payload }) => payload.includes('Arg1: 5'), 'the warning');
  server.signOut(ALICE, 'SSD');
  expect(await alice.waitForSignOut()).toBe('SSD');
  server.cut(BOB);
  expect(await bob.waitForSignOut()).toBeUndefined();
});

test('somebody can be rung at a hundred times', async () => {
  const { server, bob } = await twoPeople();
  server.flood(BOB, ALICE, 100);
  await bob.line.waitFor(({ verb }) => verb === 'RNG', 'RNG');
  const isAnswer = ({ side, direction, verb }: (typeof server.log)[number]) =>
    side === 'SB' && direction === 'out' && verb === 'ANS';
  await server.waitFor(() => server.log.filter(isAnswer).length === 100, { what: '100 answers' });
  expect(server.violations).toEqual([]);
});

test('waiting for what does not come ends in a sentence that says what was waited for', async () => {
  const server = await startServer({ login: 'http' });
  const wire = await connect(server);
  await wire.ask('VER 1 MSNP8 CVR0');
  const waiting = server.waitFor(({ verb }) => verb === 'NEVER', { what: 'a miracle', timeoutMs: 20 });
  await expect(waiting).rejects.toThrow(/waited 20 ms for a miracle; the last entries were\n.*VER 1 MSNP8/su);
});
