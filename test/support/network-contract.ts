// What every network must do, whatever it is: run for each of them with a fixture. Names none.

import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { BridgeError } from '../../src/bridge/errors.ts';
import { plainText, text } from '../../src/bridge/events.ts';
import type { LoginStateKind, Participants, RemoteEvent, RemoteMessage } from '../../src/bridge/events.ts';
import { loginId, type RemoteUserId } from '../../src/bridge/ids.ts';
import type { ClientSink, GroupChat, Network, NetworkClient, SessionMemory } from '../../src/bridge/network.ts';
import { NamesInMemory } from './names-in-memory.ts';

/** A network with one account of ours and two friends on the other side, who are there. */
export interface NetworkFixture {
  readonly network: Network;
  /** What a user types to log in, by field. */
  readonly answers: Readonly<Record<string, string>>;
  /** The same with a password that is not right. */
  readonly wrongAnswers: Readonly<Record<string, string>>;
  /** How one names the friend, the other one, and somebody who is not there. */
  readonly friend: string;
  readonly other: string;
  readonly absent: string;
  /** The friend says something to our account. */
  friendSays(words: string): Promise<void>;
  /** What the friend has heard from our account so far. */
  friendHeard(): readonly string[];
  /** The connection of our account breaks. */
  breakConnection(): Promise<void>;
}

class Sink implements ClientSink {
  readonly events: RemoteEvent[] = [];
  readonly kinds: LoginStateKind[] = [];
  readonly sentences: string[] = [];
  readonly memories: SessionMemory[] = [];

  event(event: RemoteEvent): void {
    this.events.push(event);
  }

  state(kind: LoginStateKind, sentence: string): void {
    this.kinds.push(kind);
    this.sentences.push(sentence);
  }

  remember(memory: SessionMemory): void {
    this.memories.push(memory);
  }

  /** Who is in chats of several. */
  get news(): Participants[] {
    return this.events.filter((event) => event.type === 'participants');
  }

  get messages(): RemoteMessage[] {
    return this.events.filter((event) => event.type === 'message');
  }
}

/** `makeFixture` is called in every test, and clears up after it by itself. */
export function networkContract(name: string, makeFixture: () => Promise<NetworkFixture>): void {
  describe(`${name} keeps the contract of a network`, () => {
    test('it says what it is and what a login needs', async () => {
      const { network, answers } = await makeFixture();
      expect(network.id).toMatch(/^[a-z0-9]+$/);
      expect(network.servers.length).toBeGreaterThan(0);
      for (const { key } of network.servers) expect(key).toMatch(/^[a-z0-9-]+$/);
      const kinds = network.loginFields.map(({ kind }) => kind);
      expect(kinds).toContain('password');
      for (const field of network.loginFields) {
        expect(field.prompt).not.toBe('');
        expect(field.check?.(answers[field.id] ?? '')).toBeUndefined();
      }
    });

    test('it prepares a login from good answers, and refuses nonsense', async () => {
      const { network, answers } = await makeFixture();
      const seed = network.prepareLogin(new Map(Object.entries(answers)));
      expect(network.servers.map(({ key }) => key)).toContain(seed.server);
      expect(seed.user).toContain(seed.server);
      expect(seed.user).not.toContain(' ');
      expect(seed.password.reveal()).toBe(answers['password']);
      const nonsense = new Map([...Object.entries(answers), ['address', 'no\u0000 body at all']] as const);
      expect(codeOf(() => network.prepareLogin(nonsense))).toBe('bad-input');
    });

    test('it signs in, and brings the contact list', async () => {
      const { client, sink } = await signedIn(await makeFixture());
      expect(sink.kinds.filter((kind) => kind !== 'connecting')).toEqual(['connected']);
      expect(sink.memories.at(-1)?.protocol).toMatch(/./);
      const rosters = sink.events.filter(({ type }) => type === 'roster');
      expect(rosters).toHaveLength(1);
      await client.disconnect();
    });

    test('it shows the user to others as they want, and says what it cannot show', async () => {
      const fixture = await makeFixture();
      const { statuses } = fixture.network;
      const labels = statuses.map(({ label }) => label);
      expect(new Set(labels).size).toBe(labels.length);
      for (const when of ['online', 'away'] as const) expect(statuses.some((one) => one.when === when)).toBe(true);
      expect(fixture.network.objection({ nick: 'Alice', message: 'hello' })).toBeUndefined();
      expect(fixture.network.objection({ nick: 'x'.repeat(10_000) })).toMatch(/\w.*\.$/);

      const { client } = makeClient(fixture, fixture.answers);
      await client.setPresence({ nick: 'Early' }); // nobody is there to see it
      const { client: other } = await signedIn(fixture);
      for (const status of labels) await other.setPresence({ status, nick: 'Alice' });
      await other.setPresence({});
      await other.disconnect();
      await other.setPresence({ nick: 'Late' });
    });

    test('a wrong password ends the attempt with a sentence', async () => {
      const fixture = await makeFixture();
      const { client, sink } = makeClient(fixture, fixture.wrongAnswers);
      client.connect(1, {});
      await until(() => sink.kinds.includes('bad-credentials'));
      expect(sink.sentences.at(-1)).toMatch(/\w.*\.$/);
      expect(sink.kinds).not.toContain('connected');
      const why = await failure(client.send(client.resolve(fixture.friend).chat, text('hello'), async () => undefined));
      expect(why).toMatchObject({ code: 'not-connected' });
    });

    test('it knows who is meant, however it is spelled', async () => {
      const fixture = await makeFixture();
      const { client } = makeClient(fixture);
      const friend = client.resolve(fixture.friend);
      expect(client.resolve(fixture.friend.toUpperCase())).toEqual(friend);
      expect(client.resolve(friend.address)).toEqual(friend);
      expect(friend.user).not.toBe(client.resolve(fixture.absent).user);
      expect(friend.chat).not.toBe(client.resolve(fixture.absent).chat);
      expect(codeOf(() => client.resolve('no\u0000 body at all'))).toBe('bad-input');
    });

    test('a long text becomes pieces, which become no further pieces', async () => {
      const { client } = makeClient(await makeFixture());
      const long = Array.from({ length: 2_000 }, (_, index) => `word${index}`).join(' ');
      const pieces = client.split(text(long));
      expect(pieces.length).toBeGreaterThan(1);
      expect(pieces.map(plainText)).not.toContain('');
      expect(pieces.map(plainText).join('').replace(/\s/g, '')).toBe(long.replace(/\s/g, ''));
      for (const piece of pieces) expect(client.split(piece)).toHaveLength(1);
    });

    test('it carries what is said, after it was allowed to and once', async () => {
      const fixture = await makeFixture();
      const { client } = await signedIn(fixture);
      const { chat } = client.resolve(fixture.friend);
      const heardBefore: number[] = [];
      for (const words of ['one', 'two', 'one']) {
        const delivery = await client.send(chat, text(words), async () => {
          heardBefore.push(fixture.friendHeard().length);
        });
        expect(['accepted', 'delivered']).toContain(delivery);
      }
      await until(() => fixture.friendHeard().length === 3);
      expect(fixture.friendHeard()).toEqual(['one', 'two', 'one']);
      expect(heardBefore).toHaveLength(3);
      expect(heardBefore[0]).toBe(0);
    });

    test('nothing goes out if what must come before it fails', async () => {
      const fixture = await makeFixture();
      const { client } = await signedIn(fixture);
      const { chat } = client.resolve(fixture.friend);
      const why = new BridgeError('database', 'The database is away.');
      expect(await failure(client.send(chat, text('never'), async () => Promise.reject(why)))).toBe(why);
      await client.send(chat, text('but this'), async () => undefined);
      await until(() => fixture.friendHeard().length > 0);
      expect(fixture.friendHeard()).toEqual(['but this']);
    });

    test('somebody who is not there gets nothing, and the sender hears so', async () => {
      const fixture = await makeFixture();
      const { client } = await signedIn(fixture);
      let allowed = 0;
      const sending = client.send(client.resolve(fixture.absent).chat, text('hello?'), async () => {
        allowed += 1;
      });
      const why = await failure(sending);
      expect(why.code).not.toBe('uncertain');
      expect(why.message).toMatch(/\w.*\.$/);
      expect(allowed).toBe(0);
    });

    test('it brings what is said, with ids that are never twice', async () => {
      const fixture = await makeFixture();
      const { client, sink } = await signedIn(fixture);
      await fixture.friendSays('ok');
      await fixture.friendSays('ok');
      await until(() => sink.messages.length === 2);
      const friend = client.resolve(fixture.friend);
      for (const message of sink.messages) {
        expect(message).toMatchObject({ chat: friend.chat, sender: friend.user, content: text('ok') });
      }

      await fixture.breakConnection();
      await until(() => sink.kinds.at(-1) !== 'connected');
      client.connect(2, {});
      await until(() => sink.kinds.at(-1) === 'connected');
      await fixture.friendSays('ok');
      await until(() => sink.messages.length === 3);
      expect(new Set(sink.messages.map(({ id }) => id)).size).toBe(3);
    });

    test('a broken connection is told once, and nothing is sent until the next', async () => {
      const fixture = await makeFixture();
      const { client, sink } = await signedIn(fixture);
      await fixture.breakConnection();
      await until(() => sink.kinds.at(-1) !== 'connected');
      const ends = sink.kinds.filter((kind) => kind !== 'connecting' && kind !== 'connected');
      expect(['disconnected', 'server-down']).toContain(ends[0]);
      expect(ends).toHaveLength(1);
      const { chat } = client.resolve(fixture.friend);
      const why = await failure(client.send(chat, text('hello'), async () => undefined));
      expect(why).toMatchObject({ code: 'not-connected', retriable: true });
    });

    test('signing off twice is as good as once', async () => {
      const fixture = await makeFixture();
      const { client } = await signedIn(fixture);
      await client.disconnect();
      await client.disconnect();
      const { chat } = client.resolve(fixture.friend);
      expect(await failure(client.send(chat, text('hello'), async () => undefined))).toMatchObject({
        code: 'not-connected',
      });
      client.typing(chat, true);
      expect(fixture.friendHeard()).toEqual([]);
    });

    test('it knows by their ids whom it can reach', async () => {
      const fixture = await makeFixture();
      const { client } = makeClient(fixture);
      const friend = client.resolve(fixture.friend);
      expect(client.identify(friend.user)).toEqual(friend);
      expect(client.identify(`elsewhere/${fixture.friend}` as RemoteUserId)).toBeUndefined();
    });
  });
  describe(`${name} keeps the contract of chats of several`, () => {
    conversationContract(makeFixture);
  });
}

function conversationContract(makeFixture: () => Promise<NetworkFixture>): void {
  test('a third person makes another chat, which is known again by them, and the one with one stays what it is', async () => {
    const fixture = await makeFixture();
    const { client, sink } = await signedIn(fixture);
    const [friend, other] = [client.resolve(fixture.friend), client.resolve(fixture.other)];
    const { chat, participants } = await client.invite!(friend.chat, other.user);
    expect([friend.chat, other.chat]).not.toContain(chat);
    const people = [friend.user, other.user].map((user) => ({ user, standing: 'in' }));
    expect(participants).toMatchObject(people);
    expect(sink.news).toMatchObject([{ chat, participants: people, continues: friend.chat }]);
    expect((await client.invite!(friend.chat, other.user)).chat).toBe(chat);
    await client.send(chat, text('you two'), async () => undefined);
    await client.send(friend.chat, text('just you'), async () => undefined);
    await until(() => fixture.friendHeard().length === 2);
    expect(fixture.friendHeard().toSorted()).toEqual(['just you', 'you two']);
  });

  test('somebody who is in it already is in it', async () => {
    const fixture = await makeFixture();
    const { client, sink } = await signedIn(fixture);
    const friend = client.resolve(fixture.friend);
    expect((await client.invite!(friend.chat, friend.user)).chat).toBe(friend.chat);
    expect(sink.news).toEqual([]);
  });

  test('somebody who does not come is told of in a sentence', async () => {
    const fixture = await makeFixture();
    const { client, sink } = await signedIn(fixture);
    const { chat } = client.resolve(fixture.friend);
    const why = await failure(client.invite!(chat, client.resolve(fixture.absent).user));
    expect(why.code).not.toBe('bug');
    expect(why.message).toMatch(/\w.*\.$/);
    expect(sink.news).toEqual([]);
  });

  test('nobody is called without being signed in', async () => {
    const fixture = await makeFixture();
    const { client } = makeClient(fixture);
    const [friend, other] = [client.resolve(fixture.friend), client.resolve(fixture.other)];
    expect(await failure(client.invite!(friend.chat, other.user))).toMatchObject({ code: 'not-connected' });
  });

  test('it is known in another life', async () => {
    const fixture = await makeFixture();
    const before = await signedIn(fixture);
    const [friend, other] = [before.client.resolve(fixture.friend), before.client.resolve(fixture.other)];
    const group = await before.client.invite!(friend.chat, other.user);
    await before.client.disconnect();

    const { client } = await signedIn(fixture, [group]);
    await client.send(group.chat, text('again'), async () => undefined);
    await until(() => fixture.friendHeard().includes('again'));
    expect((await client.invite!(friend.chat, other.user)).chat).toBe(group.chat);
  });

  test('who goes out of it comes in again by speaking', async () => {
    const fixture = await makeFixture();
    const { client } = await signedIn(fixture);
    const [friend, other] = [client.resolve(fixture.friend), client.resolve(fixture.other)];
    const { chat } = await client.invite!(friend.chat, other.user);
    client.leave!(chat);
    client.leave!(chat);
    await client.send(chat, text('back again'), async () => undefined);
    await until(() => fixture.friendHeard().includes('back again'));
  });
}

interface Signed {
  readonly client: NetworkClient;
  readonly sink: Sink;
}

function makeClient({ network, answers }: NetworkFixture, typed = answers, groups: readonly GroupChat[] = []): Signed {
  const seed = network.prepareLogin(new Map(Object.entries(typed)));
  const sink = new Sink();
  const id = loginId(network.id, seed.user);
  const login = {
    ...seed,
    id,
    memory: undefined,
    roster: [],
    names: new NamesInMemory(),
    groups,
    choices: new Set<string>(),
  };
  const client = network.createClient(login, sink);
  onTestFinished(() => client.disconnect());
  return { client, sink };
}

async function signedIn(fixture: NetworkFixture, groups: readonly GroupChat[] = []): Promise<Signed> {
  const signed = makeClient(fixture, fixture.answers, groups);
  signed.client.connect(1, {});
  await until(() => signed.sink.kinds.includes('connected'));
  return signed;
}

function until(condition: () => boolean): Promise<void> {
  return vi.waitFor(
    () => {
      if (!condition()) throw new Error(`it never came to be: ${condition.toString()}`);
    },
    { timeout: 8_000, interval: 5 },
  );
}

function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof BridgeError) return error.code;
    throw error;
  }
  return 'no error';
}

async function failure(promise: Promise<unknown>): Promise<BridgeError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
