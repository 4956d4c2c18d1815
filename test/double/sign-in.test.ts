// How the double lets people in: versions, tickets, redirects, the roster, and a second session.
import { expect, test } from 'vitest';

import { fetchTicket } from '../support/msn-person/passport.ts';
import { ALICE, BOB, connect, rawOnline, rawSignIn, signIn, startServer } from './stage.ts';

test('the newest version both know is chosen, whatever the order and the case', async () => {
  const server = await startServer({ login: 'http' });
  const one = await connect(server);
  expect((await one.ask('VER 1 msnp8 MSNP9 MSNP12 CVR0')).line).toBe('VER 1 MSNP12');
  const narrow = await startServer({ login: 'http', dialects: ['MSNP8', 'MSNP9'] });
  const other = await connect(narrow);
  expect((await other.ask('VER 1 MSNP12 MSNP8 CVR0')).line).toBe('VER 1 MSNP8');
});

test('no common version, and VER twice, end the connection', async () => {
  const server = await startServer({ login: 'http' });
  const stranger = await connect(server);
  expect((await stranger.ask('VER 1 MSNP1 CVR0')).line).toBe('VER 1 0');
  await stranger.closed();
  const twice = await connect(server);
  await twice.ask('VER 1 MSNP8 CVR0');
  expect((await twice.ask('VER 2 MSNP8 CVR0')).line).toBe('715 2');
  await twice.closed();
});

test('MSNP8 gives the name at sign-in and the roster with serial and numbered groups', async () => {
  const server = await startServer({
    login: 'http',
    accounts: [
      {
        address: ALICE,
        name: 'Alice L',
        groups: ['Friends'],
        contacts: [
          { address: BOB, groups: ['Friends'] },
          { address: 'erin@example.com', lists: ['BL'] },
        ],
      },
      { address: BOB, name: 'Bob', contacts: [ALICE] },
      { address: 'erin@example.com', name: 'Erin', contacts: [ALICE] },
      { address: 'fan@example.com', name: 'Fan', contacts: [ALICE] },
    ],
  });
  const wire = await rawSignIn(server, ALICE);
  wire.write('SYN 5 0');
  expect(await wire.lines(8)).toEqual([
    'SYN 5 1 3 2',
    'GTC A',
    'BLP AL',
    'LSG 0 Other%20Contacts 0',
    'LSG 1 Friends 0',
    `LST ${BOB} Bob 11 1`,
    'LST erin@example.com Erin 12 0',
    'LST fan@example.com fan@example.com 8 0',
  ]);
});

test('MSNP12 gives time stamps, GUIDs, the own name and the pending list', async () => {
  const server = await startServer({
    login: 'http',
    accounts: [
      { address: ALICE, name: 'Alice L', groups: ['Friends'], contacts: [{ address: BOB, groups: ['Friends'] }] },
      { address: BOB, name: 'Bob', contacts: [ALICE] },
      { address: 'fan@example.com', name: 'Fan', contacts: [ALICE] },
    ],
  });
  const wire = await rawSignIn(server, ALICE, 'MSNP12');
  wire.write('SYN 5 0 0');
  const lines = await wire.lines(7);
  const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
  expect(lines[0]).toMatch(/^SYN 5 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}-00:00) \1 2 1$/u);
  expect(lines.slice(1, 4)).toEqual(['GTC A', 'BLP AL', 'PRP MFN Alice%20L']);
  const group = new RegExp(`^LSG Friends (${guid})$`, 'u').exec(lines[4] ?? '')?.[1];
  expect(group).toBeDefined();
  expect(lines[5]).toMatch(new RegExp(`^LST N=${BOB} F=Bob C=${guid} 11 1 ${group}$`, 'u'));
  expect(lines[6]).toBe('LST N=fan@example.com F=fan@example.com 16 1 ');
});

test.each([
  ['MSNP8', '0'],
  ['MSNP12', '0 0'],
])('%s: SYN with what the client has already is answered alone', async (dialect, nothing) => {
  const server = await startServer({ login: 'http' });
  const wire = await rawSignIn(server, ALICE, dialect);
  const { args } = await wire.ask(`SYN 5 ${nothing}`);
  const known = args.slice(1, dialect === 'MSNP8' ? 2 : 3).join(' ');
  await wire.takeVerb('BLP');
  for (const contact of [BOB, 'carol'])
    await wire.take((all) => all.find(({ line }) => line.includes(contact)), contact);
  expect((await wire.ask(`SYN 6 ${known}`)).line).toBe(`SYN 6 ${known}`);
  wire.write('PNG');
  await wire.takeVerb('QNG');
  expect(wire.unasked.filter(({ verb }) => verb === 'LST')).toEqual([]);
});

test('a dispatch server sends everybody on to the notification server', async () => {
  const server = await startServer({ dispatch: true });
  expect(server.port).not.toBe(server.notificationPort);
  const alice = await signIn(server, ALICE);
  expect(alice.isSignedIn).toBe(true);
  const redirects = server.log.filter(
    ({ side, direction, verb }) => side === 'DS' && direction === 'out' && verb === 'XFR',
  );
  expect(redirects.map(({ line }) => line)).toEqual([
    `XFR 3 NS 127.0.0.1:${server.notificationPort} 0 127.0.0.1:${server.port}`,
  ]);
});

test('a wrong password is refused by the login server, and a made-up ticket by the notification server', async () => {
  const server = await startServer();
  await expect(signIn(server, ALICE, { password: 'guess' })).rejects.toThrow('status 401');
  const wire = await connect(server);
  await wire.ask('VER 1 MSNP8 CVR0');
  await wire.ask(`USR 2 TWN I ${ALICE}`);
  expect((await wire.ask('USR 3 TWN S t=nonsense&p=')).line).toBe('911 3');
  await wire.closed();
});

test('the address has to be spelled as in the account', async () => {
  const server = await startServer({ login: 'http' });
  await expect(signIn(server, 'Alice@example.com')).rejects.toThrow('911');
});

test('a login ticket may be shown twice, until it has run out', async () => {
  let now = 1_000_000;
  const server = await startServer({ login: 'http', now: () => now });
  const ticket = await fetchTicket({ nexusUrl: server.nexusUrl }, ALICE, 'secret', 'none');
  const present = async () => {
    const wire = await connect(server);
    await wire.ask('VER 1 MSNP8 CVR0');
    await wire.ask(`USR 2 TWN I ${ALICE}`);
    return (await wire.ask(`USR 3 TWN S ${ticket}`)).line;
  };
  expect(await present()).toBe(`USR 3 OK ${ALICE} Alice 1 0`);
  expect(await present()).toBe(`USR 3 OK ${ALICE} Alice 1 0`);
  now += 31_000;
  expect(await present()).toBe('911 3');
});

test('the login server redirects, goes in circles, refuses and is not there, as scripted', async () => {
  const server = await startServer({ ticketForm: 't-and-p' });
  const way = { nexusUrl: server.nexusUrl, caFile: server.caFile ?? '' };
  const ask = () => fetchTicket(way, ALICE, 'secret', 'none');
  server.login.script({ type: 'redirect' }, 2);
  expect(await ask()).toMatch(/^t=[0-9a-f]{20}&p=$/u);
  server.login.script({ type: 'unavailable' }, 1);
  await expect(ask()).rejects.toThrow('status 503');
  server.login.script({ type: 'failed', text: 'No such luck' }, 1);
  await expect(ask()).rejects.toThrow('status 401');
  server.login.script({ type: 'redirect' });
  await expect(ask()).rejects.toThrow('redirects');
  server.login.clear();
  server.login.setNexusDown(true);
  await expect(ask()).rejects.toThrow('names no login server (status 503)');
});

test('the newer session puts the older one out, before it is let in', async () => {
  const server = await startServer({ login: 'http' });
  const bob = await rawOnline(server, BOB);
  const older = await signIn(server, ALICE);
  await bob.take((all) => all.find(({ line }) => line.startsWith('NLN')), 'NLN');
  const mark = server.mark;
  await signIn(server, ALICE);
  expect(await older.waitForSignOut()).toBe('OTH');
  const out = server.log.filter(
    ({ seq, direction, line }) => seq > mark && direction === 'out' && / OK |OTH/u.test(line),
  );
  expect(out.map(({ verb }) => verb)).toEqual(['OUT', 'USR']);
  expect((await bob.next()).line).toBe(`FLN ${ALICE}`);
});

test('the server can go down and come back under the same ports', async () => {
  const server = await startServer();
  const alice = await signIn(server, ALICE);
  const { port } = server;
  await server.goDown();
  await alice.waitForSignOut();
  await expect(signIn(server, ALICE)).rejects.toThrow('no connection');
  await server.comeBack();
  expect(server.port).toBe(port);
  expect((await signIn(server, ALICE)).isSignedIn).toBe(true);
});

test('a person without a status is signed in and seen by nobody', async () => {
  const server = await startServer({ login: 'http' });
  const bob = await signIn(server, BOB);
  const alice = await signIn(server, ALICE, { status: undefined });
  expect(server.isSignedIn(ALICE)).toBe(true);
  expect(bob.presenceOf(ALICE).status).toBe('FLN');
  await expect(alice.startChat([BOB])).rejects.toThrow('913');
});
