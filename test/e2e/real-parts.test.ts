// Shows that the real parts which the end-to-end tests stand on do what those tests take for granted.
// Knows the harness only; must not know the bridge.
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MatrixPerson } from '../support/matrix-person.ts';
import { startPostgres, type RunningPostgres } from '../support/postgres.ts';
import { ensureSynapse, SynapseUnavailable } from '../support/synapse-install.ts';
import { startSynapse, type RunningSynapse } from '../support/synapse.ts';

interface Transaction {
  readonly events: readonly {
    readonly type: string;
    readonly sender: string;
    readonly content: { readonly body?: string };
  }[];
  readonly ephemeral?: readonly { readonly type: string }[];
}

/** The smallest application service: keeps what it is told. */
class Listener {
  readonly transactions: Transaction[] = [];
  readonly #server: Server;
  #news = Promise.withResolvers<void>();

  constructor(hsToken: string) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const known = request.headers.authorization === `Bearer ${hsToken}`;
        response.writeHead(known ? 200 : 403, { 'content-type': 'application/json' }).end('{}');
        if (known && request.method === 'PUT')
          this.transactions.push(JSON.parse(Buffer.concat(chunks).toString()) as Transaction);
        this.#news.resolve();
        this.#news = Promise.withResolvers<void>();
      });
    });
  }

  async listen(): Promise<string> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The test's own time-out ends it. */
  async until(seen: (transaction: Transaction) => boolean): Promise<void> {
    while (!this.transactions.some(seen)) await this.#news.promise;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const AS_TOKEN = 'as-token-of-the-test';
const HS_TOKEN = 'hs-token-of-the-test';

describe('Synapse', () => {
  const listener = new Listener(HS_TOKEN);
  let missing: string | undefined;
  let directory: string;
  let synapse: RunningSynapse;
  let alice: MatrixPerson;
  let bob: MatrixPerson;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'test-synapse-'));
    const install = await ensureSynapse((line) => process.stderr.write(`${line}\n`)).catch((error: unknown) => {
      if (!(error instanceof SynapseUnavailable)) throw error;
      missing = error.message;
      return undefined;
    });
    if (!install) return;
    const registration = {
      id: 'listener',
      url: await listener.listen(),
      as_token: AS_TOKEN,
      hs_token: HS_TOKEN,
      sender_localpart: 'listener',
      rate_limited: false,
      receive_ephemeral: true,
      'de.sorunome.msc2409.push_ephemeral': true,
      namespaces: { users: [{ exclusive: true, regex: '@ghost_.*:synapse\\.test' }], aliases: [], rooms: [] },
    };
    synapse = await startSynapse({ install, directory, registration: [registration], defaultRoomVersion: '12' });
    await synapse.registerUser('alice', 'of alice', { admin: true });
    await synapse.registerUser('bob', 'of bob');
    alice = await MatrixPerson.signIn({ url: synapse.url, user: 'alice', password: 'of alice' });
    bob = await MatrixPerson.signIn({ url: synapse.url, user: 'bob', password: 'of bob' });
  });

  afterAll(async () => {
    for (const person of [alice, bob] as (MatrixPerson | undefined)[]) person?.stop();
    await (synapse as RunningSynapse | undefined)?.stop();
    listener.close();
    await rm(directory, { recursive: true, force: true });
  });

  beforeEach((context) => context.skip(missing !== undefined, missing));

  async function direct(): Promise<string> {
    const room = await alice.createDirect(bob.userId);
    const invite = await bob.waitForInvite((one) => one.room === room);
    expect(invite).toMatchObject({ from: alice.userId, direct: true });
    await bob.join(room);
    return room;
  }

  test('two people talk, and see each other typing, reading, correcting and deleting', async () => {
    const room = await direct();
    await alice.setTyping(room);
    await bob.waitForTyping(room, alice.userId);
    const id = await alice.say(room, { html: 'so <b>bold</b>' });
    expect(await bob.waitForMessage(room, 'so bold')).toMatchObject({
      id,
      sender: alice.userId,
      html: 'so <b>bold</b>',
    });
    await alice.setTyping(room, false);
    await bob.waitForTyping(room, alice.userId, false);

    await bob.markRead(room, id);
    await alice.waitForReceipt(id, bob.userId);
    expect(alice.receiptsFor(id)).toMatchObject([{ userId: bob.userId, type: 'm.read' }]);

    await alice.edit(room, id, 'so italic');
    expect(await bob.waitForMessage(room, 'so italic')).toMatchObject({ id, edited: true });

    await bob.send(room, 'com.beeper.message_send_status', {
      status: 'SUCCESS',
      'm.relates_to': { rel_type: 'm.reference', event_id: id },
    });
    await alice.waitForStatus(id, 'SUCCESS');
    expect(alice.statusOf(id)).toMatchObject([{ sender: bob.userId, status: 'SUCCESS' }]);

    await alice.redact(room, id);
    await bob.waitUntil('the deletion', () => bob.redactedEvents(room).includes(id), { room });
    await bob.waitForPresence(alice.userId, 'online');
  });

  test('a file arrives as it was sent', async () => {
    const room = await direct();
    await alice.sendFile(room, 'three.bin', 'application/octet-stream', Uint8Array.of(0, 13, 255));
    const { content } = await bob.waitForMessage(room, 'three.bin');
    expect(await bob.download(String(content['url']))).toEqual(Uint8Array.of(0, 13, 255));
  });

  test('who waits in vain is told what was there instead', async () => {
    const room = await direct();
    await alice.say(room, 'good morning');
    await bob.waitForMessage(room, 'good morning');
    await expect(bob.waitForMessage(room, 'good night', 200)).rejects.toThrow(
      /@bob:synapse\.test waited 0\.2 s for the message "good night", and saw:[^]*alice: good morning/,
    );
  });

  test('rooms are of the version asked for', async () => {
    const versions = [await alice.createRoom(), await alice.createRoom({ room_version: '11' })].map((room) =>
      alice.client.getRoom(room)?.getVersion(),
    );
    expect(versions).toEqual(['12', '11']);
  });

  test('a registration is honoured: its ghosts live, and it is told of messages and of typing', async () => {
    const asService = async (path: string, body: object): Promise<Response> =>
      fetch(`${synapse.url}/_matrix/client/v3/${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${AS_TOKEN}` },
        body: JSON.stringify(body),
      });
    const ghost = { type: 'm.login.application_service', username: 'ghost_carol', inhibit_login: true };
    expect((await asService('register', ghost)).status).toBe(200);
    const room = await alice.createDirect('@ghost_carol:synapse.test');
    const joined = await asService(`join/${encodeURIComponent(room)}?user_id=@ghost_carol:synapse.test`, {});
    expect(joined.status).toBe(200);

    await alice.setTyping(room);
    await listener.until(({ ephemeral = [] }) => ephemeral.some(({ type }) => type === 'm.typing'));
    await alice.say(room, 'hello, ghost');
    await listener.until(({ events }) => events.some(({ content }) => content.body === 'hello, ghost'));
  });

  test('after a kill and a start on the same port it is the same server', async () => {
    const room = await direct();
    await alice.say(room, 'before');
    await synapse.kill();
    synapse = await startSynapse({ install: await ensureSynapse(() => {}), directory, port: synapse.port });
    await bob.say(room, 'after');
    alice.client.retryImmediately(); // its sync would try again by itself, in a while
    expect(await alice.waitForMessage(room, 'after', 60_000)).toMatchObject({ sender: bob.userId });
  });
});

test('without Python the reason is a sentence', async () => {
  const refused = ensureSynapse(() => {}, { python: 'no-such-python' });
  await expect(refused).rejects.toThrow(SynapseUnavailable);
  await expect(refused).rejects.toThrow('Synapse needs Python, and no-such-python could not be run');
});

describe('PostgreSQL', () => {
  let postgres: RunningPostgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  });

  afterAll(async () => (postgres as RunningPostgres | undefined)?.stop());

  async function query(url: string, sql: string): Promise<unknown[]> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  test('databases are separate', async () => {
    const [one, other] = [await postgres.createDatabase(), await postgres.createDatabase()];
    await query(one, 'CREATE TABLE shared_name (a int)');
    await expect(query(other, 'SELECT * FROM shared_name')).rejects.toThrow('does not exist');
  });

  test('what was committed survives a crash', async (context) => {
    context.skip(postgres.source === 'environment', 'the server is not ours to kill');
    const url = await postgres.createDatabase('crashing');
    expect(url).toBe(postgres.url('crashing'));
    await query(url, 'CREATE TABLE kept (a int)');
    await query(url, 'INSERT INTO kept VALUES (1)');
    await postgres.kill9();
    await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await postgres.restart();
    expect(await query(url, 'SELECT a FROM kept')).toEqual([{ a: 1 }]);
  });

  test('the binaries from npm serve where none are installed', async () => {
    const other = await startPostgres(['npm']);
    try {
      expect(await query(await other.createDatabase(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await other.stop();
    }
  });
});
