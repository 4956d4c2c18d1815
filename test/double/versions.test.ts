// What differs between the versions at the double, line by line: sign-in, redirects, rosters, presence, and what is out of its time.
import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { ALICE, BOB, CAROL, connect, rawOnline, rawRoom, rawSignIn, signIn, startServer } from './stage.ts';
import type { Wire } from './wire.ts';

const ACCOUNTS = [
  {
    address: ALICE,
    name: 'Alice L',
    groups: ['Friends'],
    properties: { PHH: '1 555' },
    contacts: [
      { address: BOB, groups: ['Friends'] },
      { address: CAROL, lists: ['BL' as const] },
    ],
  },
  { address: BOB, name: 'Bob', contacts: [ALICE], properties: { MOB: 'Y', PHM: '2 555' } },
  { address: CAROL, name: 'Carol' },
  { address: 'fan@example.com', name: 'Fan', contacts: [ALICE] },
];

async function rest(wire: Wire): Promise<string[]> {
  wire.write('PNG');
  const lines: string[] = [];
  for (let { verb, line } = await wire.next(); verb !== 'QNG'; { verb, line } = await wire.next()) lines.push(line);
  return lines;
}

describe('the roster', () => {
  const reverse = ['LST 5 RL 1 1 2 bob@example.com Bob', 'LST 5 RL 1 2 2 fan@example.com fan@example.com'];
  const allowed = ['LST 5 AL 1 1 1 bob@example.com Bob', 'LST 5 BL 1 1 1 carol@example.com Carol'];
  const head = ['SYN 5 1', 'GTC 5 1 A', 'BLP 5 1 AL'];
  const phones = ['BPR 1 bob@example.com PHM 2%20555', 'BPR 1 bob@example.com MOB Y'];

  test.each([
    ['MSNP2', '0', [...head, 'LST 5 FL 1 1 1 bob@example.com Bob', ...allowed, ...reverse]],
    [
      'MSNP5',
      '0',
      [...head, 'PRP 5 1 PHH 1%20555', 'LST 5 FL 1 1 1 bob@example.com Bob', ...phones, ...allowed, ...reverse],
    ],
    [
      'MSNP7',
      '0',
      [
        ...head,
        'PRP 5 1 PHH 1%20555',
        'LSG 5 1 1 2 0 Other%20Contacts 0',
        'LSG 5 1 2 2 1 Friends 0',
        'LST 5 FL 1 1 1 bob@example.com Bob 1',
        ...phones,
        ...allowed,
        ...reverse,
      ],
    ],
    [
      'MSNP9',
      '0',
      [
        'SYN 5 1 3 2',
        'GTC A',
        'BLP AL',
        'PRP PHH 1%20555',
        'LSG 0 Other%20Contacts 0',
        'LSG 1 Friends 0',
        'LST bob@example.com Bob 11 1',
        'BPR PHM 2%20555',
        'BPR MOB Y',
        'LST carol@example.com Carol 4 0',
        'LST fan@example.com fan@example.com 8 0',
      ],
    ],
  ])('of %s', async (dialect, known, lines) => {
    const server = await startServer({ login: 'http', accounts: ACCOUNTS });
    const wire = await rawSignIn(server, ALICE, dialect);
    wire.write(`SYN 5 ${known}`);
    expect(await rest(wire)).toEqual(lines);
    wire.write('SYN 6 1');
    expect(await rest(wire)).toEqual(['SYN 6 1']);
  });

  test('of MSNP10 and 11 has no networks', async () => {
    const server = await startServer({ login: 'http', accounts: ACCOUNTS });
    for (const dialect of ['MSNP10', 'MSNP11']) {
      const wire = await rawSignIn(server, ALICE, dialect);
      wire.write('SYN 5 0 0');
      const lines = await rest(wire);
      expect(lines.slice(2, 5)).toEqual(['BLP AL', 'PRP MFN Alice%20L', 'PRP PHH 1%20555']);
      expect(
        lines.filter((line) => line.startsWith('LST')).map((line) => line.replaceAll(/[0-9a-f-]{36}/gu, 'guid')),
      ).toEqual([
        'LST N=bob@example.com F=Bob C=guid 11 guid',
        'LST N=carol@example.com F=Carol 4 ',
        'LST N=fan@example.com F=fan@example.com 16 ',
      ]);
    }
  });

  test('an empty list has a line of its own', async () => {
    const server = await startServer({ accounts: [{ address: ALICE }] });
    const wire = await rawSignIn(server, ALICE, 'MSNP4');
    wire.write('SYN 5 0');
    expect((await rest(wire)).slice(3)).toEqual(['FL', 'AL', 'BL', 'RL'].map((list) => `LST 5 ${list} 1 0 0`));
  });
});

describe('signing in', () => {
  test.each([
    ['MSNP2', 'Alice%20L'],
    ['MSNP5', 'Alice%20L'],
    ['MSNP6', 'Alice%20L 1'],
    ['MSNP8', 'Alice%20L 1 0'],
    ['MSNP10', '1 0'],
    ['MSNP12', '1 0'],
  ])('%s is answered with: %s', async (dialect, words) => {
    const server = await startServer({ login: 'http', accounts: ACCOUNTS });
    await rawSignIn(server, ALICE, dialect);
    const ok = server.log.find(
      ({ direction, verb, args }) => direction === 'out' && verb === 'USR' && args[1] === 'OK',
    );
    expect(ok?.line).toBe(`USR 4 OK ${ALICE} ${words}`);
  });

  test.each([
    ['MSNP2', ''],
    ['MSNP3', ' 0'],
    ['MSNP7', ' 0 127.0.0.1:dispatch'],
    ['MSNP12', ' 0 127.0.0.1:dispatch'],
  ])('%s is sent on with: %s', async (dialect, tail) => {
    const server = await startServer({ dispatch: true });
    await signIn(server, ALICE, { dialect: dialect as 'MSNP2' });
    const redirect = server.log.find(({ direction, verb }) => direction === 'out' && verb === 'XFR');
    const line = `XFR 3 NS 127.0.0.1:${server.notificationPort}${tail.replace('dispatch', String(server.port))}`;
    expect(redirect?.line).toBe(line);
    expect(server.isSignedIn(ALICE)).toBe(true);
  });

  test.each([
    ['a wrong password', ALICE, 'guess', '911 4'],
    ['another spelling', 'Alice@example.com', 'secret', '911 4'],
    ['nobody', 'nobody@example.com', 'secret', '911 4'],
  ])('with a digest is refused for %s', async (_what, address, password, refusal) => {
    const server = await startServer();
    const wire = await connect(server);
    await wire.ask('VER 1 MSNP7 CVR0');
    expect((await wire.ask('INF 2')).line).toBe('INF 2 MD5');
    const salt = (await wire.ask(`USR 3 MD5 I ${address}`)).args[3] ?? '';
    expect(salt).toMatch(/^(?:[0-9a-f]{15}|\d{10}\.\d+)$/u);
    const digest = createHash('md5').update(`${salt}${password}`).digest('hex');
    expect((await wire.ask(`USR 4 MD5 S ${digest}`)).line).toBe(refusal);
    await wire.closed();
  });
});

test('presence is written as the reader’s version has it', async () => {
  const server = await startServer({ login: 'http' });
  const readers = [
    ['MSNP7', 'NLN NLN alice@example.com Alice'],
    ['MSNP8', 'NLN NLN alice@example.com Alice 32'],
    ['MSNP9', 'NLN NLN alice@example.com Alice 32 %3Cmsnobj/%3E'],
    ['MSNP11', 'NLN NLN alice@example.com Alice 32 %3Cmsnobj/%3E'],
  ] as const;
  for (const [dialect, line] of readers) {
    const wire = await rawOnline(server, BOB, dialect);
    const alice = await rawSignIn(server, ALICE, 'MSNP12');
    await alice.ask('CHG 5 NLN 32 %3Cmsnobj/%3E');
    expect((await wire.takeVerb('NLN')).line).toBe(line);
    alice.destroy();
    expect((await wire.takeVerb('FLN')).line).toBe('FLN alice@example.com');
  }
});

test('only MSNP12 reads capabilities in a chat', async () => {
  const server = await startServer({ login: 'http' });
  for (const [dialect, line] of [
    ['MSNP7', 'JOI bob@example.com Bob'],
    ['MSNP11', 'JOI bob@example.com Bob'],
    ['MSNP12', 'JOI bob@example.com Bob 1073741856'],
  ] as const) {
    const bob = await signIn(server, BOB);
    const alice = await rawOnline(server, ALICE, dialect);
    const room = await rawRoom(server, alice, ALICE);
    await room.ask(`CAL 2 ${BOB}`);
    expect((await room.takeVerb('JOI')).line).toBe(line);
    await bob.signOut();
  }
});

describe('out of its time', () => {
  test.each([
    ['MSNP4', 'PRP 9 PHH 1'],
    ['MSNP7', `ADC 9 FL N=${BOB}`],
    ['MSNP7', 'SBP 9 guid MFN x'],
    ['MSNP9', 'UUX 9 0'],
    ['MSNP10', 'UUX 9 0'],
    ['MSNP10', 'GCF 9 Shields.xml'],
    ['MSNP10', `ADD 9 FL ${BOB} Bob 0`],
    ['MSNP10', 'ADC 9 RL N=fan@example.com'],
  ])('%s: %s ends the connection', async (dialect, line) => {
    const server = await startServer({ login: 'http', accounts: ACCOUNTS });
    const wire = await rawOnline(server, ALICE, dialect);
    wire.write(line);
    await wire.closed();
    expect(server.violations).toHaveLength(1);
  });

  test.each([
    ['MSNP2', 'IMS 9 OFF'],
    ['MSNP4', 'SDC 9 x@example.org 0x0409 MSMSGS MSMSGS X X Alice 0'],
    ['MSNP4', 'PAG 9 tel:+15550100 0'],
    ['MSNP5', 'QRY 9 msmsgs@msnmsgr.com 0'],
    ['MSNP6', 'ADG 9 Friends 0'],
    ['MSNP6', 'RMG 9 1'],
    ['MSNP6', `ADD 9 FL ${CAROL} Carol 0`],
    ['MSNP8', 'SYN 9 0 0'],
    ['MSNP10', 'SYN 9 0'],
  ])('%s: %s goes unanswered', async (dialect, line) => {
    const server = await startServer({ login: 'http', accounts: ACCOUNTS });
    const wire = await rawOnline(server, ALICE, dialect);
    await rest(wire);
    wire.write(line);
    expect(await rest(wire)).toEqual([]);
    expect(server.violations).toHaveLength(1);
  });

  test.each([
    ['MSNP7', 'PRP 9 MFN x', '715 9'],
    ['MSNP7', 'USR 9 MD5 I x@example.com', '207 9'],
    ['MSNP10', `REA 9 ${ALICE} x`, '502 9'],
    ['MSNP7', 'CHG 9 BSY 0', 'CHG 9 BSY'],
  ])('%s: %s is answered: %s', async (dialect, line, answer) => {
    const server = await startServer({ login: 'http', accounts: ACCOUNTS });
    const wire = await rawOnline(server, ALICE, dialect);
    expect((await wire.ask(line)).line).toBe(answer);
  });

  test('a digest after its time, and a ticket before', async () => {
    const server = await startServer({ login: 'http' });
    for (const [dialect, method] of [
      ['MSNP8', 'MD5'],
      ['MSNP7', 'TWN'],
    ]) {
      const wire = await connect(server);
      await wire.ask(`VER 1 ${dialect} CVR0`);
      wire.write(`USR 2 ${method} I ${ALICE}`);
      await wire.closed();
    }
    expect(server.violations.map(({ rule }) => rule)).toEqual(Array(2).fill('USR: a method of another dialect'));
  });
});

test('who added us stays pending until taken off, whatever other lists they are on', async () => {
  const server = await startServer({ login: 'http', accounts: ACCOUNTS });
  const wire = await rawSignIn(server, ALICE, 'MSNP10');
  const bits = async () => {
    wire.write('SYN 5 0 0');
    return /F=\S+ (?:C=\S+ )?(\d+)/u.exec((await rest(wire)).find((line) => line.includes('N=fan@')) ?? '')?.[1];
  };
  expect(await bits()).toBe('16');
  await wire.ask('ADC 6 FL N=fan@example.com F=Fan');
  expect(await bits()).toBe('17');
  await wire.ask('ADC 7 AL N=fan@example.com');
  expect(await bits()).toBe('19');
  await wire.ask('REM 8 PL fan@example.com');
  expect(await bits()).toBe('11');
  expect((await wire.ask('REM 9 PL fan@example.com')).line).toBe('216 9');
});
