// A person with an ordinary client, for tests: talks and listens over HTTP only, so that what he sees is what a client
// would see. Knows the client-server API; nothing of the inside of the homeserver.

import type { ClientEvent } from './event.ts';
import { textAt, type JsonObject } from './json.ts';
import { at, MatrixClient } from './matrix-client.ts';
import { PersonView, type Invite, type SeenReceipt } from './person-view.ts';
import { Stream } from './stream.ts';

const PATIENCE_MS = 20_000;
const POLL_MS = 30_000;
const RETRY_MS = 20;
const FILTER = JSON.stringify({ room: { timeline: { limit: 1000 } } });

export class Person {
  readonly id: string;
  readonly token: string;
  readonly client: MatrixClient;
  readonly #view: PersonView;
  readonly #changes = new Stream();
  #isClosed = false;
  /** Cuts the sync that is under way. */
  #cut: AbortController | undefined;
  #isListening = false;
  #transactions = 0;

  private constructor(id: string, token: string, url: string) {
    this.id = id;
    this.token = token;
    this.client = new MatrixClient(url, token);
    this.#view = new PersonView(id);
  }

  static async logIn(url: string, user: string, password: string): Promise<Person> {
    const body = { type: 'm.login.password', identifier: { type: 'm.id.user', user }, password };
    const answer = await new MatrixClient(url, '').request('POST', '/login', body);
    return new Person(textAt(answer, 'user_id'), textAt(answer, 'access_token'), url);
  }

  /** Stops listening. */
  close(): void {
    this.#isClosed = true;
    this.#cut?.abort();
  }

  // What he does. All resolve when the homeserver has answered and reject with `RequestFailed`.

  /** Sends a text, or any content as `m.room.message`; gives back the event id. */
  async say(room: string, message: string | JsonObject, transaction?: string): Promise<string> {
    const content = typeof message === 'string' ? { msgtype: 'm.text', body: message } : message;
    return this.send(room, 'm.room.message', content, transaction);
  }

  async send(room: string, type: string, content: JsonObject, transaction?: string): Promise<string> {
    const path = at`/rooms/${room}/send/${type}/${transaction ?? this.#nextTransaction()}`;
    return textAt(await this.client.request('PUT', path, content), 'event_id');
  }

  async react(room: string, event: string, key: string): Promise<string> {
    return this.send(room, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } });
  }

  async redact(room: string, event: string, reason?: string): Promise<string> {
    const path = at`/rooms/${room}/redact/${event}/${this.#nextTransaction()}`;
    const answer = await this.client.request('PUT', path, reason === undefined ? {} : { reason });
    return textAt(answer, 'event_id');
  }

  async setState(room: string, type: string, content: JsonObject, stateKey = ''): Promise<string> {
    const path = at`/rooms/${room}/state/${type}/${stateKey}`;
    return textAt(await this.client.request('PUT', path, content), 'event_id');
  }

  async createRoom(body: JsonObject = {}): Promise<string> {
    return textAt(await this.client.request('POST', '/createRoom', body), 'room_id');
  }

  /** A direct chat as clients make it. */
  async createDirect(user: string, more: JsonObject = {}): Promise<string> {
    return this.createRoom({ preset: 'trusted_private_chat', is_direct: true, invite: [user], ...more });
  }

  async invite(room: string, user: string): Promise<void> {
    await this.client.request('POST', at`/rooms/${room}/invite`, { user_id: user });
  }

  async join(roomOrAlias: string): Promise<string> {
    return textAt(await this.client.request('POST', at`/join/${roomOrAlias}`, {}), 'room_id');
  }

  async leave(room: string): Promise<void> {
    await this.client.request('POST', at`/rooms/${room}/leave`, {});
  }

  async kick(room: string, user: string, reason?: string): Promise<void> {
    await this.client.request('POST', at`/rooms/${room}/kick`, { user_id: user, reason });
  }

  async ban(room: string, user: string): Promise<void> {
    await this.client.request('POST', at`/rooms/${room}/ban`, { user_id: user });
  }

  async unban(room: string, user: string): Promise<void> {
    await this.client.request('POST', at`/rooms/${room}/unban`, { user_id: user });
  }

  async setTyping(room: string, isTyping: boolean, timeoutMs = 30_000): Promise<void> {
    const body = isTyping ? { typing: true, timeout: timeoutMs } : { typing: false };
    await this.client.request('PUT', at`/rooms/${room}/typing/${this.id}`, body);
  }

  async read(room: string, event: string, type = 'm.read'): Promise<void> {
    await this.client.request('POST', at`/rooms/${room}/receipt/${type}/${event}`, {});
  }

  async setPresence(presence: string, statusMessage?: string): Promise<void> {
    const body = statusMessage === undefined ? { presence } : { presence, status_msg: statusMessage };
    await this.client.request('PUT', at`/presence/${this.id}/status`, body);
  }

  async presenceOf(user: string): Promise<JsonObject> {
    return this.client.request('GET', at`/presence/${user}/status`);
  }

  async setDisplayName(name: string): Promise<void> {
    await this.client.request('PUT', at`/profile/${this.id}/displayname`, { displayname: name });
  }

  async profileOf(user: string): Promise<JsonObject> {
    return this.client.request('GET', at`/profile/${user}`);
  }

  /** The content of one piece of state, as it is now. */
  async state(room: string, type: string, stateKey = ''): Promise<JsonObject> {
    return this.client.request('GET', at`/rooms/${room}/state/${type}/${stateKey}`);
  }

  /** A token by which he proves to others who he is. */
  async openId(): Promise<string> {
    return textAt(await this.client.request('POST', at`/user/${this.id}/openid/request_token`, {}), 'access_token');
  }

  // What he has seen. The first call starts to listen; nothing that happened before is missed.

  /** The first event, past ones included, that `matches`. */
  async waitFor(matches: (event: ClientEvent) => boolean, timeoutMs = PATIENCE_MS): Promise<ClientEvent> {
    let seen = 0;
    const probe = () => {
      for (; seen < this.#view.events.length; seen++) {
        const event = this.#view.events[seen];
        if (event && matches(event)) return event;
      }
      return undefined;
    };
    return this.until(probe, timeoutMs, `an event that matches ${matches.toString()}`);
  }

  /** The first message with this text in this room. */
  async waitForText(room: string, text: string, timeoutMs = PATIENCE_MS): Promise<ClientEvent> {
    const matches = (event: ClientEvent) =>
      event.room_id === room && event.type === 'm.room.message' && event.content['body'] === text;
    return this.until(() => this.#view.events.find(matches), timeoutMs, `the text ${JSON.stringify(text)} in ${room}`);
  }

  async waitForInvite(matches: (invite: Invite) => boolean = () => true, timeoutMs = PATIENCE_MS): Promise<Invite> {
    return this.until(() => [...this.#view.invites.values()].find(matches), timeoutMs, `an invite for ${this.id}`);
  }

  /** The first answer of `probe` that is neither `undefined` nor `false`; asked now and after each sync. */
  async until<T>(probe: () => T | undefined | false, timeoutMs = PATIENCE_MS, what = probe.toString()): Promise<T> {
    this.listen();
    return this.#changes.until(probe, timeoutMs, what);
  }

  timeline(room: string): readonly ClientEvent[] {
    this.listen();
    return this.#view.room(room).timeline;
  }

  /** The texts of the messages that he has seen in this room. */
  texts(room: string): string[] {
    const messages = this.timeline(room).filter(({ type }) => type === 'm.room.message');
    return messages.map(({ content }) => textAt(content, 'body'));
  }

  seenState(room: string, type: string, stateKey = ''): JsonObject | undefined {
    this.listen();
    return this.#view.room(room).state.get(`${type} ${stateKey}`)?.content;
  }

  /** Who types there, as far as he has seen. */
  typing(room: string): readonly string[] {
    this.listen();
    return this.#view.room(room).typing;
  }

  /** The newest `com.beeper.message_send_status` about this event. */
  statusOf(event: string): JsonObject | undefined {
    this.listen();
    return this.#view.statuses(event).at(-1);
  }

  receipts(event: string): readonly SeenReceipt[] {
    this.listen();
    const room = this.#view.events.find((other) => other.event_id === event)?.room_id;
    return room === undefined ? [] : (this.#view.room(room).receipts.get(event) ?? []);
  }

  accountData(type: string): JsonObject | undefined {
    this.listen();
    return this.#view.accountData.get(type);
  }

  seenPresence(user: string): JsonObject | undefined {
    this.listen();
    return this.#view.presence.get(user);
  }

  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    void this.#listen();
  }

  async #listen(): Promise<void> {
    let since = '';
    while (!this.#isClosed) {
      this.#cut = new AbortController();
      const query = since === '' ? '' : `&since=${since}&timeout=${POLL_MS}`;
      const path = `/sync?filter=${encodeURIComponent(FILTER)}${query}`;
      try {
        const answer = await this.client.request('GET', path, undefined, this.#cut.signal);
        since = textAt(answer, 'next_batch');
        this.#view.fold(answer);
        this.#changes.announce();
      } catch {
        // the homeserver is away, or he is closed: a client tries again
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref());
      }
    }
  }

  #nextTransaction(): string {
    this.#transactions += 1;
    return `m${this.#transactions}`;
  }
}
