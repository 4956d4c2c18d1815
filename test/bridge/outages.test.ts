// What a user is told of an outage, and how often: accounts that lose their servers and have them again, on a clock that a test
// moves, with an end of the process or of the homeserver at any place.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import { type Content, type LoginStateKind, plainText } from '../../src/bridge/events.ts';
import type { EventId, LoginId, MatrixUserId, NetworkId, RoomId, ServerKey } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';
import { Outages } from '../../src/bridge/outages.ts';
import type { OutageKey, OutageRecord } from '../../src/bridge/store.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';

const SENTENCE = 'The server says so.';
const ROOM = '!room' as RoomId;

class Stage {
  readonly clock = new FakeClock(new Date('2026-11-22T12:00:00Z'));
  readonly records = new Map<string, OutageRecord>();
  /** What stands in the room, by what makes it the same at every attempt. */
  readonly notices = new Map<string, { readonly event: EventId; text: string; readonly user: MatrixUserId }>();
  readonly logins = new Map<LoginId, Login>();
  /** The next so many calls of these kinds fail, before or after they were carried out. */
  readonly troubles: { readonly call: 'notify' | 'amend' | 'put'; readonly when: 'before' | 'after' }[] = [];
  outages = this.#live();

  login(address: string, { user = '@alice', server = 'x' } = {}): Login {
    const id = `net/${server}/${address}` as LoginId;
    const state = { kind: 'connected' as LoginStateKind, sentence: '', at: this.clock.now() };
    const login = {
      id,
      address,
      matrixUser: user as MatrixUserId,
      network: { id: 'net' as NetworkId },
      server: server as ServerKey,
      state,
      get connected() {
        return state.kind === 'connected';
      },
      get hopeful() {
        return !['bad-credentials', 'logged-out'].includes(state.kind);
      },
    } as Login;
    this.logins.set(id, login);
    return login;
  }

  become(login: Login, kind: LoginStateKind, sentence = kind === 'connected' ? '' : SENTENCE): void {
    Object.assign(login.state, { kind, sentence });
    if (kind === 'disconnected' || kind === 'server-down') this.outages.begin(login);
    else if (kind !== 'connecting') this.outages.end(login);
  }

  lose(...logins: readonly Login[]): void {
    for (const login of logins) this.become(login, 'disconnected');
  }

  comeBack(...logins: readonly Login[]): void {
    for (const login of logins) this.become(login, 'connected');
  }

  async pass(minutes: number): Promise<void> {
    for (let seconds = 0; seconds < minutes * 60; seconds += 10) {
      this.clock.advance(10_000);
      await settled();
    }
  }

  /** The process ends and another one begins; no login has a connection then. */
  async restart(): Promise<void> {
    this.outages.stop();
    for (const { state } of this.logins.values()) {
      if (state.kind === 'connected') Object.assign(state, { kind: 'disconnected', sentence: '' });
    }
    this.outages = this.#live();
    await this.outages.resume(this.logins.values());
  }

  get texts(): readonly string[] {
    return [...this.notices.values()].map(({ text }) => text);
  }

  #live(): Outages {
    return new Outages({
      outages: {
        all: async () => [...this.records.values()],
        put: async (record) => this.#carry('put', () => void this.records.set(keyOf(record), record)),
        remove: async (key) => void this.records.delete(keyOf(key)),
      },
      loginOf: (id) => this.logins.get(id),
      serverName: ({ server }) => server.toUpperCase(),
      notify: async (user, content, about) =>
        this.#carry('notify', () => ({ room: ROOM, event: this.#say(user, content, about) })),
      amend: async (_, said, content) =>
        this.#carry('amend', () => {
          for (const notice of this.notices.values()) if (notice.event === said.event) notice.text = plainText(content);
          return said;
        }),
      clock: this.clock,
      log: keptLog(),
    });
  }

  #say(user: MatrixUserId, content: Content, about: string): EventId {
    const known = this.notices.get(about);
    const event = known?.event ?? (`$${this.notices.size}` as EventId);
    if (!known) this.notices.set(about, { event, text: plainText(content), user });
    return event;
  }

  #carry<T>(call: 'notify' | 'amend' | 'put', work: () => T): T {
    const at = this.troubles.findIndex((one) => one.call === call);
    const [trouble] = at < 0 ? [] : this.troubles.splice(at, 1);
    const away = (): never => {
      throw new BridgeError('homeserver', 'It is away.', { retriable: true });
    };
    if (trouble?.when === 'before') away();
    const result = work();
    return trouble ? away() : result;
  }
}

function keyOf({ user, network, server }: OutageKey): string {
  return `${user} ${network} ${server}`;
}

test('what is over within three minutes passes in silence, however often', async () => {
  const stage = new Stage();
  const alice = stage.login('alice');
  for (let time = 0; time < 5; time++) {
    stage.lose(alice);
    await stage.pass(2.5);
    stage.comeBack(alice);
    await stage.pass(1);
  }
  expect([stage.texts, stage.records.size]).toEqual([[], 0]);
});

test('an outage of three accounts is one notice, edited when it is over', async () => {
  const stage = new Stage();
  const logins = ['ann', 'bob', 'cat'].map((address) => stage.login(address));
  stage.lose(...logins);
  await stage.pass(2);
  expect(stage.texts).toEqual([]);
  await stage.pass(2);
  expect(stage.texts).toEqual([
    `ann, bob and cat have not been connected to X since 2026-11-22 12:00 UTC: ${SENTENCE} I keep trying.`,
  ]);
  await stage.pass(26);
  stage.comeBack(...logins);
  await stage.pass(1);
  expect(stage.texts).toEqual([
    'ann, bob and cat are back on X since 2026-11-22 12:30 UTC. They had not been connected since 2026-11-22 12:00 UTC.',
  ]);
  expect(stage.records.size).toBe(0);
});

test('servers and users have outages of their own', async () => {
  const stage = new Stage();
  stage.lose(stage.login('ann'), stage.login('bob', { server: 'y' }), stage.login('cat', { user: '@carol' }));
  await stage.pass(4);
  expect([...stage.notices.values()].map(({ user, text }) => [user, text.split(':')[0]])).toEqual([
    ['@alice', 'ann has not been connected to X since 2026-11-22 12'],
    ['@alice', 'bob has not been connected to Y since 2026-11-22 12'],
    ['@carol', 'cat has not been connected to X since 2026-11-22 12'],
  ]);
});

test('who is lost later is named later, and who is back is not named any more, in the same notice', async () => {
  const stage = new Stage();
  const [ann, bob] = [stage.login('ann'), stage.login('bob')];
  stage.lose(ann);
  await stage.pass(2);
  stage.lose(bob);
  await stage.pass(2);
  expect(stage.texts).toEqual([expect.stringMatching(/^ann has not/)]);
  await stage.pass(2);
  expect(stage.texts).toEqual([expect.stringMatching(/^ann and bob have not/)]);
  stage.comeBack(ann);
  await stage.pass(1);
  expect(stage.texts).toEqual([expect.stringMatching(/^bob has not .* since 2026-11-22 12:00 UTC/)]);
  stage.comeBack(bob);
  await stage.pass(1);
  expect(stage.texts).toEqual([expect.stringMatching(/^ann and bob are back on X since 2026-11-22 12:07 UTC\./)]);
});

test('an account that is only away for a moment is not named in the outage of another', async () => {
  const stage = new Stage();
  const [ann, bob] = [stage.login('ann'), stage.login('bob')];
  stage.lose(ann);
  await stage.pass(4);
  stage.lose(bob);
  await stage.pass(1);
  stage.comeBack(bob, ann);
  await stage.pass(1);
  expect(stage.texts).toEqual([expect.stringMatching(/^ann is back/)]);
});

test('over a restart an outage is not told again, and its notice is closed', async () => {
  const stage = new Stage();
  const alice = stage.login('alice');
  stage.lose(alice);
  await stage.pass(4);
  await stage.restart();
  await stage.pass(30);
  expect(stage.texts).toEqual([expect.stringMatching(/^alice has not .* since 2026-11-22 12:00 UTC/)]);
  stage.comeBack(alice);
  await stage.pass(1);
  expect(stage.texts).toEqual([
    expect.stringMatching(/^alice is back .* had not been connected since 2026-11-22 12:00/),
  ]);
});

test('a server that is down when the bridge starts is told, also of those who wait for their turn', async () => {
  const stage = new Stage();
  stage.login('ann');
  await stage.restart();
  await stage.pass(4);
  expect(stage.texts).toEqual([
    'ann has not been connected to X since 2026-11-22 12:00 UTC: X does not answer. I keep trying.',
  ]);
});

test.each(['bad-credentials', 'gone'] as const)('a notice is closed where nobody comes back (%s)', async (end) => {
  const stage = new Stage();
  const alice = stage.login('alice');
  stage.lose(alice);
  await stage.pass(4);
  if (end === 'gone') {
    stage.logins.clear();
    await stage.restart();
  } else stage.become(alice, end);
  await stage.pass(1);
  expect(stage.texts).toEqual(['alice was not connected to X from 2026-11-22 12:00 UTC until 2026-11-22 12:04 UTC.']);
  expect(stage.records.size).toBe(0);
});

test('what begins again within ten minutes is the same notice, and later it is another', async () => {
  const stage = new Stage();
  const alice = stage.login('alice');
  for (const pauseMinutes of [9, 9, 15]) {
    stage.lose(alice);
    await stage.pass(4);
    expect(stage.texts.at(-1)).toMatch(/has not been/);
    stage.comeBack(alice);
    await stage.pass(pauseMinutes);
    expect(stage.texts).toHaveLength(1);
    expect(stage.texts.at(-1)).toMatch(/is back/);
  }
  stage.lose(alice);
  await stage.pass(4);
  expect(stage.texts).toEqual([expect.stringMatching(/is back/), expect.stringMatching(/since 2026-11-22 12:45 UTC/)]);
});

test.each(['before', 'after'] as const)(
  'a homeserver that is away (%s the attempt) is told once all the same',
  async (when) => {
    const stage = new Stage();
    const [ann, bob] = [stage.login('ann'), stage.login('bob')];
    stage.troubles.push({ call: 'notify', when });
    stage.lose(ann);
    await stage.pass(3);
    stage.lose(bob);
    await stage.pass(4);
    expect(stage.texts).toEqual([expect.stringMatching(/^ann and bob have not/)]);
    stage.troubles.push({ call: 'amend', when });
    stage.comeBack(ann, bob);
    await stage.pass(1);
    expect(stage.texts).toEqual([expect.stringMatching(/^ann and bob are back/)]);
  },
);

test('many accounts are told in a line', async () => {
  const stage = new Stage();
  stage.lose(...Array.from({ length: 9 }, (_, n) => stage.login(`a${n}`)));
  await stage.pass(4);
  expect(stage.texts).toEqual([expect.stringMatching(/^a0, a1, a2, a3 and 5 more have not been connected/)]);
});

test('who is away again in the moment of coming back was away until then', async () => {
  const stage = new Stage();
  const bob = stage.login('bob');
  stage.lose(bob);
  await stage.pass(4);
  stage.comeBack(bob);
  stage.lose(bob);
  await stage.pass(1);
  stage.comeBack(bob);
  await stage.pass(3);
  expect(stage.texts).toEqual(['bob was not connected to X from 2026-11-22 12:00 UTC until 2026-11-22 12:04 UTC.']);
});

test('whatever happens, no notice stays open, and there are no more notices than outages', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constant('lose' as const), who: fc.nat(2) }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constant('comeBack' as const), who: fc.nat(2) }) },
    { weight: 6, arbitrary: fc.record({ type: fc.constant('pass' as const), minutes: fc.constantFrom(1, 2, 4, 12) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('restart' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('trouble' as const),
        call: fc.constantFrom('notify' as const, 'amend' as const, 'put' as const),
        when: fc.constantFrom('before' as const, 'after' as const),
      }),
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const stage = new Stage();
      const logins = ['ann', 'bob', 'cat'].map((address) => stage.login(address));
      let mostOutages = 1;
      for (const one of steps) {
        if (one.type === 'pass') await stage.pass(one.minutes);
        else if (one.type === 'restart') await stage.restart();
        else if (one.type === 'trouble') stage.troubles.push(one);
        else if (one.type === 'lose') stage.lose(logins[one.who]!);
        else {
          if (stage.logins.size > 0) mostOutages += 1;
          stage.comeBack(logins[one.who]!);
        }
      }
      stage.comeBack(...logins);
      await stage.pass(3);
      expect(stage.texts.filter((text) => !/ back on X since| not connected to X from .* until /.test(text))).toEqual(
        [],
      );
      expect(stage.texts.length).toBeLessThanOrEqual(mostOutages);
      expect(stage.records.size).toBe(0);
    }),
    { numRuns: 60 },
  );
});
