// The double answers scripted clients as a real server did: what was recorded of them is played at it, line by line.
import { readFileSync } from 'node:fs';

import { expect, onTestFinished, test } from 'vitest';

import { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import { ALLOWED_DIFFERENCES } from './allowed-differences.ts';
import { parseScript, playScript, type ScriptStage } from './replay/script.ts';

/** What the recorded server sent as the login policy. */
const POLICY = 'ct=1,rver=1,wp=FS_40SEC_0_COMPACT,lc=1,id=1';

function readScript(name: string): string {
  return readFileSync(new URL(`../transcripts/${name}.txt`, import.meta.url), 'utf8');
}

/** Everybody as the recordings presuppose them. */
async function setStage(recording: string, text: string, patienceMs: number): Promise<ScriptStage> {
  const domain = /@(\S+\.rec\.example\.com)/u.exec(text)?.[1] ?? '';
  const addressOf = (user: string) => `${user}@${domain}`;
  const contact = (user: string, groups: string[] = []) => ({ address: addressOf(user), groups });
  const account = (user: string, friends: readonly string[] = []) => ({
    address: addressOf(user),
    password: 'test1234',
    name: `${user.slice(0, 1).toUpperCase()}${user.slice(1)}`,
    contacts: friends.map((friend) => contact(friend)),
  });
  const alicesContacts = [
    contact('bob', ['Friends']),
    contact('carol', ['Work Mates']),
    contact('dave'),
    { address: addressOf('erin'), lists: ['BL' as const] },
  ];
  const friends = [
    { ...account('alice'), groups: ['Friends', 'Work Mates'], contacts: alicesContacts },
    account('bob', ['alice', 'carol']),
    account('carol', ['alice', 'bob']),
    account('dave', ['alice']),
    account('erin', ['alice']),
    account('frank'),
  ];
  const strangers = ['alice', 'bob', 'carol', 'dave', 'erin'].map((user) => account(user));
  let now = 0;
  const server = await MsnServerDouble.start({
    login: 'http',
    policy: POLICY,
    lossyReverseList: true,
    gateway: { sessionIds: 'constant' },
    now: () => now,
    accounts: domain.startsWith('pending') ? strangers : friends,
  });
  onTestFinished(() => server.stop());
  const pass = (seconds: number) => {
    now += seconds * 1_000;
  };
  const cues = new Map([
    ['the operator announces a shut-down in 5 minutes', () => server.announceShutDown(5)],
    ['shut-down', () => server.shutDown()],
  ]);
  return { recording, server, addressOf, password: 'test1234', allowed: ALLOWED_DIFFERENCES, pass, cues, patienceMs };
}

/** With how many lines the table lets the double do without: repeats, and what is said to be absent. */
const LEFT_OUT: readonly (readonly [name: string, lines: number])[] = [
  ...[2, 3, 4, 5, 6, 7].map((version) => [`msnp${version}-md5-login-and-chat`, 1] as const),
  ['msnp2-7-login-errors', 0],
  ['msnp8-login-and-chat', 0],
  ['msnp8-contacts', 4],
  ['msnp8-errors', 3],
  ['server-maintenance', 0],
  ['http-gateway-msnp8', 0],
  ['msnp8-msnp10-added-while-offline', 2],
  ['msnp9-login-and-chat', 0],
  ['msnp10-login-contacts-chat', 2],
  ['msnp11-login-and-chat', 2],
  ['msnp11-pending-list', 2],
  ['msnp12-login-and-chat', 2],
  ['framing-and-letter-case', 0],
  ['switchboard-tickets-and-duplicates', 3],
];

test.each(LEFT_OUT)('%s', async (name, leftOut) => {
  const text = readScript(name);
  const steps = parseScript(text);
  const compared = await playScript(steps, await setStage(name, text, 4_000));
  const recorded = steps.filter((step) => step.type === 'server' && !step.name.startsWith('HTTP'));
  expect(recorded.length - compared).toBe(leftOut);
});

test.each([
  ['msnp8-contacts', 'S> NS/alice 215 12', 'S> NS/alice 216 12'],
  [
    'msnp12-login-and-chat',
    'C=28be4026-ec8e-4a2d-aaae-432d96a3855f 11 1 ',
    'C=28be4026-ec8e-4a2d-aaae-432d96a3855f 3 1 ',
  ],
  ['msnp8-login-and-chat', 'S> SB/alice ACK 6\n', ''],
  ['msnp2-md5-login-and-chat', 'LST 5 BL 1 0 0', 'LST 5 BL 1 0 1'],
  ['msnp4-md5-login-and-chat', 'USR 4 OK bob@msnp4.rec.example.com Bob', 'USR 4 OK bob@msnp4.rec.example.com Bob 1'],
  ['msnp7-md5-login-and-chat', 'C> NS/alice USR 4 MD5 S 337c', 'C> NS/alice USR 4 MD5 S 337d'],
  [
    'msnp7-md5-login-and-chat',
    'LST 6 FL 1 1 3 bob@msnp7.rec.example.com Bob 1',
    'LST 6 FL 1 1 3 bob@msnp7.rec.example.com Bob 2',
  ],
  ['msnp2-7-login-errors', 'S> NS/alice 911 4', 'S> NS/alice 928 4'],
  ['http-gateway-msnp8', 'S> HTTP/alice | ILN 6 NLN bob@gateway.rec.example.com Bob 0\n', ''],
  ['http-gateway-msnp8', 'S> HTTP-SB/alice | ACK 3', 'S> HTTP-SB/alice | NAK 3'],
  ['http-gateway-msnp8', 'S> HTTP/alice HTTP/1.1 400 Bad Request', 'S> HTTP/alice HTTP/1.1 404 Not Found'],
  ['http-gateway-msnp8', 'ac0c587b; GW-IP=messenger.hotmail.com', 'ac0c587b; GW-IP=127.0.0.1'],
  ['server-maintenance', 'S> NS/dave 500 4', 'S> NS/dave 911 4'],
  ['server-maintenance', 'S> NS/carol | Arg1: 5', 'S> NS/carol | Arg1: 4'],
  ['msnp9-login-and-chat', 'QNG 60', 'QNG'],
  ['msnp10-login-contacts-chat', 'S> NS/alice 403 13', 'S> NS/alice 208 13'],
  ['msnp11-pending-list', 'F=alice@pending11.rec.example.com 16 ', 'F=alice@pending11.rec.example.com 24 '],
  ['msnp11-login-and-chat', 'S> NS/alice SBS 0 null\n', ''],
])('the comparison can fail (%s)', async (name, was, is) => {
  const text = readScript(name);
  expect(text).toContain(was);
  await expect(playScript(parseScript(text.replace(was, is)), await setStage(name, text, 250))).rejects.toThrow(
    /waited 250 ms for \S+ line \d+: |: not recorded:|line \d+: recorded/u,
  );
});
