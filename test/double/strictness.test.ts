// What the double does not stand from a client, and that it writes it down.
import { describe, expect, test } from 'vitest';

import { ALICE, BOB, connect, rawOnline, rawSignIn, startServer } from './stage.ts';

describe('ends the connection over', () => {
  test.each([
    ['an empty line', '\r\n'],
    ['a line of blanks', '  \r\n'],
    ['bytes that are not UTF-8', Buffer.from('5245412039206361726f6c20fffe0d0a', 'hex')],
    ['a transaction number that is none', 'SYN one 0\r\n'],
    ['no transaction number', 'XFR\r\n'],
    ['a payload without a length', 'QRY 9 PROD0038W!61ZTF9 many\r\n'],
    ['a line that does not end', 'X'.repeat(20_000)],
    ['an unknown status', 'CHG 9 XXX 0\r\n'],
    ['an entry on the reverse list', `ADD 9 RL ${BOB} Bob\r\n`],
    ['the removal of one', `REM 9 RL ${BOB}\r\n`],
    ['ADC before its time', `ADC 9 FL N=${BOB}\r\n`],
    ['SBP before its time', 'SBP 9 guid MFN x\r\n'],
    ['UUX before its time', 'UUX 9 0\r\n'],
    ['GCF before its time', 'GCF 9 Shields.xml\r\n'],
    ['INF', 'INF 9\r\n'],
    ['a privacy that does not exist', 'BLP 9 XX\r\n'],
    ['a prompt that does not exist', 'GTC 9 X\r\n'],
  ])('%s', async (_what, bytes) => {
    const server = await startServer({ login: 'http' });
    const wire = await rawOnline(server, ALICE);
    expect(server.violations).toEqual([]);
    wire.writeRaw(bytes);
    await wire.closed();
    expect(server.violations).toHaveLength(1);
    expect(server.violations[0]).toMatchObject({ side: 'NS', user: ALICE });
  });

  test('a stray line end after a payload', async () => {
    const server = await startServer({ login: 'http' });
    const wire = await rawOnline(server, ALICE, 'MSNP12');
    wire.writeRaw('UUX 9 24\r\n<Data><PSM></PSM></Data>\r\n');
    expect((await wire.next()).line).toBe('UUX 9 0');
    await wire.closed();
    expect(server.violations.map(({ rule }) => rule)).toEqual(['an empty line']);
  });

  test('ADD after its time', async () => {
    const server = await startServer({ login: 'http' });
    const wire = await rawOnline(server, ALICE, 'MSNP12');
    wire.write(`ADD 9 FL ${BOB} Bob 0`);
    await wire.closed();
    expect(server.violations.map(({ rule }) => rule)).toEqual(['ADD: not in this dialect']);
  });

  test.each(['PNG', 'SYN 1 0', 'USR 1 TWN I x@example.com'])('%s before VER', async (line) => {
    const server = await startServer({ login: 'http' });
    const wire = await connect(server);
    wire.write(line);
    await wire.closed();
    expect(server.violations).toHaveLength(1);
  });

  test.each([`CAL 1 ${BOB}`, 'MSG 1 N 0'])('%s on a switchboard before USR or ANS', async (line) => {
    const server = await startServer({ login: 'http' });
    const wire = await connect(server, 'SB');
    wire.write(line);
    await wire.closed();
    expect(server.violations).toHaveLength(1);
  });
});

describe('reads on, and writes down,', () => {
  test.each([
    ['a bare LF', 'PNG\n', 'QNG'],
    ['small letters', 'png\r\n', 'QNG'],
    ['too many blanks', 'XFR  9   NS\r\n', '201 9'],
    ['a name that is not percent-encoded', `REA 9 ${ALICE} Ålice\r\n`, `REA 9 2 ${ALICE} Ålice`],
  ])('%s', async (_what, bytes, answer) => {
    const server = await startServer({ login: 'http' });
    const wire = await rawOnline(server, ALICE);
    wire.writeRaw(bytes);
    expect((await wire.next()).line).toBe(answer);
    expect(server.violations).toHaveLength(1);
  });

  test.each(['XYZ 9 foo', 'ADD 9 FL', 'CHG 9 NLN', 'LST 9 RL', 'SYN 9', `REA 9 ${ALICE}`])(
    'without an answer: %s',
    async (line) => {
      const server = await startServer({ login: 'http' });
      const wire = await rawOnline(server, ALICE);
      wire.write(line);
      wire.write('PNG');
      expect((await wire.next()).line).toBe('QNG');
      expect(server.violations).toHaveLength(1);
    },
  );

  test('a command before sign-in', async () => {
    const server = await startServer({ login: 'http' });
    const wire = await connect(server);
    await wire.ask('VER 1 MSNP8 CVR0');
    wire.write('SYN 2 0');
    expect((await wire.ask(`USR 3 TWN I ${ALICE}`)).verb).toBe('USR');
    expect(server.violations.map(({ rule }) => rule)).toEqual(['a command before sign-in']);
  });

  test('PNG on a switchboard', async () => {
    const server = await startServer({ login: 'http' });
    const wire = await connect(server, 'SB');
    wire.write('PNG');
    expect((await wire.ask(`USR 1 ${ALICE} bad`)).line).toBe('911 1');
    expect(server.violations).toHaveLength(2);
  });
});

test('refuses without ado what a client may ask in vain', async () => {
  const server = await startServer({ login: 'http' });
  const wire = await rawSignIn(server, ALICE);
  expect((await wire.ask('CHG 9 FLN 0')).line).toBe('201 9');
  expect((await wire.ask('XFR 10 SB')).line).toBe('913 10');
  expect(server.violations).toEqual([]);
});
