import { inspect } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { Contact, LoginStateKind } from '../../src/bridge/events.ts';
import type { ChatId, LoginId, MatrixUserId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Login } from '../../src/bridge/login.ts';
import type { LoginField, Network } from '../../src/bridge/network.ts';
import { Provisioning } from '../../src/bridge/provisioning.ts';
import type { LoginStep, ProvisioningRequest, ProvisioningResult } from '../../src/bridge/provisioning-types.ts';
import { Secret } from '../../src/bridge/secret.ts';
import type { PortalRecord } from '../../src/bridge/store.ts';
import { EchoNetwork } from '../support/echo-network.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const BOB = '@bob:hs.test' as MatrixUserId;
const STRANGER = '@stranger:elsewhere.test' as MatrixUserId;

/** Two caves to choose from, and a password that must not be short. */
const loginFields: readonly LoginField[] = [
  {
    id: 'server',
    kind: 'choice',
    prompt: 'Which cave?',
    options: [
      { value: 'cave', label: 'The Cave' },
      { value: 'pit', label: 'The Pit' },
    ],
  },
  { id: 'address', kind: 'address', prompt: 'Your name?' },
  {
    id: 'password',
    kind: 'password',
    prompt: 'Your password?',
    check: (value) => (value.length < 3 ? 'That is too short.' : undefined),
  },
];

function contact(name: string, shown: string): Contact {
  return {
    id: `cave/${name}` as RemoteUserId,
    chat: name as ChatId,
    address: name,
    name: shown,
    presence: { availability: 'online', label: 'Here' },
    data: undefined,
  };
}

/** The core half between operations that only remember, and logins that a test moves. */
class Stage {
  readonly clock = new FakeClock();
  readonly network: Network = Object.assign(new EchoNetwork({ password: 'cave', now: () => this.clock.now() }), {
    loginFields,
  });
  readonly signIns: Readonly<Record<string, string>>[] = [];
  readonly newPasswords: string[] = [];
  readonly signOuts: string[] = [];
  readonly logins: Login[] = [];
  readonly chats: string[] = [];
  portals: Partial<PortalRecord>[] = [];
  /** What the next sign-in or chat does instead. */
  trouble: (() => never) | undefined;
  readonly provisioning = new Provisioning({
    networks: [this.network],
    operations: {
      signIn: async (user, _, values) => {
        this.#stumble();
        this.signIns.push(Object.fromEntries(values));
        return this.addLogin(user, values.get('address') ?? '', 'connecting');
      },
      signInAgain: async (login, password) => {
        this.newPasswords.push(password);
        return login;
      },
      reconnect: async () => undefined,
      signOut: async (login) => {
        this.signOuts.push(login.id);
        this.logins.splice(this.logins.indexOf(login), 1);
      },
      openChat: async (_, typed) => {
        this.#stumble();
        this.chats.push(typed);
        return { room: '!new:hs.test' as RoomId, name: typed, fresh: true };
      },
    },
    matrix: {
      bot: '@bot:hs.test' as MatrixUserId,
      ghostId: ({ network, user }) => `@${network}_${user}:hs.test` as MatrixUserId,
    },
    rooms: { managementRoom: async (user) => (user === ALICE ? ('!commands:hs.test' as RoomId) : undefined) },
    portals: { ofLogin: async () => this.portals as PortalRecord[] },
    mayUse: (user) => user.endsWith(':hs.test'),
    loginsOf: (user) => this.logins.filter(({ matrixUser }) => matrixUser === user),
    clock: this.clock,
  });

  #stumble(): void {
    const { trouble } = this;
    this.trouble = undefined;
    trouble?.();
  }

  addLogin(user: MatrixUserId, address: string, kind: LoginStateKind = 'connected'): Login {
    const state = { kind, sentence: '', at: this.clock.now() };
    const login = {
      id: `echo/cave/${address}` as LoginId,
      network: this.network,
      matrixUser: user,
      address,
      serverName: 'Cave',
      state,
      profile: { shown: {} },
      groups: [],
      get connected() {
        return login.state.kind === 'connected';
      },
      nameFor: ({ id, name }: Pick<Contact, 'id' | 'name'>) =>
        id === ('cave/bat' as RemoteUserId) ? 'Dear Bat' : name,
      roster: () => ({ contacts: [contact('wall', 'Big Wall'), contact('bat', 'Bat')], asOf: undefined }),
      contact: (id: RemoteUserId) => (id === ('cave/wall' as RemoteUserId) ? contact('wall', 'Big Wall') : undefined),
      client: { resolve: (typed: string) => this.network.createClient(login as never, {} as never).resolve(typed) },
    };
    this.logins.push(login as unknown as Login);
    return login as unknown as Login;
  }

  become(kind: LoginStateKind, sentence = ''): void {
    const login = this.logins.at(-1)!;
    Object.assign(login, { state: { kind, sentence, at: this.clock.now() } });
    this.provisioning.noteState(login);
  }

  async ask(request: ProvisioningRequest, user = ALICE): Promise<ProvisioningResult> {
    return this.provisioning.handle(user, request);
  }

  async start(user = ALICE, login?: string): Promise<LoginStep> {
    return stepOf(this.ask({ type: 'start-login', flow: 'echo', ...(login !== undefined && { login }) }, user));
  }

  async submit(process: string, step: string, values: Readonly<Record<string, string>>, user = ALICE) {
    const secrets = new Map(Object.entries(values).map(([id, value]) => [id, new Secret(value)]));
    return stepOf(this.ask({ type: 'submit', process, step: `echo.login.${step}`, values: secrets }, user));
  }

  /** All is answered; what becomes of it is not known yet. */
  async answered(user = ALICE): Promise<{ process: string; end: Promise<LoginStep> }> {
    const { process } = await this.start(user);
    await this.submit(process, 'server', { server: 'pit' }, user);
    const end = this.submit(process, 'address', { address: 'alice', password: ' secret ' }, user);
    end.catch(() => undefined);
    await settled();
    return { process, end };
  }
}

async function stepOf(result: Promise<ProvisioningResult>): Promise<LoginStep> {
  const answer = await result;
  if (answer.type !== 'step') throw new Error(`no step but ${answer.type}`);
  return answer.step;
}

let stage: Stage;
beforeEach(() => {
  stage = new Stage();
});

describe('a sign-in', () => {
  test('goes step by step: a choice by itself, the rest together, then the end', async () => {
    const first = await stage.start();
    expect(first).toMatchObject({
      type: 'fields',
      id: 'echo.login.server',
      fields: [{ id: 'server', kind: 'choice' }],
    });
    const second = await stage.submit(first.process, 'server', { server: 'the pit' });
    expect(second).toMatchObject({
      type: 'fields',
      process: first.process,
      id: 'echo.login.address',
      fields: [
        { id: 'address', kind: 'address' },
        { id: 'password', kind: 'password' },
      ],
    });
    const end = stage.submit(first.process, 'address', { address: ' alice ', password: ' secret ' });
    await settled();
    expect(stage.signIns).toEqual([{ server: 'pit', address: 'alice', password: ' secret ' }]);
    stage.become('connecting');
    stage.become('connected');
    expect(await end).toMatchObject({ type: 'complete', login: 'echo/cave/alice' });
  });

  test('does not ask where there is but one answer', async () => {
    Object.assign(stage.network, {
      loginFields: [{ ...loginFields[0]!, options: [{ value: 'cave', label: 'The Cave' }] }, ...loginFields.slice(1)],
    });
    const first = await stage.start();
    expect(first).toMatchObject({ id: 'echo.login.address' });
    void stage.submit(first.process, 'address', { address: 'alice', password: 'secret' });
    await settled();
    expect(stage.signIns).toEqual([{ server: 'cave', address: 'alice', password: 'secret' }]);
  });

  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['an answer that is missing', { address: 'alice' }, 'Your password?'],
    ['an empty one', { address: ' ', password: 'secret' }, 'Your name?'],
    ['one that the network objects to', { address: 'alice', password: 'xy' }, 'That is too short.'],
  ])('refuses %s, and the step may be answered again', async (_, values, objection) => {
    const { process } = await stage.start();
    await stage.submit(process, 'server', { server: 'pit' });
    await expect(stage.submit(process, 'address', values)).rejects.toMatchObject({
      code: 'bad-input',
      message: objection,
    });
    const end = stage.submit(process, 'address', { address: 'alice', password: 'secret' });
    await settled();
    stage.become('connected');
    expect(await end).toMatchObject({ type: 'complete' });
  });

  test('takes the last step again, and none out of turn', async () => {
    const { process } = await stage.start();
    await expect(stage.submit(process, 'address', {})).rejects.toMatchObject({ code: 'bad-state' });
    await expect(stage.submit(process, 'nothing', {})).rejects.toMatchObject({ code: 'bad-state' });
    await stage.submit(process, 'server', { server: 'cave' });
    expect(await stage.submit(process, 'server', { server: 'pit' })).toMatchObject({ id: 'echo.login.address' });
    const end = stage.submit(process, 'address', { address: 'alice', password: 'secret' });
    const again = stage.submit(process, 'address', { address: 'alice', password: 'secret' });
    await expect(stage.submit(process, 'server', { server: 'pit' })).rejects.toMatchObject({ code: 'bad-state' });
    await settled();
    stage.become('connected');
    expect(await end).toEqual(await again);
    expect(await stage.submit(process, 'address', {})).toEqual(await end);
    expect(stage.signIns).toEqual([{ server: 'pit', address: 'alice', password: 'secret' }]);
  });

  test.each<[LoginStateKind, string]>([
    ['bad-credentials', 'not-permitted'],
    ['refused', 'network'],
    ['signed-in-elsewhere', 'network'],
    ['logged-out', 'bad-state'],
  ])('that ends as %s has failed, and is forgotten', async (kind, code) => {
    const { process, end } = await stage.answered();
    stage.become(kind, 'The cave says no.');
    await expect(end).rejects.toMatchObject({ code });
    await expect(stage.submit(process, 'address', {})).rejects.toMatchObject({ code: 'not-found' });
  });

  test('that the bridge goes on trying is complete, and says so', async () => {
    const { end } = await stage.answered();
    stage.become('server-down', 'The cave is dark.');
    expect(await end).toMatchObject({ type: 'complete', instructions: 'The cave is dark. The bridge keeps trying.' });
  });

  test('that the network leaves without an answer is complete after a while', async () => {
    const { end } = await stage.answered();
    stage.clock.advance(45_000);
    const instructions = 'The server takes its time. The bridge keeps trying.';
    expect(await end).toMatchObject({ type: 'complete', instructions });
  });

  test('that failed for a passing reason may be sent again', async () => {
    stage.trouble = () => {
      throw new BridgeError('database', 'Not just now.', { retriable: true });
    };
    const { process, end } = await stage.answered();
    await expect(end).rejects.toMatchObject({ code: 'database' });
    const again = stage.submit(process, 'address', { address: 'alice', password: 'secret' });
    await settled();
    stage.become('connected');
    expect(await again).toMatchObject({ type: 'complete' });
  });

  test('belongs to its user', async () => {
    const { process } = await stage.start();
    await expect(stage.submit(process, 'server', { server: 'pit' }, BOB)).rejects.toMatchObject({ code: 'not-found' });
    await expect(stage.ask({ type: 'cancel-login', process }, BOB)).rejects.toMatchObject({ code: 'not-found' });
  });

  test('can be cancelled until all is answered', async () => {
    const { process } = await stage.start();
    await stage.ask({ type: 'cancel-login', process });
    await expect(stage.submit(process, 'server', { server: 'pit' })).rejects.toMatchObject({ code: 'not-found' });
    const late = await stage.answered();
    await expect(stage.ask({ type: 'cancel-login', process: late.process })).rejects.toMatchObject({
      code: 'bad-state',
    });
  });

  test('is forgotten after half an hour', async () => {
    const { process } = await stage.start();
    stage.clock.advance(30 * 60_000);
    await expect(stage.submit(process, 'server', { server: 'pit' })).rejects.toMatchObject({ code: 'not-found' });
    expect(stage.clock.pending).toBe(0);
  });

  test('makes way when its user begins too many, or everybody does', async () => {
    const of = async (user: MatrixUserId): Promise<string> => (await stage.start(user)).process;
    const first = await of(ALICE);
    for (let count = 0; count < 5; count++) await of(ALICE);
    await expect(stage.submit(first, 'server', { server: 'pit' })).rejects.toMatchObject({ code: 'not-found' });
    for (let count = 0; count < 1_100; count++) await of(`@u${count}:hs.test` as MatrixUserId);
    expect(stage.clock.pending).toBe(1_000);
  });

  test('shows no password to whoever prints it', async () => {
    const { process } = await stage.start();
    await stage.submit(process, 'server', { server: 'pit' });
    await settled();
    expect(inspect(stage.provisioning, { depth: 10, showHidden: true })).not.toContain("'pit'");
  });

  test('for an account that is here asks for its password only', async () => {
    stage.addLogin(ALICE, 'alice', 'bad-credentials');
    const first = await stage.start(ALICE, 'echo/cave/alice');
    expect(first).toMatchObject({ id: 'echo.login.password', fields: [{ id: 'password' }] });
    const end = stage.submit(first.process, 'password', { password: 'better' });
    await settled();
    stage.become('connected');
    expect(await end).toMatchObject({ type: 'complete', login: 'echo/cave/alice' });
    expect(stage.newPasswords).toEqual(['better']);
    expect(stage.signIns).toEqual([]);
  });

  test('for somebody else’s account is refused', async () => {
    stage.addLogin(BOB, 'bob');
    await expect(stage.start(ALICE, 'echo/cave/bob')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('anything', () => {
  const requests: readonly ProvisioningRequest[] = [
    { type: 'whoami' },
    { type: 'capabilities' },
    { type: 'flows' },
    { type: 'start-login', flow: 'echo' },
    { type: 'submit', process: 'x', step: 'x', values: new Map() },
    { type: 'cancel-login', process: 'x' },
    { type: 'logout', login: 'all' },
    { type: 'logins' },
    { type: 'contacts' },
    { type: 'search', query: '' },
    { type: 'resolve', identifier: 'wall' },
    { type: 'create-dm', identifier: 'wall' },
  ];
  test.each(requests)('is refused to who is not permitted: $type', async (request) => {
    stage.addLogin(STRANGER, 'stranger');
    await expect(stage.ask(request, STRANGER)).rejects.toMatchObject({ code: 'not-permitted' });
    expect(stage.signOuts).toEqual([]);
  });
});

test('whoami tells of the networks, the user’s room and logins, and nobody else’s', async () => {
  stage.addLogin(ALICE, 'alice');
  stage.addLogin(BOB, 'bob');
  expect(await stage.ask({ type: 'whoami' })).toMatchObject({
    networks: [{ id: 'echo', name: 'Echo' }],
    bot: '@bot:hs.test',
    flows: [{ id: 'echo', name: 'Echo' }],
    managementRoom: '!commands:hs.test',
    logins: [{ id: 'echo/cave/alice', address: 'alice', state: { kind: 'connected' } }],
  });
  expect(await stage.ask({ type: 'logins' }, BOB)).toEqual({ type: 'logins', logins: ['echo/cave/bob'] });
});

test('a sign-out is of one login or of all, and only of one’s own', async () => {
  for (const name of ['alice', 'alicia']) stage.addLogin(ALICE, name);
  stage.addLogin(BOB, 'bob');
  await expect(stage.ask({ type: 'logout', login: 'echo/cave/bob' })).rejects.toMatchObject({ code: 'not-found' });
  await stage.ask({ type: 'logout', login: 'echo/cave/alicia' });
  await stage.ask({ type: 'logout', login: 'all' });
  expect(stage.signOuts).toEqual(['echo/cave/alicia', 'echo/cave/alice']);
});

describe('people', () => {
  const WALL = {
    network: 'echo',
    id: 'cave/wall',
    address: 'wall',
    name: 'Big Wall',
    ghost: '@echo_cave/wall:hs.test',
  };

  beforeEach(() => {
    stage.addLogin(ALICE, 'alicia', 'disconnected');
    stage.addLogin(ALICE, 'alice');
    stage.portals = [{ chat: 'wall' as ChatId, room: '!wall:hs.test' as RoomId }];
  });

  test('are the contacts of the login that is meant, with their rooms', async () => {
    const contacts = await stage.ask({ type: 'contacts', login: 'echo/cave/alicia' });
    expect(contacts).toMatchObject({
      type: 'contacts',
      people: [{ ...WALL, room: '!wall:hs.test' }, { name: 'Dear Bat' }],
    });
    expect(contacts).toHaveProperty('people.1.room', undefined);
    await expect(stage.ask({ type: 'contacts', login: 'echo/cave/bob' })).rejects.toMatchObject({ code: 'not-found' });
    await expect(stage.ask({ type: 'contacts' }, BOB)).rejects.toMatchObject({ code: 'not-connected' });
  });

  test('are found by name and by address', async () => {
    const named = async (query: string): Promise<unknown> => stage.ask({ type: 'search', query });
    expect(await named('big')).toMatchObject({ type: 'found', people: [{ name: 'Big Wall' }] });
    for (const query of ['BAT', 'dear']) expect(await named(query)).toMatchObject({ people: [{ name: 'Dear Bat' }] });
    expect(await named('bear')).toEqual({ type: 'found', people: [] });
  });

  test('are resolved by what one would type, on the list or not', async () => {
    const person = { ...WALL, room: '!wall:hs.test' };
    expect(await stage.ask({ type: 'resolve', identifier: 'Wall' })).toEqual({ type: 'person', person });
    expect(await stage.ask({ type: 'resolve', identifier: 'bear' })).toMatchObject({
      person: { name: 'bear', room: undefined },
    });
    await expect(stage.ask({ type: 'resolve', identifier: '?' })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('get a room when one is asked for', async () => {
    const person = { ...WALL, room: '!new:hs.test' };
    expect(await stage.ask({ type: 'create-dm', identifier: 'wall' })).toEqual({ type: 'person', person });
    expect(stage.chats).toEqual(['wall']);
    await expect(stage.ask({ type: 'create-dm', identifier: '?' })).rejects.toMatchObject({ code: 'not-found' });
  });
});
