// Somebody on MSN, for tests: signs in over raw sockets, talks, listens. Works against the double and against a real server.
// Knows what a client does; imports nothing of the bridge.
import { answerChallenge } from './msn-server/challenge.ts';
import { Watch } from './msn-server/watch.ts';
import { Chat, type SayOptions } from './msn-person/chat.ts';
import type { Frame } from './msn-person/frames.ts';
import { AddressBook } from './msn-person/address-book.ts';
import { HABITS, type DialectHabits } from './msn-person/habits.ts';
import { Inbox } from './msn-person/inbox.ts';
import { Line, readAddress } from './msn-person/line.ts';
import { escapeXml, personalMessage, readFields, readMessage, type ReceivedMessage } from './msn-person/message.ts';
import { Roster, type KnownContact, type KnownPresence } from './msn-person/roster.ts';
import { authenticate, type Credentials } from './msn-person/sign-in.ts';

export type { Chat, SayOptions } from './msn-person/chat.ts';
export { PERSON_DIALECTS, type PersonDialect } from './msn-person/habits.ts';
export { Refusal } from './msn-person/line.ts';
export type { ReceivedMessage } from './msn-person/message.ts';
export type { KnownContact, KnownGroup, KnownPresence } from './msn-person/roster.ts';

export type Status = 'NLN' | 'BSY' | 'IDL' | 'BRB' | 'AWY' | 'PHN' | 'LUN' | 'HDN';

export interface MsnPersonOptions extends Credentials {
  readonly host: string;
  readonly port: number;
  /** Online at once, if not said; `undefined` stays without CHG until `setStatus`. */
  readonly status?: Status | undefined;
  /** A display picture's object, for MSNP9 and later. */
  readonly picture?: string;
  /** Rings are answered, unless this is false. */
  readonly answersRings?: boolean;
  readonly patienceMs?: number;
  /** Called for every text, so that a contact can be scripted; what goes wrong in it is kept in `scriptErrors`. */
  readonly onText?: (text: ReceivedText, person: MsnPerson) => Promise<void> | void;
}

export interface ReceivedText {
  readonly from: string;
  readonly text: string;
  /** The X-MMS-IM-Format value. */
  readonly format: string | undefined;
  readonly chat: Chat;
}

export interface Patience {
  readonly timeoutMs?: number;
}

const MAX_REDIRECTS = 3;
const PING_EVERY_MS = 45_000;

export class MsnPerson {
  readonly address: string;
  /** Lists, groups, telephones, privacy: what is known of them, and editing them. */
  readonly book: AddressBook;
  readonly scriptErrors: unknown[] = [];
  readonly #options: MsnPersonOptions;
  readonly #habits: DialectHabits;
  readonly #roster: Roster;
  readonly #watch = new Watch();
  readonly #chats = new Set<Chat>();
  readonly #inbox: Inbox<Chat>;
  /** What the server itself says: profile, mail, maintenance. */
  readonly #notices: Inbox<undefined>;
  readonly #pings: NodeJS.Timeout;
  readonly #line: Line;
  /** What the server said when it ended the session: `OTH`, `SSD`. */
  #outReason: string | undefined;

  static async signIn(options: MsnPersonOptions): Promise<MsnPerson> {
    let { host, port } = options;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const person = new MsnPerson(options, host, port);
      await person.#line.opened();
      const redirect = await authenticate(person.#line, options);
      if (redirect === undefined) {
        await person.refresh();
        const status = 'status' in options ? options.status : 'NLN';
        if (status !== undefined) await person.setStatus(status);
        return person;
      }
      person.#line.destroy();
      [host = '', port = 1863] = readAddress(redirect);
    }
    throw new Error(`${options.address}: more than ${MAX_REDIRECTS} redirects`);
  }

  private constructor(options: MsnPersonOptions, host: string, port: number) {
    this.address = options.address;
    this.#options = options;
    this.#habits = HABITS[options.dialect];
    this.#roster = new Roster(this.#habits);
    this.#inbox = new Inbox(options.address, this.#watch);
    this.#notices = new Inbox(options.address, this.#watch);
    const events = { onFrame: (frame: Frame) => this.#handle(frame), onClose: () => this.#handleClose() };
    this.#line = new Line(options.address, host, port, events, options.patienceMs);
    this.book = new AddressBook(options.address, this.#line, this.#roster, this.#habits);
    this.#pings = setInterval(() => this.#line.write('PNG\r\n'), PING_EVERY_MS).unref();
  }

  /** The connection to the notification server, for what no person would do. */
  get line(): Line {
    return this.#line;
  }

  get isSignedIn(): boolean {
    return !this.#line.isClosed;
  }

  get outReason(): string | undefined {
    return this.#outReason;
  }

  get contacts(): KnownContact[] {
    return this.#roster.contacts;
  }

  get chats(): Chat[] {
    return [...this.#chats].filter((chat) => chat.isOpen);
  }

  /** Every message that ever came, of any content type. */
  get messages(): ReceivedMessage[] {
    return this.#inbox.messages;
  }

  /** What the server itself has said, the oldest first. */
  get notices(): ReceivedMessage[] {
    return this.#notices.messages;
  }

  /** The fields of the profile message, by lower-case name. */
  get profile(): ReadonlyMap<string, string> {
    const profile = this.notices.find(({ contentType }) => contentType === 'text/x-msmsgsprofile');
    return profile?.headers ?? new Map();
  }

  contact(address: string): KnownContact | undefined {
    return this.#roster.contact(address);
  }

  presenceOf(address: string): KnownPresence {
    return this.#roster.presenceOf(address);
  }

  /** Reads lists, groups and settings anew. */
  async refresh(): Promise<void> {
    this.#roster.forget();
    const { args } = await this.#line.request('SYN', ...this.#habits.synchronise);
    const inLists = this.#habits.roster === 'lists';
    const [contacts, groups] = inLists ? [0, 0] : [Number(args.at(-2)), Number(args.at(-1))];
    const isWhole = () => this.#roster.isReverseListWhole || (!inLists && this.#roster.holds(contacts, groups));
    const describe = () => `${contacts} contacts of ${this.address} (${this.contacts.length} came)`;
    await this.#watch.until(() => isWhole() || undefined, describe, this.#options.patienceMs);
  }

  async setStatus(status: Status, picture = this.#options.picture): Promise<void> {
    const { capabilities } = this.#habits;
    if (capabilities === undefined) await this.#line.request('CHG', status);
    else await this.#line.request('CHG', status, capabilities, ...(picture === undefined ? [] : [picture]));
  }

  async setName(name: string): Promise<void> {
    await this.book.setName(name);
  }

  /** From MSNP11 on. @param media The whole of CurrentMedia, its parts apart by a backslash and a zero. */
  async setPersonalMessage(text: string, media = ''): Promise<void> {
    await this.#line.answerTo(this.#line.sendPayload(personalMessage(text, media), 'UUX'), 'UUX');
  }

  async addContact(address: string): Promise<void> {
    await this.book.add('AL', address);
    await this.book.add('FL', address);
  }

  async removeContact(address: string): Promise<void> {
    await this.book.remove('FL', address);
  }

  async block(address: string): Promise<void> {
    await this.book.add('BL', address);
  }

  async unblock(address: string): Promise<void> {
    await this.book.remove('BL', address);
  }

  /** Where a service's page is, and where to sign in for it. */
  async askForLink(service: string, ...more: readonly string[]): Promise<{ path: string; post: string; id: string }> {
    const { args } = await this.#line.request('URL', service, ...more);
    const [, path = '', post = '', id = ''] = args;
    return { path, post, id };
  }

  /** An open chat with this one alone, or a new one. @throws {Refusal} 217 if that one is not there. */
  async chatWith(address: string): Promise<Chat> {
    const open = this.chats.find((chat) => chat.people.length === 1 && chat.has(address));
    return open ?? this.startChat([address]);
  }

  async startChat(addresses: readonly string[]): Promise<Chat> {
    const { args } = await this.#line.request('XFR', 'SB');
    const [, , where = '', , ticket = ''] = args;
    const chat = this.#newChat(where);
    await chat.create(ticket);
    for (const address of addresses) await chat.invite(address);
    return chat;
  }

  async say(address: string, text: string, options?: SayOptions): Promise<void> {
    await (await this.chatWith(address)).say(text, options);
  }

  async type(address: string): Promise<void> {
    (await this.chatWith(address)).type();
  }

  async nudge(address: string): Promise<void> {
    (await this.chatWith(address)).nudge();
  }

  /** The next text that is meant; each text is given once, so that "ok" said twice is two. */
  async waitForText(
    isMeant: string | ((text: ReceivedText) => boolean),
    patience: Patience = {},
  ): Promise<ReceivedText> {
    const matches = typeof isMeant === 'string' ? ({ text }: ReceivedText) => text === isMeant : isMeant;
    const what = typeof isMeant === 'string' ? `the text "${isMeant}"` : 'a text';
    const isText = ({ message, from }: { message: ReceivedMessage; from: Chat }) =>
      message.contentType === 'text/plain' && matches(readText(message, from));
    const letter = await this.#inbox.take(isText, what, this.#patience(patience));
    return readText(letter.message, letter.from);
  }

  async waitForTyping(address: string, patience: Patience = {}): Promise<void> {
    await this.waitForMessage(({ headers }) => isSame(headers.get('typinguser') ?? '', address), patience);
  }

  async waitForNudge(address: string, patience: Patience = {}): Promise<void> {
    const isNudge = ({ from, contentType, body }: ReceivedMessage) =>
      isSame(from, address) && contentType === 'text/x-msnmsgr-datacast' && /^ID: *1\b/mu.test(body.toString());
    await this.waitForMessage(isNudge, patience);
  }

  /** The next message of any content type that is meant; each is given once. */
  async waitForMessage(
    isMeant: (message: ReceivedMessage) => boolean,
    patience: Patience = {},
  ): Promise<ReceivedMessage> {
    const letter = await this.#inbox.take(({ message }) => isMeant(message), 'a message', this.#patience(patience));
    return letter.message;
  }

  /** The next notice of the server of this content type, with the fields of its body; each is given once. */
  async waitForNotice(contentType: string, patience: Patience = {}): Promise<ReadonlyMap<string, string>> {
    const isMeant = ({ message }: { message: ReceivedMessage }) => message.contentType === contentType;
    return readFields((await this.#notices.take(isMeant, contentType, this.#patience(patience))).message);
  }

  /** Somebody on our lists, as soon as all that is meant holds. */
  async waitForContact(
    address: string,
    isMeant: (contact: KnownContact) => boolean = () => true,
    patience: Patience = {},
  ): Promise<KnownContact> {
    const look = () => [this.contact(address)].find((contact) => contact && isMeant(contact));
    const describe = () =>
      `${address} on the lists of ${this.address} (it is ${JSON.stringify(this.contact(address))})`;
    return this.#watch.until(look, describe, this.#patience(patience));
  }

  /** Somebody who has added us and waits for what we say to it. */
  async waitForRequest(address: string, patience: Patience = {}): Promise<KnownContact> {
    const look = () => this.book.requests.find((contact) => isSame(contact.address, address));
    return this.#watch.until(look, () => `${address} to add ${this.address}`, this.#patience(patience));
  }

  async waitForPersonalMessage(address: string, text: string, patience: Patience = {}): Promise<void> {
    const says = ({ personalMessage: document }: KnownPresence) => document?.includes(`<PSM>${escapeXml(text)}</PSM>`);
    await this.waitForPresence(address, (seen) => says(seen) === true, patience);
  }

  /** @param isMeant A status, or anything about what is seen of somebody. */
  async waitForPresence(
    address: string,
    isMeant: string | ((presence: KnownPresence) => boolean),
    patience: Patience = {},
  ): Promise<KnownPresence> {
    const holds = typeof isMeant === 'string' ? ({ status }: KnownPresence) => status === isMeant : isMeant;
    const look = () => [this.presenceOf(address)].find(holds);
    const describe = () =>
      `${this.address} to see ${address} ${String(isMeant)} (it is ${JSON.stringify(this.presenceOf(address))})`;
    return this.#watch.until(look, describe, this.#patience(patience));
  }

  /** A chat in which exactly these others are. */
  async waitForChat(addresses: readonly string[], patience: Patience = {}): Promise<Chat> {
    const look = () =>
      this.chats.find((chat) => chat.people.length === addresses.length && addresses.every((one) => chat.has(one)));
    const describe = () => `${this.address} to be in a chat with ${addresses.join(', ')}`;
    return this.#watch.until(look, describe, this.#patience(patience));
  }

  async waitForSignOut(patience: Patience = {}): Promise<string | undefined> {
    await this.#line.waitForClose(this.#patience(patience));
    return this.#outReason;
  }

  /** Leaves every chat. */
  async leave(): Promise<void> {
    await Promise.all(this.chats.map((chat) => chat.leave()));
  }

  async signOut(): Promise<void> {
    await this.leave();
    await this.#line.out();
  }

  /** Drops every connection without a word. */
  vanish(): void {
    for (const chat of this.#chats) chat.destroy();
    this.#line.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.vanish();
  }

  #handle(frame: Frame): void {
    this.#roster.handle(frame);
    const { verb, args } = frame;
    if (verb === 'CHL') this.#answerChallenge(args[1] ?? '');
    if (verb === 'MSG') this.#notices.put(readMessage(args[0] ?? '', frame.payload), undefined);
    if (verb === 'OUT') this.#outReason = args[0];
    if (verb === 'RNG' && this.#options.answersRings !== false) this.#answerRing(args);
    this.#watch.changed();
  }

  #answerChallenge(question: string): void {
    const { challenge } = this.#habits;
    if (!challenge) return;
    const { algorithm, productId } = challenge;
    const answer = answerChallenge(algorithm, question, productId) ?? '';
    this.#line.sendPayload(Buffer.from(answer), 'QRY', productId);
  }

  #answerRing([sessionId = '', where = '', , ticket = '']: readonly string[]): void {
    const chat = this.#newChat(where);
    // A caller who has gone, or a server going down, is nothing to tell anybody about.
    chat.answer(ticket, sessionId).catch(() => chat.destroy());
  }

  #newChat(where: string): Chat {
    const [host, port] = readAddress(where);
    const chat = new Chat({
      address: this.address,
      host,
      port,
      patienceMs: this.#options.patienceMs,
      onMessage: (message, from) => this.#receive(message, from),
      onChange: () => this.#watch.changed(),
    });
    this.#chats.add(chat);
    return chat;
  }

  #receive(message: ReceivedMessage, chat: Chat): void {
    this.#inbox.put(message, chat);
    if (message.contentType === 'text/plain') void this.#runScript(readText(message, chat));
  }

  async #runScript(text: ReceivedText): Promise<void> {
    try {
      await this.#options.onText?.(text, this);
    } catch (error) {
      this.scriptErrors.push(error);
    }
  }

  #patience({ timeoutMs }: Patience): number | undefined {
    return timeoutMs ?? this.#options.patienceMs;
  }

  #handleClose(): void {
    clearInterval(this.#pings);
    this.#watch.changed();
  }
}

function readText(message: ReceivedMessage, chat: Chat): ReceivedText {
  const { from, headers, body } = message;
  return { from, text: body.toString('utf8'), format: headers.get('x-mms-im-format'), chat };
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
