// The core's Matrix port, in memory: rooms, who is in them, what was said. Knows the port's promises; nothing of HTTP.

import { BridgeError } from '../../src/bridge/errors.ts';
import { type Content, type MatrixEvent, type MatrixMessage, plainText, type Talk } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, NetworkId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import type {
  FurnitureSpec,
  Ghost,
  Matrix,
  MessageStatus,
  PortalRoomSpec,
  Quote,
  Recent,
  RoomPrivacy,
  RoomStanding,
  Sender,
  SendOptions,
  SpaceLink,
  Successor,
} from '../../src/bridge/matrix.ts';

export interface Said {
  readonly id: EventId;
  readonly sender: Sender;
  readonly content: Content;
  readonly options: SendOptions;
}

interface Room {
  readonly members: Map<MatrixUserId, RoomStanding>;
  readonly said: Said[];
  /** What the events that were edited say now. */
  readonly edited: Map<EventId, Content>;
  pinned?: EventId;
  name?: string | undefined;
  readonly children: Map<RoomId, SpaceLink>;
  predecessor?: RoomId;
  successor?: Successor;
  /** By default neither encrypted nor open. */
  privacy?: RoomPrivacy;
}

type Call = keyof Matrix;
type Trouble = (args: readonly unknown[]) => Promise<void> | void;

export class MatrixInMemory implements Matrix {
  readonly bot = '@bot:hs.test' as MatrixUserId;
  /** Of each event, all that was told. */
  readonly statuses = new Map<EventId, MessageStatus[]>();
  readonly names = new Map<MatrixUserId, string>();
  readonly invitations: { readonly room: RoomId; readonly user: MatrixUserId }[] = [];
  readonly redacted: EventId[] = [];
  /** What answers to these events may quote. */
  readonly quotes = new Map<EventId, Quote>();
  readonly furniture = new Map<RoomId, FurnitureSpec>();
  /** What people did, whether it was pushed or not. */
  readonly events: MatrixEvent[] = [];
  /** Where more was said than one look takes in. */
  isCrowded: (room: RoomId) => boolean = () => false;
  readonly #network: string;
  readonly #rooms = new Map<RoomId, Room>();
  readonly #sent = new Map<string, EventId>();
  /** Rooms by their keys, until they are kept. */
  readonly #making = new Map<string, RoomId>();
  #troubles: { readonly call: Call; readonly trouble: Trouble; left: number }[] = [];
  #count = 0;

  constructor(network: string) {
    this.#network = network;
  }

  /** Before the next calls of this kind are carried out, this happens. */
  before(call: Call, trouble: Trouble, times = 1): void {
    this.#troubles.push({ call, trouble, left: times });
  }

  /** The next call of this kind waits. */
  hold(call: Call): { readonly arrived: Promise<void>; hasArrived(): boolean; release(): void } {
    const arrived = Promise.withResolvers<void>();
    let hasArrived = false;
    const released = Promise.withResolvers<void>();
    this.before(call, async () => {
      hasArrived = true;
      arrived.resolve();
      await released.promise;
    });
    return { arrived: arrived.promise, hasArrived: () => hasArrived, release: () => released.resolve() };
  }

  clearTroubles(): void {
    this.#troubles = [];
  }

  get rooms(): readonly RoomId[] {
    return [...this.#rooms.keys()];
  }

  make(members: readonly (readonly [MatrixUserId, RoomStanding])[]): RoomId {
    const room = `!${this.#rooms.size + 1}:hs.test` as RoomId;
    this.#rooms.set(room, { members: new Map(members), said: [], edited: new Map(), children: new Map() });
    return room;
  }

  put(room: RoomId, user: MatrixUserId, standing: RoomStanding): void {
    this.#room(room).members.set(user, standing);
  }

  said(room: RoomId): readonly Said[] {
    return this.#rooms.get(room)?.said ?? [];
  }

  ghostId({ network, user }: Ghost): MatrixUserId {
    return `@${network}_${user}:hs.test` as MatrixUserId;
  }

  ghostOf(user: MatrixUserId): Ghost | undefined {
    if (!this.isGhost(user)) return undefined;
    const remote = user.slice(this.#network.length + 2, -':hs.test'.length);
    return { network: this.#network as NetworkId, user: remote as RemoteUserId };
  }

  isGhost(user: MatrixUserId): boolean {
    return user.startsWith(`@${this.#network}_`);
  }

  async ensureGhost(ghost: MatrixUserId, name: string): Promise<void> {
    await this.#trouble('ensureGhost', ghost, name);
    this.names.set(ghost, name);
  }

  async createPortalRoom(spec: PortalRoomSpec): Promise<RoomId> {
    await this.#trouble('createPortalRoom', spec);
    const ghosts = spec.ghosts.map((ghost) => [ghost, 'joined'] as const);
    const room = this.#makeOnce(spec.key, [[this.bot, 'joined'], [spec.user, 'invited'], ...ghosts]);
    if (spec.name !== undefined) this.#room(room).name = spec.name;
    return room;
  }

  async createManagementRoom(key: string, user: MatrixUserId): Promise<RoomId> {
    await this.#trouble('createManagementRoom', key, user);
    return this.#makeOnce(key, [
      [this.bot, 'joined'],
      [user, 'invited'],
    ]);
  }

  async createFurniture(spec: FurnitureSpec): Promise<RoomId> {
    await this.#trouble('createFurniture', spec);
    const room = this.#makeOnce(spec.key, [
      [this.bot, 'joined'],
      [spec.user, 'invited'],
    ]);
    this.furniture.set(room, spec);
    return room;
  }

  async read(room: RoomId, event: EventId): Promise<MatrixMessage | undefined> {
    await this.#trouble('read', room, event);
    return this.events.find((one): one is MatrixMessage => one.type === 'message' && one.id === event);
  }

  async recent(room: RoomId, since: Date): Promise<Recent> {
    await this.#trouble('recent', room, since);
    this.#needBot(room);
    const said = this.events.filter(
      (one): one is Talk => one.room === room && one.at >= since && one.type !== 'member' && one.type !== 'tombstone',
    );
    return { said, isCutOff: this.isCrowded(room) };
  }

  async isBeingMade(room: RoomId): Promise<boolean> {
    return [...this.#making.values()].includes(room);
  }

  async kept(key: string): Promise<void> {
    this.#making.delete(key);
  }

  async describePortal(): Promise<void> {}

  async spaceChildren(space: RoomId): Promise<readonly RoomId[]> {
    await this.#trouble('spaceChildren', space);
    this.#needBot(space);
    return [...this.#room(space).children].flatMap(([room, link]) => (link === 'none' ? [] : [room]));
  }

  async setSpaceChild(space: RoomId, room: RoomId, link: SpaceLink): Promise<void> {
    await this.#trouble('setSpaceChild', space, room, link);
    this.#needBot(space);
    this.#room(space).children.set(room, link);
  }

  async edit(room: RoomId, event: EventId, content: Content, txnId: string): Promise<void> {
    await this.#trouble('edit', room, event, content, txnId);
    this.#needBot(room);
    this.#room(room).edited.set(event, content);
  }

  async quote(room: RoomId, event: EventId): Promise<Quote | undefined> {
    await this.#trouble('quote', room, event);
    return this.quotes.get(event);
  }

  async nameRoom(room: RoomId, name: string | undefined): Promise<void> {
    await this.#trouble('nameRoom', room, name);
    this.#needBot(room);
    this.#room(room).name = name;
  }

  nameOf(room: RoomId): string | undefined {
    return this.#rooms.get(room)?.name;
  }

  async pin(room: RoomId, event: EventId): Promise<void> {
    await this.#trouble('pin', room, event);
    this.#needBot(room);
    this.#room(room).pinned = event;
  }

  /** How many lines a message holds. */
  mostLines = Infinity;

  pieces(content: Content): readonly Content[] {
    const lines = plainText(content).split('\n');
    if (lines.length <= this.mostLines) return [content];
    const parts = Array.from({ length: Math.ceil(lines.length / this.mostLines) }, (_, n) =>
      lines.slice(n * this.mostLines, (n + 1) * this.mostLines),
    );
    return parts.map((part) => ({ ...content, runs: [{ text: part.join('\n') }] }));
  }

  async send(room: RoomId, sender: Sender, content: Content, options: SendOptions): Promise<EventId> {
    await this.#trouble('send', room, sender, content, options);
    this.#needBot(room);
    const { members, said } = this.#room(room);
    members.set(sender, 'joined');
    const known = this.#sent.get(options.txnId);
    if (known) return known;
    const id = this.#newId();
    this.#sent.set(options.txnId, id);
    said.push({ id, sender, content, options });
    return id;
  }

  async sendStatus(
    room: RoomId,
    event: EventId,
    network: NetworkId,
    status: MessageStatus,
    txnId: string,
  ): Promise<void> {
    await this.#trouble('sendStatus', room, event, network, status);
    this.#needBot(room);
    if (this.#sent.has(txnId)) return;
    this.#sent.set(txnId, this.#newId());
    this.statuses.set(event, [...(this.statuses.get(event) ?? []), status]);
  }

  async markRead(): Promise<void> {}

  async typing(room: RoomId): Promise<void> {
    await this.#trouble('typing', room);
  }

  async redact(room: RoomId, event: EventId): Promise<void> {
    await this.#trouble('redact', room, event);
    if (!this.redacted.includes(event)) this.redacted.push(event);
  }

  async react(): Promise<void> {}

  async renameGhost(ghost: MatrixUserId, name: string): Promise<void> {
    await this.#trouble('renameGhost', ghost, name);
    this.names.set(ghost, name);
  }

  async showPresence(): Promise<void> {}

  async showStatus(): Promise<void> {}

  async presenceOf(): Promise<undefined> {}

  async displayNameOf(user: MatrixUserId): Promise<string | undefined> {
    await this.#trouble('displayNameOf', user);
    return this.names.get(user);
  }

  async privacy(room: RoomId): Promise<RoomPrivacy> {
    return this.#room(room).privacy ?? { encrypted: false, open: false };
  }

  async standing(room: RoomId, user: MatrixUserId): Promise<RoomStanding> {
    await this.#trouble('standing', room, user);
    if (this.#rooms.get(room)?.members.get(this.bot) !== 'joined') return 'gone';
    return this.#room(room).members.get(user) ?? 'out';
  }

  async invite(room: RoomId, user: MatrixUserId): Promise<void> {
    await this.#trouble('invite', room, user);
    this.#needBot(room);
    this.invitations.push({ room, user });
    this.put(room, user, 'invited');
  }

  async join(room: RoomId, sender: Sender): Promise<void> {
    await this.#trouble('join', room, sender);
    const { members } = this.#room(room);
    if (members.get(sender) !== 'invited' && members.get(this.bot) !== 'joined') throw roomGone();
    members.set(sender, 'joined');
  }

  async leave(room: RoomId, sender: Sender): Promise<void> {
    await this.#trouble('leave', room, sender);
    this.put(room, sender, 'out');
  }

  async abandon(room: RoomId, remove: readonly MatrixUserId[] = []): Promise<void> {
    await this.#trouble('abandon', room, remove);
    const { members } = this.#room(room);
    if (members.get(this.bot) !== 'joined') return;
    for (const user of members.keys())
      if (user === this.bot || this.isGhost(user) || remove.includes(user)) members.set(user, 'out');
  }

  async predecessor(room: RoomId): Promise<RoomId | undefined> {
    return this.#room(room).predecessor;
  }

  async successor(room: RoomId): Promise<Successor | undefined> {
    this.#needBot(room);
    return this.#room(room).successor;
  }

  async joinedPeople(room: RoomId): Promise<readonly MatrixUserId[]> {
    this.#needBot(room);
    const joined = [...this.#room(room).members].filter(([, standing]) => standing === 'joined');
    return joined.map(([user]) => user).filter((user) => user !== this.bot && !this.isGhost(user));
  }

  /** What stands in a room besides what was said. */
  look(room: RoomId): Room {
    return this.#room(room);
  }

  #makeOnce(key: string, members: readonly (readonly [MatrixUserId, RoomStanding])[]): RoomId {
    const room = this.#making.get(key) ?? this.make(members);
    this.#making.set(key, room);
    return room;
  }

  #room(room: RoomId): Room {
    const found = this.#rooms.get(room);
    if (!found) throw roomGone();
    return found;
  }

  #needBot(room: RoomId): void {
    if (this.#room(room).members.get(this.bot) !== 'joined') throw roomGone();
  }

  async #trouble(call: Call, ...args: readonly unknown[]): Promise<void> {
    const found = this.#troubles.find((one) => one.call === call);
    if (!found) return;
    found.left -= 1;
    if (found.left === 0) this.#troubles = this.#troubles.filter((one) => one !== found);
    await found.trouble(args);
  }

  #newId(): EventId {
    this.#count += 1;
    return `$ours${this.#count}` as EventId;
  }
}

function roomGone(): BridgeError {
  return new BridgeError('room-gone', 'The Matrix room is gone, or the bridge is no longer in it.');
}
