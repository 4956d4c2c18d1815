// What the core needs from a network. Implemented under src/networks; the core never learns which one it talks to.

import type { Availability, Contact, Content, LoginStateKind, Participant, RemoteEvent } from './events.ts';
import type { ChatId, LoginId, NetworkId, RemoteUserId, ServerKey } from './ids.ts';
import type { Pages } from './pages.ts';
import type { Secret } from './secret.ts';

export interface Network {
  readonly id: NetworkId;
  /** What people call it. */
  readonly name: string;
  readonly servers: readonly NetworkServer[];
  /** What `login` asks for, in order. */
  readonly loginFields: readonly LoginField[];

  /** Checks what the user typed, without asking the network. Throws `BridgeError('bad-input')`. */
  prepareLogin(values: ReadonlyMap<string, string>): LoginSeed;

  /** The statuses that a user may choose, in the network's words; `when`: what a Matrix presence becomes by itself. */
  readonly statuses: readonly { readonly label: string; readonly when?: Availability }[];

  /** Why contacts would not see it as it is: a sentence. Undefined: they would. */
  objection(wanted: WantedPresence): string | undefined;

  /** What only this network can do, as commands of the management room. */
  readonly commands: readonly NetworkCommand[];

  /** What it leaves to its users. */
  readonly choices: readonly NetworkChoice[];

  /** One client for each login, made once per process life; it does nothing until `connect`. */
  createClient(login: NetworkLogin, sink: ClientSink): NetworkClient;
}

export interface NetworkServer {
  readonly key: ServerKey;
  readonly name: string;
  /** How many sign-ins a second it is asked for at most; by default 20. */
  readonly signInsPerSecond?: number;
}

/** A command for one login of the network that contributes it. */
export interface NetworkCommand {
  readonly name: string;
  /** What may follow the name: `<address>`, `[on|off]`. */
  readonly args: string;
  readonly summary: string;
  readonly example?: string;
  /**
   * Resolves to the reply. Throws `BridgeError`; its sentence is the reply.
   * @param client one that this network has made.
   */
  run(client: NetworkClient, args: readonly string[], aids: CommandAids): Promise<Content>;
}

/** What a command may make use of. */
export interface CommandAids {
  /** Makes links to pages for the user's browser; undefined: browsers do not reach the bridge. */
  readonly pages?: Pick<Pages, 'offer'> | undefined;
  /**
   * Before the bytes of something that is not to come twice. Without it a command that was under way when the process ended is
   * carried out again; with it the user is told that it may have been done.
   */
  readonly beforeWrite: () => Promise<void>;
}

/** Something that a user may switch on for a login; off at first. */
export interface NetworkChoice {
  /** Also the command that switches it. */
  readonly name: string;
  readonly summary: string;
  /** How it is then, as sentences. */
  readonly on: string;
  readonly off: string;
}

export interface LoginField {
  readonly id: string;
  readonly kind: 'choice' | 'address' | 'password' | 'text';
  /** A sentence that asks for it. */
  readonly prompt: string;
  /** For `choice`: what may be answered. A choice of one is not asked. */
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** Refuses a value while the dialogue still stands there: a sentence, or undefined if it is good. */
  check?(value: string): string | undefined;
}

export interface LoginSeed {
  readonly server: ServerKey;
  readonly user: RemoteUserId;
  readonly address: string;
  readonly password: Secret;
}

/** A login as its network sees it. `memory` is what the network last asked to be kept. */
export interface NetworkLogin extends LoginSeed {
  readonly id: LoginId;
  readonly memory: SessionMemory | undefined;
  /** The contact list as it was when last seen, its `data` included. */
  readonly roster: readonly Contact[];
  /** For sentences to the user. */
  readonly names: PrivateNames;
  /** The names of the choices that are switched on. */
  readonly choices: ReadonlySet<string>;
  /** The chats of several that are known. */
  readonly groups: readonly GroupChat[];
}

/** A chat of several people. */
export interface GroupChat {
  readonly chat: ChatId;
  /** All who belong to it, and those who did. */
  readonly participants: readonly Participant[];
}

/** What the user calls people. It is for that user alone: it goes to no network, and into nothing that others see. */
export interface PrivateNames {
  of(user: RemoteUserId): string | undefined;
  /** @param name undefined: as they call themselves. Throws `BridgeError`. */
  give(user: RemoteUserId, name: string | undefined): Promise<void>;
}

/** What a network keeps with a login from one connection to the next. */
export interface SessionMemory {
  /** The dialect negotiated last, for people and for logs. */
  readonly protocol: string;
  /** The network's own, versioned by it, as JSON can hold it; nobody else reads it. */
  readonly state?: unknown;
  readonly ticket?: { readonly value: Secret; readonly expiresAt: Date };
}

/** Where a client brings its news; each call returns at once and never throws. */
export interface ClientSink {
  event(event: RemoteEvent): void;
  /**
   * Every attempt started by `connect` ends in exactly one state other than `connecting` and `connected`.
   * @param afterMs the network wants no other attempt before.
   */
  state(kind: LoginStateKind, sentence: string, afterMs?: number): void;
  remember(memory: SessionMemory): void;
}

/** What contacts are to see of the user. */
export interface WantedPresence {
  /** In the network's words; undefined: the network's default. */
  readonly status?: string;
  /** Undefined: the name that the account has. */
  readonly nick?: string;
  /** A line beside the name; undefined: none. */
  readonly message?: string;
  /** What the user listens to, “Artist – Title”; undefined: nothing. */
  readonly playing?: string;
}

export interface NetworkClient {
  /**
   * Begins one attempt to sign in; its course comes through the sink. Nothing happens while an attempt stands.
   * Contacts see the user once, as wanted, and not before.
   * @param epoch greater at every call, over all process lives: makes remote message ids unique.
   */
  connect(epoch: number, wanted: WantedPresence): void;

  /** Signs off and closes; news already received is delivered first. Resolves when all connections are closed. */
  disconnect(): Promise<void>;

  /** Who is meant by what the user typed. Asks nobody. Throws `BridgeError('bad-input')`. */
  resolve(typed: string): ResolvedUser;

  /** The same for somebody whose id is known. Undefined if this login cannot reach them. */
  identify(user: RemoteUserId): ResolvedUser | undefined;

  /** A message in pieces that the network can carry one by one, in order; never empty pieces. */
  split(content: Content): readonly Content[];

  /**
   * Carries one piece; resolves when the network's answer is known. Throws `BridgeError` when it is not delivered
   * (`uncertain`: the bytes went out, and nobody knows).
   * @param beforeWrite awaited once, directly before the first byte of the piece leaves; its failure stops the send.
   */
  send(chat: ChatId, piece: Content, beforeWrite: () => Promise<void>): Promise<Delivery>;

  /**
   * How contacts see the user from now on; what is too long is cut. Nothing happens while not signed in.
   * Resolves when the network has taken it. Throws `BridgeError`.
   */
  setPresence(wanted: WantedPresence): Promise<void>;

  /** Tells the network how the user answers somebody who asked. Throws `BridgeError`; may be repeated. */
  answerRequest(user: RemoteUserId, answer: RequestAnswer): Promise<void>;

  /** How somebody stands who has asked to be let in, as far as the network has told. Asks nobody. */
  requestStanding(user: RemoteUserId): RequestStanding;

  /**
   * Brings somebody into a chat, and resolves to the one that they are in then: out of a chat with one person comes one of
   * several, which comes as news too, and so may it be if these people have another chat already. Nothing is to be done if
   * they are in it. Throws `BridgeError`. Networks that have no chats of several do not have this.
   */
  invite?(chat: ChatId, user: RemoteUserId): Promise<GroupChat>;

  /** The user goes out of a chat of several: nothing is heard from it until they speak, or somebody calls them. */
  leave?(chat: ChatId): void;

  /** Tells the chat that the user types, or stopped. Best effort: opens no conversation, reports nothing. */
  typing(chat: ChatId, typing: boolean): void;

  /** The user has switched a choice of this network on or off. */
  choose?(choice: string, on: boolean): void;

  /**
   * Called when messages come faster than they can be written down (true), and when there is room again (false).
   * While held they should wait with the network; a network that brings few need not have this.
   */
  hold?(held: boolean): void;
}

/** `accept`: may see and write to the user. `add`: that, and is on the user's list too. `block`: neither. */
export type RequestAnswer = 'accept' | 'add' | 'block';

/**
 * `waiting`: for an answer; `answered`: let in or shut out, wherever that was said; `gone`: the network does not know of it
 * any more, which need not be the asker's doing.
 */
export type RequestStanding = 'waiting' | 'answered' | 'gone';

/** `accepted`: the network took it. `delivered`: it reached everybody in the chat. */
export type Delivery = 'accepted' | 'delivered';

export interface ResolvedUser {
  readonly user: RemoteUserId;
  readonly chat: ChatId;
  readonly address: string;
  readonly name: string;
}
