// What the MSN service tells its users besides contacts and chats: mail, its refusals, its own going down.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { refusal } from '../support/msn-server/faults.ts';
import { type Page, press, visit } from '../support/browser.ts';
import { House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;

beforeAll(async () => {
  house = await House.build({ mail: { alice: { inboxUnread: 2, foldersUnread: 1 } }, browsers: true });
  alice = await house.signedIn('alice');
});
afterAll(async () => house.pullDown());
afterEach(() => house.msn.faults.clear());

function count(what: RegExp): number {
  return alice.person.texts(alice.room).filter((text) => what.test(text)).length;
}

describe('mail', () => {
  const counted = /^You have 2 unread messages in your inbox and 1 in other folders\.$/;

  test('what waits is told after the sign-in', async () => {
    await house.homeserver.waitFor(() => count(counted) === 1, 'the count of unread mail');
  });

  test('what comes is told with its sender and subject, and counted', async () => {
    const subject = '=?"us-ascii"?Q?newsubject?=';
    house.msn.deliverMail('alice@example.com', { from: 'example@passport.com', name: 'Mike Mintz', subject });
    await alice.hears(/^New mail from Mike Mintz \(example@passport\.com\): newsubject$/);
    house.msn.moveMail('alice@example.com', { from: 'ACTIVE', to: '.!!trAsH', count: 2 });
    expect(await alice.asks('mail', /inbox/)).toMatch(/^You have one unread message in your inbox/);
  });

  /** What nobody else may know: links, and what is in forms. */
  const secrets: string[] = [];

  async function opened(link: string): Promise<Page> {
    const page = await press(await visit(link));
    const { auth = '', creds = '' } = Object.fromEntries(page.form?.fields ?? []);
    secrets.push(link.slice(link.lastIndexOf('/') + 1), auth, creds);
    return page;
  }

  test('a link opens her inbox without another sign-in, once', async () => {
    const said = await alice.asks('mail', /http/);
    expect(said).toMatch(/^You have .* in other folders\.\nFor one minute this opens your inbox, once: http/);
    const url = /http\S+$/.exec(said)?.[0] ?? '';
    await visit(url, 'HEAD');
    const form = await opened(url);
    expect(form.postsItself).toBe(true);
    expect(JSON.stringify(form)).not.toContain('"secret"');
    const inbox = await press(form, house.msn);
    expect([inbox.status, inbox.headers.location]).toEqual([302, '/cgi-bin/HoTMaiL']);
    expect((await visit(url)).status).toBe(404);
    expect((await visit(url, 'POST')).status).toBe(404);
  });

  test('so do links to a new mail, to the mail that came last, and to her profile', async () => {
    const places: unknown[] = [];
    for (const words of ['mail compose bob@example.com', 'mail last', 'mail profile']) {
      const link = /http\S+$/.exec(await alice.asks(words, /http/))?.[0] ?? '';
      const page = await press(await opened(link), house.msn);
      places.push([page.status, page.headers.location]);
    }
    expect(places).toEqual([
      [302, '/cgi-bin/compose'],
      [302, expect.stringContaining('/cgi-bin/getmsg?msg=')],
      [302, '/cgi-bin/profile'],
    ]);
    const asked = house.msn.received.filter(({ verb }) => verb === 'URL').map(({ args }) => args.slice(1).join(' '));
    expect(asked).toEqual(['INBOX', 'INBOX', 'COMPOSE bob@example.com', 'PROFILE 0x0409']);
    await alice.asks('mail compose bob', /looks like name@example\.com/);
    await alice.asks('mail pigeons', /no such page\. Say “mail”/);
  });

  test('nothing of it is in the log', () => {
    expect(secrets).toHaveLength(4 * 3);
    const log = JSON.stringify(house.log.lines);
    expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  });

  test('mail that came while the homeserver was away is told when it is back, once', async () => {
    await house.homeserver.goAway();
    house.msn.deliverMail('alice@example.com', { from: 'mike@example.org', subject: 'while you were out' });
    house.msn.page('alice@example.com', 'tel:+15550100', 'call me');
    await house.msn.waitFor(({ verb, direction }) => verb === 'IPG' && direction === 'out');
    await house.homeserver.comeBack();
    await alice.hears(/while you were out/, 20_000);
    await alice.hears(/^A message from a telephone from \+15550100: call me$/, 20_000);
    expect(count(/while you were out/)).toBe(1);
  });
});

test('who may add her is a question to her, or is not', async () => {
  expect(await alice.asks('privacy silent', /let in by/)).toMatch(/\(silent\)/);
  await house.msn.waitFor(({ direction, line }) => direction === 'in' && /^GTC \d+ N$/u.test(line));
  expect(await alice.asks('privacy ask', /question to you/)).toMatch(/\(ask\)/);
  await house.msn.waitFor(({ direction, line }) => direction === 'in' && /^GTC \d+ A$/u.test(line));
  expect(await alice.asks('privacy', /question/)).toMatch(/\(ask\)/);
});

test('a server that goes down says when, and she hears that it does', async () => {
  house.msn.announceShutDown(5);
  await alice.hears(/^Test server goes down for maintenance in 5 minutes\.$/);
  house.msn.shutDown();
  await alice.hears(/^Test server goes down for maintenance now\.$/);
  await house.lasts();
  await alice.hears(/not been connected .*: Test server .*keep trying/);
  house.msn.endMaintenance();
  await alice.hears(/is back on Test server/, 60_000);
});

test('a server that is too busy to sign somebody in is named in a sentence, and tried again', async () => {
  const bob = await house.visitor('bob');
  house.msn.faults.add({ side: 'NS', verb: 'USR', user: 'bob@example.com' }, refusal(921), 1);
  await bob.asks('login', /Which network/);
  await bob.asks('msn', /e-mail address/);
  await bob.asks('bob@example.com', /password/);
  await bob.asks('secret', /^Test server cannot take us just now\. .* I keep trying\.$/);
  await bob.hears(/signed in/, 20_000);
});

test('no notice of the service ends a session', async () => {
  house.msn.tell('alice@example.com', 'NOT', 'x'.repeat(1_000_001));
  house.msn.tell('alice@example.com', 'IPG');
  house.msn.tell('alice@example.com', 'NOT one');
  house.msn.alert('alice@example.com', 'Your stock has fallen');
  await alice.hears(/^A notice of the service: Your stock has fallen\n/);
  expect(await alice.asks('status', /Test server/)).toMatch(/signed in/);
  expect(house.msn.violations).toEqual([]);
  expect(house.homeserver.violations).toEqual([]);
});
