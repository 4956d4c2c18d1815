// Somebody on MSN, for tests: signs in over raw sockets, talks, listens. Works against the double and against a real server.
// Knows what a client does; imports nothing of the bridge.
import { answerChallenge } from './msn-server/challenge.ts';
import { Watch } from './msn-server/watch.ts';
import { Chat, type SayOptions } from './msn-person/chat.ts';
import type { Frame } from './msn-person/frames.ts';
import { HABITS, type DialectHabits, type PersonDialect } from './msn-person/habits.ts';
import { Line } from './msn-person/line.ts';
import type { ReceivedMessage } from './msn-person/message.ts';
import { fetchTicket, type PassportWay } from './msn-person/passport.ts';
import { Roster, type KnownContact, type KnownPresence } from './msn-person/roster.ts';

export type { Chat, SayOptions } from './msn-person/chat.ts';
export { Refusal } from './msn-person/line.ts';
export type { ReceivedMessage } from './msn-person/message.ts';

export type Status = 'NLN' | 'BSY' | 'IDL' | 'BRB' | 'AWY' | 'PHN' | 'LUN' | 'HDN';

export interface MsnPersonOptions extends PassportWay {
  readonly host: string;
  readonly port: number;
  readonly address: string;
  readonly password: string;
  readonly dialect: PersonDialect;
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
  readonly scriptErrors: unknown[] = [];
  readonly #options: MsnPersonOptions;
  readonly #habits: DialectHabits;
  readonly #roster = new Roster();
  readonly #watch = new Watch();
  readonly #chats = new Set<Chat>();
  readonly #messages: { readonly message: ReceivedMessage; readonly chat: Chat; taken: boolean }[] = [];
  readonly #pings: NodeJS.Timeout;
  readonly #line: Line;
  /** What the server said when it ended the session: `OTH`, `SSD`. */
  #outReason: string | undefined;

  static async signIn(options: MsnPersonOptions): Promise<MsnPerson> {
    let { host, port } = options;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      const person = new MsnPerson(options, host, port);
      await person.#line.opened();
      const redirect = await person.#authenticate();
      if (redirect === undefined) {
        await person.#synchronise();
        return person;
      }
      [host = '', port = 1863] = readAddress(redirect);
    }
    throw new Error(`${options.address}: more than ${MAX_REDIRECTS} redirects`);
  }

  private constructor(options: MsnPersonOptions, host: string, port: number) {
    this.address = options.address;
    this.#options = options;
    this.#habits = HABITS[options.dialect];
    const events = { onFrame: (frame: Frame) => this.#handle(frame), onClose: () => this.#handleClose() };
    this.#line = new Line(options.address, host, port, events, options.patienceMs);
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
    return this.#messages.map(({ message }) => message);
  }

  presenceOf(address: string): KnownPresence {
    return this.#roster.presenceOf(address);
  }

  async setStatus(status: Status, picture = this.#options.picture): Promise<void> {
    const words = [status, this.#habits.capabilities];
    await this.#line.request('CHG', ...words, ...(picture === undefined ? [] : [picture]));
  }

  async setName(name: string): Promise<void> {
    const encoded = encodeURIComponent(name);
    if (this.#options.dialect === 'MSNP12') await this.#line.request('PRP', 'MFN', encoded);
    else await this.#line.request('REA', this.address, encoded);
  }

  async setPersonalMessage(text: string): Promise<void> {
    const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const document = `<Data><PSM>${escaped}</PSM><CurrentMedia></CurrentMedia></Data>`;
    await this.#line.answerTo(this.#line.sendPayload(Buffer.from(document), 'UUX'), 'UUX');
  }

  async addContact(address: string): Promise<void> {
    await this.#edit('AL', address);
    await this.#edit('FL', address);
  }

  async removeContact(address: string): Promise<void> {
    const guid = this.#roster.contact(address)?.guid;
    await this.#line.request('REM', 'FL', this.#options.dialect === 'MSNP12' ? (guid ?? address) : address);
  }

  async block(address: string): Promise<void> {
    await this.#edit('BL', address);
  }

  async unblock(address: string): Promise<void> {
    await this.#line.request('REM', 'BL', address);
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
    const entry = await this.#take(
      ({ message, chat }) => {
        return message.contentType === 'text/plain' && matches(readText(message, chat));
      },
      what,
      patience,
    );
    return readText(entry.message, entry.chat);
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
    return (await this.#take(({ message }) => isMeant(message), 'a message', patience)).message;
  }

  async waitForPresence(address: string, status: string, patience: Patience = {}): Promise<KnownPresence> {
    const look = () => {
      const presence = this.presenceOf(address);
      return presence.status === status ? presence : undefined;
    };
    const describe = () => `${this.address} to see ${address} ${status} (it is ${this.presenceOf(address).status})`;
    return this.#watch.until(look, describe, patience.timeoutMs ?? this.#options.patienceMs);
  }

  /** A chat in which exactly these others are. */
  async waitForChat(addresses: readonly string[], patience: Patience = {}): Promise<Chat> {
    const look = () =>
      this.chats.find((chat) => chat.people.length === addresses.length && addresses.every((one) => chat.has(one)));
    const describe = () => `${this.address} to be in a chat with ${addresses.join(', ')}`;
    return this.#watch.until(look, describe, patience.timeoutMs ?? this.#options.patienceMs);
  }

  async waitForSignOut(patience: Patience = {}): Promise<string | undefined> {
    await this.#line.waitForClose(patience.timeoutMs ?? this.#options.patienceMs);
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

  /** VER to USR OK; the address to go to instead, if the server names one. */
  async #authenticate(): Promise<string | undefined> {
    const { dialect, password } = this.#options;
    const version = await this.#line.request('VER', dialect, 'CVR0');
    if (version.args[1] !== dialect) throw new Error(`${this.address}: the server does not speak ${dialect}`);
    await this.#line.request('CVR', ...`0x0409 winnt 5.1 i386 ${this.#habits.client} ${this.address}`.split(' '));
    const { verb, args } = await this.#line.request('USR', 'TWN', 'I', this.address);
    if (verb === 'XFR') {
      this.#line.destroy();
      return args[2];
    }
    const ticket = await fetchTicket(this.#options, this.address, password, args[3] ?? '');
    await this.#line.request('USR', 'TWN', 'S', ticket);
    return undefined;
  }

  async #synchronise(): Promise<void> {
    const { args } = await this.#line.request('SYN', ...this.#habits.synchronise);
    const contacts = Number(args.at(-2));
    await this.#watch.until(
      () => this.contacts.length >= contacts || undefined,
      () => `${contacts} contacts of ${this.address} (${this.contacts.length} came)`,
      this.#options.patienceMs,
    );
    const status = 'status' in this.#options ? this.#options.status : 'NLN';
    if (status !== undefined) await this.setStatus(status);
  }

  async #edit(list: 'FL' | 'AL' | 'BL', address: string): Promise<void> {
    if (this.#options.dialect !== 'MSNP12') {
      await this.#line.request('ADD', list, address, address, ...(list === 'FL' ? ['0'] : []));
      return;
    }
    await this.#line.request(
      'ADC',
      list,
      `N=${address}`,
      ...(list === 'FL' ? [`F=${encodeURIComponent(address)}`] : []),
    );
  }

  #handle(frame: Frame): void {
    this.#roster.handle(frame);
    const { verb, args } = frame;
    if (verb === 'CHL') this.#answerChallenge(args[1] ?? '');
    if (verb === 'OUT') this.#outReason = args[0];
    if (verb === 'RNG' && this.#options.answersRings !== false) this.#answerRing(args);
    this.#watch.changed();
  }

  #answerChallenge(question: string): void {
    const { productId, challenge } = this.#habits;
    const answer = answerChallenge(challenge, question, productId) ?? '';
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
    this.#messages.push({ message, chat, taken: false });
    this.#watch.changed();
    if (message.contentType === 'text/plain') void this.#runScript(readText(message, chat));
  }

  async #runScript(text: ReceivedText): Promise<void> {
    try {
      await this.#options.onText?.(text, this);
    } catch (error) {
      this.scriptErrors.push(error);
    }
  }

  async #take(
    isMeant: (entry: { readonly message: ReceivedMessage; readonly chat: Chat }) => boolean,
    what: string,
    patience: Patience,
  ): Promise<{ readonly message: ReceivedMessage; readonly chat: Chat }> {
    const look = () => {
      const entry = this.#messages.find((candidate) => !candidate.taken && isMeant(candidate));
      if (entry) entry.taken = true;
      return entry;
    };
    const describe = () => `${this.address} to get ${what}; untaken are ${this.#untaken()}`;
    return this.#watch.until(look, describe, patience.timeoutMs ?? this.#options.patienceMs);
  }

  #untaken(): string {
    const left = this.#messages.filter(({ taken }) => !taken).slice(-5);
    return left.map(({ message }) => `${message.from}: ${message.body.toString().slice(0, 60)}`).join(' | ') || 'none';
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

function readAddress(text: string): [host: string, port: number] {
  const [host = '', port = '1863'] = text.split(':');
  return [host, Number(port)];
}

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
