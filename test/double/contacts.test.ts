// Editing lists, groups and settings at the double, and what the other side hears of it.
import { expect, test } from 'vitest';

import { ALICE, BOB, CAROL, rawOnline, rawSignIn, signIn, startServer } from './stage.ts';
import type { Wire } from './wire.ts';

const FRANK = 'frank@example.com';
const ACCOUNTS = [
  { address: ALICE, name: 'Alice', groups: ['Friends', 'Work'], contacts: [BOB] },
  { address: BOB, name: 'Bob', contacts: [ALICE] },
  { address: FRANK, name: 'Frank' },
];

/** What came, and nothing besides: the notices that go with the reverse list are left out. */
async function heard(wire: Wire): Promise<string[]> {
  wire.write('PNG');
  const lines: string[] = [];
  for (let { verb, line } = await wire.next(); verb !== 'QNG'; { verb, line } = await wire.next()) {
    if (verb !== 'NOT') lines.push(line);
  }
  return lines;
}

test('MSNP8: adding somebody who is online, as it was recorded', async () => {
  const server = await startServer({ login: 'http', accounts: ACCOUNTS });
  const frank = await rawOnline(server, FRANK);
  const alice = await rawOnline(server, ALICE);
  alice.write(`ADD 7 AL ${FRANK} ${FRANK}`);
  alice.write(`ADD 8 FL ${FRANK} Frank%20F 0`);
  alice.write(`ADD 9 FL ${FRANK} Frank%20F 0`);
  expect(await heard(alice)).toEqual([
    `ADD 7 AL 2 ${FRANK} ${FRANK}`,
    `ADD 8 FL 3 ${FRANK} Frank%20F 0`,
    `BPR 3 ${FRANK} PHH`,
    `BPR 3 ${FRANK} PHW`,
    `BPR 3 ${FRANK} PHM`,
    `BPR 3 ${FRANK} MOB N`,
    `ILN 8 NLN ${FRANK} Frank 0`,
    `ADD 9 FL 4 ${FRANK} Frank%20F 0`,
  ]);
  expect(await heard(frank)).toEqual([`ADD 0 RL 2 ${ALICE} Alice`]);
});

test('MSNP8: refusals, groups and removal, as they were recorded', async () => {
  const server = await startServer({ login: 'http', accounts: ACCOUNTS });
  const alice = await rawSignIn(server, ALICE);
  const exchange: readonly (readonly [string, string])[] = [
    [`ADD 10 FL ${BOB} Bob 1`, `ADD 10 FL 2 ${BOB} Bob 1`],
    [`ADD 11 FL ${BOB} Bob 2`, `ADD 11 FL 3 ${BOB} Bob 2`],
    [`ADD 12 FL ${BOB} Bob 2`, '215 12'],
    [`REM 13 FL ${BOB} 1`, `REM 13 FL 4 ${BOB} 1`],
    [`REM 14 FL ${BOB} 77`, '224 14'],
    ['ADD 15 FL nobody@example.com nobody 0', '205 15'],
    ['ADD 16 FL nonsense nonsense 0', '201 16'],
    ['REM 17 FL nobody@example.com', '205 17'],
    [`REM 18 BL ${BOB}`, '216 18'],
    [`REM 19 FL ${BOB}`, `REM 19 FL 5 ${BOB}`],
    ['ADG 26 Chess%20Club 0', 'ADG 26 6 Chess%20Club 3 0'],
    ['ADG 27 Chess%20Club 0', '228 27'],
    ['REG 28 3 Chess%20Team 0', 'REG 28 7 3 Chess%20Team 0'],
    ['REG 30 9 X 0', '224 30'],
    [`ADG 32 ${'g'.repeat(62)} 0`, '229 32'],
    ['RMG 33 3', 'RMG 33 8 3'],
    ['RMG 34 3', '224 34'],
    ['RMG 35 0', '224 35'],
    ['BLP 37 BL', 'BLP 37 9 BL'],
    ['BLP 38 BL', '218 38'],
    ['GTC 40 N', 'GTC 40 10 N'],
    ['PRP 43 PHH 1%20555', 'PRP 43 11 PHH 1%20555'],
    ['PRP 49 MFN x', '715 49'],
    [`REA 51 ${ALICE} %C3%85lice%20%F0%9F%98%80%20100%25`, `REA 51 12 ${ALICE} Ålice%20😀%20100%25`],
    ['URL 57 INBOX', 'URL 57 /unused1 /unused2 1'],
    ['SND 58 friend@example.org', 'SND 58 OK'],
    ['IMS 59 OFF', 'IMS 59 0 OFF'],
  ];
  for (const [request, answer] of exchange) expect((await alice.ask(request)).line).toBe(answer);
});

test('MSNP12: GUIDs, no serials, presence with its personal message', async () => {
  const server = await startServer({ login: 'http', accounts: ACCOUNTS });
  const frank = await rawOnline(server, FRANK, 'MSNP12');
  const alice = await rawOnline(server, ALICE, 'MSNP12');
  await alice.ask('SYN 6 0 0');
  const work = (await alice.take((all) => all.find(({ line }) => line.startsWith('LSG Work')), 'LSG')).args[1];
  await heard(alice);
  alice.write(`ADC 7 AL N=${FRANK}`);
  const added = await (async () => {
    alice.write(`ADC 8 FL N=${FRANK} F=Frank%20F`);
    return heard(alice);
  })();
  const guid = /C=(\S+)/u.exec(added.join('\n'))?.[1] ?? '';
  expect(added).toEqual([
    `ADC 7 AL N=${FRANK}`,
    `ADC 8 FL N=${FRANK} F=Frank C=${guid}`,
    ...['PHH', 'PHW', 'PHM', 'MOB N'].map((rest) => `BPR ${FRANK} ${rest}`),
    `ILN 8 NLN ${FRANK} Frank 0 %3Cmsnobj%2F%3E`,
    `UBX ${FRANK} 53`,
  ]);
  expect(await heard(frank)).toEqual([`ADC 0 RL N=${ALICE} F=Alice`]);
  const exchange: readonly (readonly [string, string])[] = [
    [`ADC 9 FL C=${guid} ${work}`, `ADC 9 FL C=${guid} ${work}`],
    [`ADC 10 FL C=${guid} ${work}`, '215 10'],
    [`REM 11 FL ${guid} ${work}`, `REM 11 FL ${guid} ${work}`],
    [`REM 13 FL ${FRANK}`, '403 13'],
    ['ADC 16 FL N=nobody@example.com F=x', '208 16'],
    ['ADC 17 FL N=nonsense F=x', '201 17'],
    [`SBP 31 ${guid} MFN My%20Frank`, `SBP 31 ${guid} MFN My%20Frank`],
    ['BLP 15 BL', 'BLP 15 BL'],
    [`REA 18 ${ALICE} x`, '502 18'],
    ['PRP 28 MFN %C3%85lice', 'PRP 28 MFN Ålice'],
  ];
  for (const [request, answer] of exchange) expect((await alice.ask(request)).line).toBe(answer);
  alice.write(`REM 40 FL ${guid}`);
  expect(await heard(alice)).toEqual([`REM 40 FL ${guid}`]);
  expect(await heard(frank)).toContain(`REM 0 RL ${ALICE}`);
});

test('MSNP12: somebody who waits is accepted by ADC AL, ADC RL, REM PL, in that order only', async () => {
  const server = await startServer({
    login: 'http',
    accounts: [
      { address: ALICE, contacts: [BOB] },
      { address: BOB, name: 'Bob' },
    ],
  });
  const bob = await rawSignIn(server, BOB, 'MSNP12');
  bob.write('SYN 5 0 0');
  expect(await heard(bob)).toContain(`LST N=${ALICE} F=${ALICE} 16 1 `);
  for (const request of [`ADC 7 AL N=${ALICE}`, `ADC 8 RL N=${ALICE}`, `REM 9 PL ${ALICE}`]) {
    expect((await bob.ask(request)).line).toBe(request);
  }
  bob.write('SYN 10 0 0');
  expect(await heard(bob)).toContain(`LST N=${ALICE} F=alice 10 1 `);
  bob.write(`ADC 11 RL N=${ALICE}`);
  await bob.closed();
});

test('blocking hides one at once, unblocking shows one again, and a strict list hides from strangers', async () => {
  const server = await startServer({ login: 'http' });
  const bob = await signIn(server, BOB);
  const alice = await signIn(server, ALICE);
  await bob.waitForPresence(ALICE, 'NLN');
  await alice.block(BOB);
  await bob.waitForPresence(ALICE, 'FLN');
  await alice.setStatus('BSY');
  await alice.unblock(BOB);
  await bob.waitForPresence(ALICE, 'BSY');
  await alice.line.request('REM', 'AL', BOB);
  await bob.waitForPresence(ALICE, 'BSY');
  await alice.line.request('BLP', 'BL');
  await bob.waitForPresence(ALICE, 'FLN');
  expect(server.violations).toEqual([]);
});

test('a stranger may ring where only friends may look, who lists one may not', async () => {
  const server = await startServer({
    login: 'http',
    accounts: [
      { address: ALICE, privacy: 'BL', contacts: [] },
      { address: BOB, contacts: [ALICE] },
      { address: CAROL, contacts: [] },
    ],
  });
  await signIn(server, ALICE);
  const stranger = await signIn(server, CAROL);
  await stranger.say(ALICE, 'we have not met');
  const friend = await signIn(server, BOB);
  await expect(friend.say(ALICE, 'hello')).rejects.toMatchObject({ code: 217 });
});

test('names, statuses and personal messages reach whoever watches', async () => {
  const server = await startServer({ login: 'http' });
  const bob = await signIn(server, BOB, { dialect: 'MSNP12' });
  const alice = await signIn(server, ALICE, { dialect: 'MSNP12' });
  await alice.setName('Ålice 100%');
  await alice.setPersonalMessage('tea & cake <3');
  await alice.setStatus('LUN');
  await bob.waitForPresence(ALICE, 'LUN');
  expect(bob.presenceOf(ALICE)).toMatchObject({
    name: 'Ålice 100%',
    personalMessage: '<Data><PSM>tea &amp; cake &lt;3</PSM><CurrentMedia></CurrentMedia></Data>',
  });
});

test('a person adds and removes a contact in either dialect', async () => {
  const server = await startServer({ login: 'http', accounts: ACCOUNTS });
  for (const dialect of ['MSNP8', 'MSNP12'] as const) {
    const alice = await signIn(server, ALICE, { dialect });
    await alice.addContact(FRANK);
    expect(server.world.account(FRANK)?.has('RL', ALICE)).toBe(true);
    await alice.removeContact(FRANK);
    expect(server.world.account(FRANK)?.has('RL', ALICE)).toBe(false);
    await alice.signOut();
  }
  expect(server.violations).toEqual([]);
});
