// A second, tiny network: whatever is said to one of its people, or to several in a hall, comes back. It proves that the core is
// neutral.

import { BridgeError } from '../../src/bridge/errors.ts';
import {
  type Contact,
  type Content,
  type Participant,
  plainText,
  type Standing,
  text,
} from '../../src/bridge/events.ts';
import type { ChatId, NetworkId, RemoteMessageId, RemoteUserId, ServerKey } from '../../src/bridge/ids.ts';
import type {
  ClientSink,
  Delivery,
  GroupChat,
  LoginSeed,
  Network,
  NetworkClient,
  NetworkCommand,
  NetworkLogin,
  RequestAnswer,
  RequestStanding,
  WantedPresence,
  ResolvedUser,
} from '../../src/bridge/network.ts';
import { Secret } from '../../src/bridge/secret.ts';

const LIMIT = 40;
const OUTSIDE = 'https://outside.example.com/';

/** `password`: the only one that is right. Clients are kept by address, so that a test can speak as the network. */
export class EchoNetwork implements Network {
  readonly id = 'echo' as NetworkId;
  readonly name = 'Echo';
  readonly servers = [{ key: 'cave' as ServerKey, name: 'Cave' }];
  readonly loginFields = [
    { id: 'server', kind: 'choice', prompt: 'Which cave?', options: [{ value: 'cave', label: 'Cave' }] },
    { id: 'address', kind: 'address', prompt: 'Your name?' },
    { id: 'password', kind: 'password', prompt: 'Your password?' },
  ] as const;
  readonly statuses = [
    { label: 'Here', when: 'online' },
    { label: 'Asleep', when: 'away' },
    { label: 'Digging' },
  ] as const;
  readonly commands: NetworkCommand[] = [
    {
      name: 'shout',
      args: '<words>',
      summary: 'shouts into the cave',
      run: async (_, args, { beforeWrite }) => {
        await beforeWrite();
        this.shouts.push(args.join(' '));
        return text(`${args.join(' ').toUpperCase()}!`);
      },
    },
    {
      name: 'dig',
      args: '',
      summary: 'a link to the way out',
      run: async (_, __, { pages }) =>
        text(pages?.offer({ title: 'the way out', make: () => ({ action: OUTSIDE, fields: [] }) }) ?? 'No way.'),
    },
  ];
  readonly choices = [{ name: 'roof', summary: 'puts a roof on the cave', on: 'It is dry.', off: 'It rains in.' }];
  readonly clients = new Map<string, EchoClient>();
  readonly shouts: string[] = [];
  /** Whom the cave has, by name; all of them are on everybody's list. */
  readonly people = new Map([['wall', contact('wall', 'Wall')]]);
  /** Who has asked to be let in by whom: the cave forgets neither over restarts. */
  readonly #asking = new Map<string, RequestStanding>();
  /** Nobody comes in. */
  closed = false;
  /** How often somebody wanted to come in. */
  knocks = 0;
  /** Who does not hear anything. */
  readonly absent = new Set<string>(['nobody']);
  readonly #password: string;
  readonly #now: () => Date;

  constructor(options: { readonly password: string; readonly now: () => Date }) {
    this.#password = options.password;
    this.#now = options.now;
  }

  objection({ nick = '' }: WantedPresence): string | undefined {
    return nick.length > LIMIT ? 'Nobody can shout such a name.' : undefined;
  }

  prepareLogin(values: ReadonlyMap<string, string>): LoginSeed {
    const address = (values.get('address') ?? '').toLowerCase();
    if (!/^[a-z]+$/.test(address)) throw new BridgeError('bad-input', 'A name has letters only.');
    return {
      server: 'cave' as ServerKey,
      user: `cave/${address}` as RemoteUserId,
      address,
      password: new Secret(values.get('password') ?? ''),
    };
  }

  createClient(login: NetworkLogin, sink: ClientSink): EchoClient {
    const client = new EchoClient(login, sink, this, this.#asking, this.#password, this.#now);
    this.clients.set(login.address, client);
    return client;
  }
}

export class EchoClient implements NetworkClient {
  readonly heard: string[] = [];
  /** Where the user was seen typing. */
  readonly typed: ChatId[] = [];
  /** Refuses every answer to a request. */
  deaf = false;
  /** So many more pieces are answered; then nobody says whether they arrived. */
  answersLeft = Number.POSITIVE_INFINITY;
  /** How the user is seen in the cave. */
  shown: WantedPresence = {};
  /** What is switched on. */
  readonly chosen: Set<string>;
  readonly #login: NetworkLogin;
  readonly #sink: ClientSink;
  readonly #network: EchoNetwork;
  readonly #asking: Map<string, RequestStanding>;
  readonly #password: string;
  readonly #now: () => Date;
  /** Chats of several. */
  readonly #halls: Map<ChatId, readonly Participant[]>;
  #connected = false;
  #epoch = 0;
  #gate: Promise<void> = Promise.resolve();
  #count = 0;

  constructor(
    login: NetworkLogin,
    sink: ClientSink,
    network: EchoNetwork,
    asking: Map<string, RequestStanding>,
    password: string,
    now: () => Date,
  ) {
    this.#halls = new Map(login.groups.map(({ chat, participants }) => [chat, participants]));
    this.#login = login;
    this.chosen = new Set(login.choices);
    this.#sink = sink;
    this.#network = network;
    this.#asking = asking;
    this.#password = password;
    this.#now = now;
  }

  get isConnected(): boolean {
    return this.#connected;
  }

  /** What is sent waits until the returned function is called. */
  pause(): () => void {
    const gate = Promise.withResolvers<void>();
    this.#gate = gate.promise;
    return () => gate.resolve();
  }

  connect(epoch: number, wanted: WantedPresence): void {
    this.#epoch = epoch;
    this.shown = wanted;
    this.#network.knocks += 1;
    if (this.#network.closed) return this.#sink.state('server-down', 'The cave is closed.');
    if (this.#login.password.reveal() !== this.#password) {
      this.#sink.state('bad-credentials', 'The cave does not know this name with this password.');
      return;
    }
    this.#connected = true;
    this.#sink.remember({ protocol: 'ECHO1' });
    this.#sink.event({ type: 'roster', contacts: [...this.#network.people.values()] });
    this.#sink.state('connected', '');
  }

  async disconnect(): Promise<void> {
    this.close();
  }

  close(): void {
    this.#connected = false;
  }

  /** For good. */
  refuse(): void {
    this.#connected = false;
    this.#sink.state('refused', 'The cave does not want you.');
  }

  /** The line breaks. */
  drop(afterMs?: number): void {
    this.#connected = false;
    this.#sink.state('disconnected', 'A stone fell.', afterMs);
  }

  resolve(typed: string): ResolvedUser {
    const name = typed.toLowerCase();
    if (!/^[a-z]+$/.test(name)) throw new BridgeError('bad-input', 'A name has letters only.');
    return { user: `cave/${name}` as RemoteUserId, chat: name as ChatId, address: name, name };
  }

  choose(choice: string, on: boolean): void {
    if (on) this.chosen.add(choice);
    else this.chosen.delete(choice);
  }

  identify(user: RemoteUserId): ResolvedUser | undefined {
    const [, name] = /^cave\/([a-z]+)$/.exec(user) ?? [];
    return name === undefined ? undefined : this.resolve(name);
  }

  split(content: Content): readonly Content[] {
    return (
      plainText(content)
        .match(new RegExp(`.{1,${LIMIT}}`, 'gsu'))
        ?.map((piece) => text(piece)) ?? []
    );
  }

  async send(chat: ChatId, piece: Content, beforeWrite: () => Promise<void>): Promise<Delivery> {
    if (!this.#connected) throw new BridgeError('not-connected', 'The cave is closed.', { retriable: true });
    if (this.#network.absent.has(chat)) throw new BridgeError('recipient-offline', 'Nobody is not there.');
    await beforeWrite();
    await this.#gate;
    if (this.answersLeft <= 0) return new Promise(() => undefined);
    this.answersLeft -= 1;
    this.heard.push(plainText(piece));
    this.says(this.#halls.get(chat)?.[0] ? nameOf(this.#halls.get(chat)![0]!.user) : chat, plainText(piece), chat);
    return 'delivered';
  }

  async invite(chat: ChatId, user: RemoteUserId): Promise<GroupChat> {
    if (!this.#connected) throw new BridgeError('not-connected', 'The cave is closed.', { retriable: true });
    if (this.#network.absent.has(nameOf(user))) throw new BridgeError('recipient-offline', 'Nobody is not there.');
    const others = this.#halls.get(chat)?.map((one) => one.user) ?? [`cave/${chat}` as RemoteUserId];
    const all = new Set([...others, user]);
    if (all.size === 1) return { chat, participants: [] };
    const found = [...this.#halls].find(
      ([, hall]) => hall.length === all.size && hall.every((one) => all.has(one.user)),
    );
    const hall = this.#halls.has(chat) ? chat : (found?.[0] ?? (`hall-${this.#halls.size + 1}` as ChatId));
    const participants = [...all].map((one) => ({ user: one, name: this.#shown(one), standing: 'in' as const }));
    this.#gather(hall, participants, hall === chat ? undefined : chat);
    return { chat: hall, participants };
  }

  leave(chat: ChatId): void {
    this.heard.push(`left ${chat}`);
  }

  /** Somebody of a hall comes to be in it, or not. */
  moves(hall: ChatId, who: string, standing: Standing): void {
    const user = `cave/${who}` as RemoteUserId;
    const others = this.#halls.get(hall)?.filter((one) => one.user !== user) ?? [];
    this.#gather(hall, [...others, { user, name: this.#shown(user), standing }]);
  }

  /** People of the cave meet in a hall of their own, maybe because another chat goes on there. */
  meet(hall: ChatId, names: readonly string[], continues?: ChatId): void {
    const users = names.map((name) => `cave/${name}` as RemoteUserId);
    this.#gather(
      hall,
      users.map((user) => ({ user, name: this.#shown(user), standing: 'in' })),
      continues,
    );
  }

  async setPresence(wanted: WantedPresence): Promise<void> {
    this.shown = wanted;
  }

  async answerRequest(user: RemoteUserId, answer: RequestAnswer): Promise<void> {
    if (!this.#connected) throw new BridgeError('not-connected', 'The cave is closed.', { retriable: true });
    if (this.deaf) throw new BridgeError('network', 'The cave does not hear you.');
    this.heard.push(`${answer} ${user}`);
    this.#asking.set(`${this.#login.user} ${user}`, 'answered');
  }

  requestStanding(user: RemoteUserId): RequestStanding {
    return this.#asking.get(`${this.#login.user} ${user}`) ?? 'gone';
  }

  /** How somebody stands who has asked is now another thing. */
  tellStanding(who: string, standing: RequestStanding): void {
    this.#asking.set(`${this.#login.user} cave/${who}`, standing);
    this.#sink.event({ type: 'requests-changed' });
  }

  /** Somebody asks to be let in. */
  asks(who: string): void {
    this.#asking.set(`${this.#login.user} cave/${who}`, 'waiting');
    this.#sink.event({
      type: 'contact-request',
      user: `cave/${who}` as RemoteUserId,
      address: who,
      name: who,
      id: `${this.#login.user} ${this.#epoch}.${this.#count++}` as RemoteMessageId,
      at: this.#now(),
    });
  }

  /** The cave itself speaks. */
  announces(what: string): void {
    const id = `${this.#login.user} ${this.#epoch}.${this.#count++}` as RemoteMessageId;
    this.#sink.event({ type: 'notice', id, at: this.#now(), text: what });
  }

  /** Somebody of the cave becomes another, or comes to it. */
  sees(name: string, change: Partial<Contact>): void {
    const next = { ...(this.#network.people.get(name) ?? contact(name, name)), ...change };
    this.#network.people.set(name, next);
    if (this.#connected) this.#sink.event({ type: 'contact', contact: next });
  }

  typing(chat: ChatId, typing: boolean): void {
    this.typed.push(chat);
    if (typing) this.#sink.event({ type: 'typing', chat, sender: `cave/${chat}` as RemoteUserId, forMs: 3_000 });
  }

  /** Somebody in the cave speaks. */
  says(who: string, what: string, chat = who): void {
    this.#sink.event({
      type: 'message',
      chat: chat as ChatId,
      sender: `cave/${who}` as RemoteUserId,
      senderName: who,
      id: `${this.#login.user} ${this.#epoch}.${this.#count++}` as RemoteMessageId,
      at: this.#now(),
      content: text(what),
    });
  }

  #gather(chat: ChatId, participants: readonly Participant[], continues?: ChatId): void {
    this.#halls.set(chat, participants);
    const id = `${this.#login.user} ${this.#epoch}.${this.#count++}` as RemoteMessageId;
    const from = continues === undefined ? {} : { continues };
    this.#sink.event({ type: 'participants', chat, id, at: this.#now(), participants, ...from });
  }

  #shown(user: RemoteUserId): string {
    return this.#network.people.get(nameOf(user))?.name ?? nameOf(user);
  }
}

function nameOf(user: RemoteUserId): string {
  return user.slice('cave/'.length);
}

function contact(name: string, shown: string): Contact {
  return {
    id: `cave/${name}` as RemoteUserId,
    chat: name as ChatId,
    address: name,
    name: shown,
    presence: { availability: 'online', label: 'Here' },
    data: { version: 1 },
  };
}
