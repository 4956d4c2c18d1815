// A person at a Matrix client that is not ours: matrix-js-sdk, syncing for real. Says, hears and waits for things.
// Knows what a client shows of a room; must not know the bridge, its ghosts, or any server's administration.
import {
  ClientEvent,
  createClient,
  EventType,
  MatrixEventEvent,
  MsgType,
  Preset,
  RelationType,
  SetPresence,
  SyncState,
  type ICreateRoomOpts,
  type MatrixClient,
  type MatrixEvent,
  type Room,
} from 'matrix-js-sdk';
import { logger as sdkLogger, type Logger } from 'matrix-js-sdk/lib/logger.js';
import { asLine, type Seen, toSeen } from './matrix-person/seen.ts';

export type { Seen } from './matrix-person/seen.ts';

const WAIT_MS = 15_000;
const SEND_STATUS = 'com.beeper.message_send_status';

type Json = Readonly<Record<string, unknown>>;

export interface Invite {
  readonly room: string;
  readonly name: string;
  readonly from: string;
  readonly direct: boolean;
}

export interface Member {
  readonly userId: string;
  readonly name: string;
  readonly membership: string;
  readonly avatar: string | undefined;
}

export interface SendStatus {
  readonly sender: string;
  readonly status: string;
  readonly content: Json;
}

export interface SeenReceipt {
  readonly userId: string;
  readonly type: string;
  readonly at: Date;
}

export interface SeenPresence {
  readonly presence: string;
  readonly statusText: string | undefined;
}

export class MatrixPerson {
  readonly userId: string;
  /** For what has no method here. */
  readonly client: MatrixClient;
  readonly #receipts = new Map<string, SeenReceipt[]>();
  readonly #waiting = new Set<() => void>();

  private constructor(client: MatrixClient) {
    this.client = client;
    this.userId = client.getSafeUserId();
    const news = (): void => {
      for (const look of this.#waiting) look();
    };
    // Emitted after each sync response has been taken in, so nobody looks at half of one.
    client.on(ClientEvent.Sync, news);
    client.on(MatrixEventEvent.Replaced, news);
    // Only what the server said: the room's own list also holds receipts that the SDK makes up.
    client.on(ClientEvent.Event, (event) => this.#takeReceipts(event));
  }

  static async signIn(at: Readonly<Record<'url' | 'user' | 'password', string>>): Promise<MatrixPerson> {
    silenceSdk();
    const identifier = { type: 'm.id.user', user: at.user };
    const anonymous = createClient({ baseUrl: at.url, logger: SILENT });
    const session = await anonymous.loginRequest({ type: 'm.login.password', identifier, password: at.password });
    const { user_id: userId, device_id: deviceId, access_token: accessToken } = session;
    const own = { baseUrl: at.url, userId, deviceId, accessToken, disableVoip: true, logger: SILENT };
    const person = new MatrixPerson(createClient(own));
    await person.client.startClient({ initialSyncLimit: 1000 });
    await person.waitUntil('the first sync', () => person.client.isInitialSyncComplete(), { timeoutMs: 30_000 });
    return person;
  }

  /** The SDK leaves timers behind that hold up the end of a process for up to two minutes: a command calls `process.exit`. */
  stop(): void {
    this.client.stopClient();
    this.client.removeAllListeners();
  }

  // Rooms

  /** As a client does it: invites, marks the room as direct, and adds it to the list of direct chats. */
  async createDirect(userId: string, options: ICreateRoomOpts = {}): Promise<string> {
    const preset = Preset.TrustedPrivateChat;
    const room = await this.createRoom({ invite: [userId], is_direct: true, preset, ...options });
    const direct: Record<string, string[]> = this.client.getAccountData(EventType.Direct)?.getContent() ?? {};
    await this.client.setAccountData(EventType.Direct, { ...direct, [userId]: [...(direct[userId] ?? []), room] });
    return room;
  }

  async createRoom(options: ICreateRoomOpts = {}): Promise<string> {
    const { room_id: room } = await this.client.createRoom(options);
    await this.#untilMembership(room, 'join');
    return room;
  }

  async invite(room: string, userId: string): Promise<void> {
    await this.client.invite(room, userId);
  }

  async join(room: string): Promise<void> {
    await this.client.joinRoom(room);
    await this.#untilMembership(room, 'join');
  }

  async leave(room: string): Promise<void> {
    await this.client.leave(room);
    await this.#untilMembership(room, 'leave');
  }

  /** An open invitation to a room, not to a space, that came at any time counts. */
  async waitForInvite(predicate: (invite: Invite) => boolean = () => true, timeoutMs?: number): Promise<Invite> {
    return this.waitUntil('an invitation', () => this.invites().find(predicate), { timeoutMs });
  }

  invites(): Invite[] {
    return this.client.getRooms().flatMap((room) => {
      const own = room.getMyMembership() === 'invite' ? room.getMember(this.userId)?.events.member : undefined;
      if (!own || room.isSpaceRoom()) return [];
      const direct = own.getContent()['is_direct'] === true;
      return [{ room: room.roomId, name: room.name, from: own.getSender() ?? '', direct }];
    });
  }

  nameOf(room: string): string {
    return this.#room(room).name;
  }

  members(room: string): Member[] {
    return this.#room(room)
      .currentState.getMembers()
      .map((member) => {
        const { userId, name, membership = '' } = member;
        return { userId, name, membership, avatar: member.getMxcAvatarUrl() };
      });
  }

  // Messages

  /** Returns the event's id. */
  async say(room: string, what: string | { readonly html: string; readonly text?: string }): Promise<string> {
    if (typeof what === 'string') return this.send(room, EventType.RoomMessage, { msgtype: MsgType.Text, body: what });
    const body = what.text ?? what.html.replaceAll(/<[^>]*>/g, '');
    const formatted = { format: 'org.matrix.custom.html', formatted_body: what.html };
    return this.send(room, EventType.RoomMessage, { msgtype: MsgType.Text, body, ...formatted });
  }

  async send(room: string, type: string, content: Json): Promise<string> {
    // The SDK types the content by the type; here a test may send anything.
    return (await this.client.sendEvent(room, type as never, content as never)).event_id;
  }

  async edit(room: string, eventId: string, body: string): Promise<string> {
    return this.send(room, EventType.RoomMessage, {
      msgtype: MsgType.Text,
      body: `* ${body}`,
      'm.new_content': { msgtype: MsgType.Text, body },
      'm.relates_to': { rel_type: RelationType.Replace, event_id: eventId },
    });
  }

  async react(room: string, eventId: string, key: string): Promise<string> {
    const relation = { rel_type: RelationType.Annotation, event_id: eventId, key };
    return this.send(room, EventType.Reaction, { 'm.relates_to': relation });
  }

  async redact(room: string, eventId: string): Promise<string> {
    return (await this.client.redactEvent(room, eventId)).event_id;
  }

  async sendFile(room: string, name: string, type: string, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
    const { content_uri: url } = await this.client.uploadContent(new Blob([bytes], { type }), { name, type });
    const msgtype = type.startsWith('image/') ? MsgType.Image : MsgType.File;
    const info = { mimetype: type, size: bytes.length };
    return this.send(room, EventType.RoomMessage, { msgtype, body: name, url, info });
  }

  async download(mxc: string): Promise<Uint8Array> {
    const url = this.client.mxcUrlToHttp(mxc, undefined, undefined, undefined, false, true, true) ?? '';
    const answer = await fetch(url, { headers: { authorization: `Bearer ${this.client.getAccessToken() ?? ''}` } });
    if (!answer.ok) throw new Error(`downloading ${mxc} failed: ${answer.status} ${await answer.text()}`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** What is already there counts. */
  async waitForMessage(room: string, wanted: string | ((message: Seen) => boolean), timeoutMs?: number): Promise<Seen> {
    const isWanted = typeof wanted === 'string' ? (message: Seen): boolean => message.text === wanted : wanted;
    const what = typeof wanted === 'string' ? `the message ${JSON.stringify(wanted)}` : 'a message';
    const messages = (): Seen[] =>
      this.timeline(room).filter((seen) => seen.type === 'm.room.message' && !seen.redacted);
    return this.waitUntil(what, () => messages().find(isWanted), { room, timeoutMs });
  }

  /** Everything in the room, state included, oldest first. Edits are not lines of their own. */
  timeline(room: string): Seen[] {
    return this.#events(room)
      .filter((event) => !event.isRelation(RelationType.Replace) && event.getType() !== 'm.room.redaction')
      .map(toSeen);
  }

  redactedEvents(room: string): string[] {
    return this.timeline(room).flatMap((seen) => (seen.redacted ? [seen.id] : []));
  }

  /** What was said about the fate of a message, oldest first. */
  statusOf(eventId: string): SendStatus[] {
    return this.client.getRooms().flatMap((room) =>
      this.timeline(room.roomId).flatMap(({ type, sender, content }) => {
        const relation = content['m.relates_to'] as { event_id?: string } | undefined;
        if (type !== SEND_STATUS || relation?.event_id !== eventId) return [];
        return [{ sender, status: String(content['status']), content }];
      }),
    );
  }

  async waitForStatus(eventId: string, status: string, timeoutMs?: number): Promise<SendStatus> {
    const look = (): SendStatus | undefined => this.statusOf(eventId).find((one) => one.status === status);
    return this.waitUntil(`the status ${status} of ${eventId}`, look, { timeoutMs });
  }

  async setTyping(room: string, typing = true): Promise<void> {
    await this.client.sendTyping(room, typing, 30_000);
  }

  /** The others, that is. */
  typingIn(room: string): string[] {
    const members = this.client.getRoom(room)?.currentState.getMembers() ?? [];
    return members.flatMap((member) => (member.typing && member.userId !== this.userId ? [member.userId] : []));
  }

  async waitForTyping(room: string, userId: string, typing = true, timeoutMs?: number): Promise<void> {
    const look = (): boolean => this.typingIn(room).includes(userId) === typing;
    await this.waitUntil(`${userId} to ${typing ? 'start' : 'stop'} typing`, look, { room, timeoutMs });
  }

  async markRead(room: string, eventId: string): Promise<void> {
    const event = this.#room(room).findEventById(eventId);
    if (!event) throw new Error(`${this.userId} does not see ${eventId}`);
    await this.client.sendReadReceipt(event);
  }

  /** The receipts on this very event; later ones do not take them away. */
  receiptsFor(eventId: string): readonly SeenReceipt[] {
    return this.#receipts.get(eventId) ?? [];
  }

  async waitForReceipt(eventId: string, userId: string, timeoutMs?: number): Promise<SeenReceipt> {
    const look = (): SeenReceipt | undefined => this.receiptsFor(eventId).find((receipt) => receipt.userId === userId);
    return this.waitUntil(`${userId} to read ${eventId}`, look, { timeoutMs });
  }

  /** As a client does whose owner went away, or came back: from now on its syncs say so, too. */
  async setPresence(presence: 'online' | 'unavailable', statusText = ''): Promise<void> {
    await this.client.setSyncPresence(presence === 'online' ? SetPresence.Online : SetPresence.Unavailable);
    await this.client.setPresence({ presence, status_msg: statusText });
  }

  presenceOf(userId: string): SeenPresence | undefined {
    const user = this.client.getUser(userId);
    return user ? { presence: user.presence, statusText: user.presenceStatusMsg } : undefined;
  }

  async waitForPresence(userId: string, presence: string, timeoutMs?: number): Promise<SeenPresence> {
    const look = (): SeenPresence | undefined => [this.presenceOf(userId)].find((seen) => seen?.presence === presence);
    return this.waitUntil(`${userId} to be ${presence}`, look, { timeoutMs });
  }

  /** Looks now and after each sync until `look` gives something; then the error tells what this person saw instead. */
  async waitUntil<T>(
    what: string,
    look: () => T | undefined | false,
    { room, timeoutMs = WAIT_MS }: { readonly room?: string | undefined; readonly timeoutMs?: number | undefined } = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = (act: () => void): void => {
        this.#waiting.delete(again);
        clearTimeout(timer);
        act();
      };
      const again = (): void => {
        try {
          const found = look();
          if (found !== undefined && found !== false) settle(() => resolve(found));
        } catch (error) {
          settle(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      const timer = setTimeout(() => {
        const message = `${this.userId} waited ${timeoutMs / 1000} s for ${what}, and saw:\n${this.describe(room)}`;
        settle(() => reject(new Error(message)));
      }, timeoutMs);
      this.#waiting.add(again);
      again();
    });
  }

  /** One room, or all, as lines of text. */
  describe(only?: string): string {
    const rooms = this.client.getRooms().filter((room) => only === undefined || room.roomId === only);
    const lines = rooms.flatMap((room) => {
      const typing = this.typingIn(room.roomId).map((userId) => `    ${userId} is typing`);
      const recent = this.timeline(room.roomId).slice(only === undefined ? -10 : -25);
      return [`  "${room.name}" ${room.roomId} (${room.getMyMembership()})`, ...recent.map(asLine), ...typing];
    });
    const state = this.client.getSyncState();
    if (state !== SyncState.Syncing) lines.push(`  (syncing: ${state ?? 'not yet'})`);
    return lines.length > 0 ? lines.join('\n') : '  nothing at all';
  }

  async #untilMembership(room: string, wanted: string): Promise<void> {
    const look = (): boolean => this.client.getRoom(room)?.getMyMembership() === wanted;
    await this.waitUntil(`the own ${wanted} of ${room}`, look, { room });
  }

  #room(room: string): Room {
    const known = this.client.getRoom(room);
    if (known) return known;
    throw new Error(`${this.userId} knows no room ${room}, only:\n${this.describe()}`);
  }

  /** What the server has: an event that is still being sent bears a makeshift id. */
  #events(room: string): MatrixEvent[] {
    const events = this.client.getRoom(room)?.getLiveTimeline().getEvents() ?? [];
    return events.filter((event) => event.getId()?.startsWith('~') === false);
  }

  #takeReceipts(event: MatrixEvent): void {
    if (event.getType() !== 'm.receipt') return;
    type Content = Readonly<Record<string, Record<string, Record<string, { ts?: number }>>>>;
    for (const [eventId, types] of Object.entries(event.getContent<Content>())) {
      const known = this.#receipts.get(eventId) ?? [];
      this.#receipts.set(eventId, known);
      for (const [type, users] of Object.entries(types))
        for (const [userId, { ts = 0 }] of Object.entries(users)) known.push({ userId, type, at: new Date(ts) });
    }
  }
}

const nothing = (): void => undefined;
const quiet = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
const SILENT: Logger = { ...quiet, getChild: () => SILENT };

/** Parts of the SDK ignore the logger that a client is given; the loggers that they make take over this method. */
function silenceSdk(): void {
  const loglevel = sdkLogger as unknown as { methodFactory: () => () => void; rebuild(): void };
  loglevel.methodFactory = () => nothing;
  loglevel.rebuild();
}
