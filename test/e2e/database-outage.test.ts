// The database goes away in mid-conversation and comes back: nothing is lost, nothing comes twice.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NetworkId } from '../../src/bridge/ids.ts';
import { registration } from '../../src/matrix/registration.ts';
import { BridgeProcess } from '../support/bridge-process.ts';
import { freePort } from '../support/free-port.ts';
import { HomeserverDouble } from '../support/homeserver/homeserver.ts';
import type { Person } from '../support/homeserver/person.ts';
import type { MsnPerson } from '../support/msn-person.ts';
import { dialectsFromEnvironment, type MsnUnderTest, msnUnderTest } from '../support/msn-under-test.ts';
import { type RunningPostgres, startPostgres } from '../support/postgres.ts';

const TOKENS = { as: 'as-token-of-an-outage', hs: 'hs-token-of-an-outage' };

const stops: (() => Promise<unknown>)[] = [];
let postgres: RunningPostgres;
let homeserver: HomeserverDouble;
let msn: MsnUnderTest;
let bridge: BridgeProcess;
let alice: Person;
let bob: MsnPerson;
let chat: string;

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bridge-outage-'));
  stops.push(async () => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  postgres = await startPostgres(['installed', 'npm']);
  stops.push(async () => postgres.stop());
  msn = await msnUnderTest(dialectsFromEnvironment(['MSNP8'])[0]!);
  stops.push(async () => msn.stop());
  const port = await freePort();
  const domain = 'example.com';
  homeserver = await HomeserverDouble.start({
    serverName: domain,
    clockFactor: 0.1,
    registration: {
      ...registration({
        id: 'msn',
        url: `http://127.0.0.1:${port}`,
        asToken: TOKENS.as,
        hsToken: TOKENS.hs,
        domain,
        botLocalpart: 'msnbot',
        ghostPrefix: '',
        networks: ['msn' as NetworkId],
      }),
    },
  });
  stops.push(async () => homeserver.stop());
  bridge = await BridgeProcess.start({
    directory,
    homeserver: { url: homeserver.url, domain },
    tokens: TOKENS,
    port,
    databaseUrl: await postgres.createDatabase(),
    permissions: { [domain]: 'user' },
    servers: { test: msn.configuration },
  });
  stops.push(async () => bridge.stop());
  alice = await homeserver.createUser('alice');
  const room = await alice.createDirect(`@msnbot:${domain}`);
  const hears = async (what: RegExp): Promise<unknown> =>
    alice.waitFor(
      (event) =>
        event.room_id === room &&
        event.sender !== alice.id &&
        what.test(JSON.stringify(event.content['body'] ?? '').slice(1, -1)),
      15_000,
    );
  await hears(/Hello/);
  for (const [said, answer] of [
    ['login', /address/],
    [msn.alice.address, /password\?/],
    [msn.alice.password, /You are signed in/],
  ] as const) {
    await alice.say(room, said);
    await hears(answer);
  }
  bob = await msn.signIn(msn.bob);
  await bob.say(msn.alice.address, 'hello');
  chat = (await alice.waitForInvite((invite) => invite.inviter === `@msnbot:${domain}`, 15_000)).room;
  await alice.join(chat);
  await alice.waitForText(chat, 'hello', 15_000);
});

afterAll(async () => {
  bob?.vanish();
  for (const stop of stops.toReversed()) await stop();
});

test('what is said both ways during the outage arrives after it, once and in order', async () => {
  await postgres.kill9();
  for (const text of ['one', 'two', 'three']) {
    await alice.say(chat, `alice ${text}`);
    await bob.say(msn.alice.address, `bob ${text}`);
  }
  await homeserver.waitFor(() => homeserver.transactions().isDown, 'the bridge to refuse a transaction', 15_000);
  await postgres.restart();
  for (const text of ['one', 'two', 'three']) {
    const heard = await bob.waitForText((one) => one.text.startsWith('alice'), { timeoutMs: 30_000 });
    expect(heard.text).toBe(`alice ${text}`);
  }
  await alice.waitForText(chat, 'bob three', 30_000);
  await bob.say(msn.alice.address, 'last');
  await alice.waitForText(chat, 'last', 15_000);
  expect(alice.texts(chat).filter((text) => text.startsWith('bob'))).toEqual(['bob one', 'bob two', 'bob three']);
  expect(bob.messages.filter((message) => message.body.toString().startsWith('alice'))).toHaveLength(3);
  expect(homeserver.violations).toEqual([]);
});
