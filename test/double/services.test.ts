// What the double's servers say of themselves: mail, maintenance, alerts and pages, links to the web, and the refusals of the documents.
import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { PERSON_DIALECTS } from '../support/msn-person.ts';
import { ALICE, BOB, CAROL, rawAnswer, rawOnline, rawRoom, rawSignIn, signIn, startServer } from './stage.ts';

const WITH_MAIL = [
  { address: ALICE, contacts: [BOB], mail: { inboxUnread: 3, foldersUnread: 1 } },
  { address: BOB, contacts: [ALICE] },
];

const INITIAL = { old: 'text/x-msmsgsinitialemailnotification', new: 'text/x-msmsgsinitialmdatanotification' };

describe.each(PERSON_DIALECTS)('%s', (dialect) => {
  const isNew = dialect === 'MSNP11' || dialect === 'MSNP12';

  test('mail that waits, comes and goes is told', async () => {
    const server = await startServer({ login: 'http', accounts: WITH_MAIL });
    const alice = await signIn(server, ALICE, { dialect });
    expect(alice.profile.get('emailenabled')).toBe('1');
    const initial = await alice.waitForNotice(isNew ? INITIAL.new : INITIAL.old);
    const data = /<IU>(\d+)<.IU>.*<OU>(\d+)<.OU>/u.exec(initial.get('mail-data') ?? '') ?? [];
    const counts = isNew ? data.slice(1) : [initial.get('inbox-unread'), initial.get('folders-unread')];
    expect(counts).toEqual(['3', '1']);
    expect(initial.get('inbox-url')).toBe('/cgi-bin/HoTMaiL');

    server.deliverMail(ALICE, { from: 'mike@example.org', name: 'Mike', subject: '=?"us-ascii"?Q?newsubject?=' });
    const arrived = await alice.waitForNotice('text/x-msmsgsemailnotification');
    expect(arrived.get('subject')).toBe('=?"us-ascii"?Q?newsubject?=');
    expect(arrived.get('from-addr')).toBe('mike@example.org');
    server.moveMail(ALICE, { from: 'ACTIVE', to: '.!!trAsH', count: 2 });
    const moved = await alice.waitForNotice('text/x-msmsgsactivemailnotification');
    expect(moved.get('message-delta')).toBe('2');
    expect(server.world.account(ALICE)?.mail).toEqual({ inboxUnread: 2, foldersUnread: 3 });
  });

  test('a shut-down is announced, to those who come later too, and nobody gets in during it', async () => {
    const server = await startServer({ login: 'http' });
    const alice = await signIn(server, ALICE, { dialect });
    server.announceShutDown(5);
    expect((await alice.waitForNotice('application/x-msmsgssystemmessage')).get('arg1')).toBe('5');
    const bob = await signIn(server, BOB, { dialect });
    expect((await bob.waitForNotice('application/x-msmsgssystemmessage')).get('arg1')).toBe('5');
    server.shutDown();
    expect(await alice.waitForSignOut()).toBe('SSD');
    expect((await bob.waitForNotice('application/x-msmsgssystemmessage')).get('arg1')).toBe('0');
    await expect(signIn(server, ALICE, { dialect })).rejects.toMatchObject({ code: 500 });
    server.endMaintenance();
    expect((await signIn(server, ALICE, { dialect })).isSignedIn).toBe(true);
  });
});

test('who has no mail is told of none before MSNP11, and of nothing from then on', async () => {
  const server = await startServer({ login: 'http' });
  const old = await rawOnline(server, ALICE, 'MSNP10');
  old.write('PNG');
  await old.takeVerb('QNG');
  expect(old.unasked.filter(({ verb }) => verb === 'MSG')).toEqual([]);
  const young = await signIn(server, BOB, { dialect: 'MSNP11' });
  const fields = await young.waitForNotice(INITIAL.new);
  expect([...fields.keys()]).toEqual(['mail-data']);
});

test('alerts and pages come as documents', async () => {
  const server = await startServer({ login: 'http' });
  const wire = await rawOnline(server, ALICE);
  server.alert(ALICE, 'Your stock has fallen');
  expect((await wire.takeVerb('NOT')).payload.toString()).toContain('<TEXT>Your stock has fallen</TEXT>');
  server.page(ALICE, 'tel:+15550100', 'call me');
  expect((await wire.takeVerb('IPG')).payload.toString()).toContain('<FROM name="tel:+15550100"/>');
});

test.each([
  ['MSNP2', 2],
  ['MSNP8', 3],
] as const)('%s: a link to mail has %i words, and its form proves the password', async (dialect, words) => {
  const server = await startServer({ login: 'http', accounts: WITH_MAIL });
  const alice = await signIn(server, ALICE, { dialect });
  const { path, post, id } = await alice.askForLink('INBOX');
  expect([path, post, id].filter((word) => word !== '')).toHaveLength(words);
  expect(path).toBe('/cgi-bin/HoTMaiL');
  const auth = alice.profile.get('mspauth') ?? '';
  const sl = '0';
  const submit = async (password: string) => {
    const creds = createHash('md5').update(`${auth}${sl}${password}`).digest('hex');
    const fixed = {
      mode: 'ttl',
      login: 'alice',
      username: ALICE,
      sid: '507',
      kv: '4',
      id: '2',
      svc: 'mail',
      js: 'yes',
    };
    const body = new URLSearchParams({ ...fixed, sl, rru: path, auth, creds });
    const answer = await fetch(post, { method: 'POST', body, redirect: 'manual' });
    return [answer.status, answer.headers.get('location')];
  };
  expect(await submit('secret')).toEqual([302, '/cgi-bin/HoTMaiL']);
  expect(server.violations).toEqual([]);
  expect(await submit('guess')).toEqual([401, null]);
  expect(server.violations.map(({ rule }) => rule)).toEqual(['web sign-in: creds']);
});

test('conversations in which nobody speaks end, and everybody hears why', async () => {
  const server = await startServer({ login: 'http' });
  const bob = await rawOnline(server, BOB);
  const room = await rawRoom(server, await rawOnline(server, ALICE), ALICE);
  await room.ask(`CAL 2 ${BOB}`);
  const other = await rawAnswer(server, bob, BOB);
  await room.takeVerb('JOI');
  server.idleOut();
  expect([(await room.takeVerb('BYE')).line, (await other.takeVerb('BYE')).line]).toEqual([
    `BYE ${BOB} 1`,
    `BYE ${ALICE} 1`,
  ]);
  await Promise.all([room.closed(), other.closed()]);
});

test('everybody is challenged after coming online, if asked for', async () => {
  const server = await startServer({ login: 'http', challenges: true });
  const answered = (connection: number) =>
    server.waitFor(
      ({ direction, verb, user }) => direction === 'out' && verb === 'QRY' && user === [ALICE, BOB][connection],
    );
  await signIn(server, ALICE, { dialect: 'MSNP6' });
  await answered(0);
  await signIn(server, BOB, { dialect: 'MSNP12' });
  await answered(1);
  await signIn(server, CAROL, { dialect: 'MSNP5' });
  expect(server.violations).toEqual([]);
});

describe('as documented', () => {
  const accounts = [
    {
      address: ALICE,
      groups: ['Friends', 'Work'],
      contacts: [
        { address: BOB, groups: ['Friends'] },
        { address: CAROL, groups: ['Friends', 'Work'] },
      ],
    },
    { address: BOB, contacts: [ALICE], privacy: 'BL' as const },
    { address: CAROL, contacts: [ALICE] },
    { address: 'dave@example.com' },
  ];

  test('what the documents say is refused is refused', async () => {
    const server = await startServer({ login: 'http', accounts, refusals: 'documented', maxContacts: 2 });
    const alice = await rawSignIn(server, ALICE);
    const exchange: readonly (readonly [string, string])[] = [
      [`ADD 11 AL ${BOB} Bob`, '215 11'],
      [`ADD 12 BL ${BOB} Bob`, '219 12'],
      ['ADD 13 FL dave@example.com Dave 0', '210 13'],
      ['RMG 14 0', '230 14'],
      ['REG 15 0 Others 0', '230 15'],
      [`ADG 16 ${encodeURIComponent('ü'.repeat(11))} 0`, '229 16'],
      [`REA 17 ${ALICE} ${'%20'.repeat(130)}`, '209 17'],
      [`REM 18 FL ${CAROL} 7`, '224 18'],
      [`REM 19 FL ${BOB} 2`, '225 19'],
      ['RMG 20 1', 'RMG 20 2 1'],
    ];
    for (const [request, answer] of exchange) expect((await alice.ask(request)).line).toBe(answer);
    // Bob was in that group only; Carol was in another too.
    const lists = (address: string) => [...(server.world.account(ALICE)?.contact(address)?.lists ?? [])];
    expect(lists(BOB)).not.toContain('FL');
    expect(lists(CAROL)).toContain('FL');
  });

  test('who lets in only friends is not called by strangers', async () => {
    const server = await startServer({ login: 'http', accounts, refusals: 'documented' });
    await signIn(server, BOB);
    const dave = await signIn(server, 'dave@example.com');
    await expect(dave.say(BOB, 'hello')).rejects.toMatchObject({ code: 216 });
  });

  test.each([
    ['MSNP8', 'PAG 9 tel:+15550100 0', '220 9'],
    ['MSNP9', 'PAG 9 tel:+15550100 0', '715 9'],
    ['MSNP9', 'PGD 9 tel:+15550100 1 0', '220 9'],
  ])('%s: nobody takes pages (%s)', async (dialect, request, answer) => {
    const server = await startServer({ login: 'http' });
    expect((await (await rawSignIn(server, ALICE, dialect)).ask(request)).line).toBe(answer);
  });
});
