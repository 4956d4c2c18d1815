// One switchboard as one person has it: who else is there, and talking. Knows its commands; not which chat a text belongs in.
import type { Frame } from './frames.ts';
import { Line, Refusal } from './line.ts';
import { nudgeMessage, readMessage, textMessage, typingMessage, type ReceivedMessage } from './message.ts';

export interface ChatOptions {
  readonly address: string;
  readonly host: string;
  readonly port: number;
  readonly patienceMs: number | undefined;
  /** Called for every message of the others, after the chat knows of it. */
  onMessage(message: ReceivedMessage, chat: Chat): void;
  onChange(chat: Chat): void;
}

export interface SayOptions {
  /** An X-MMS-IM-Format value. */
  readonly format?: string;
  /** With A (the default) or D, waits to be acknowledged. */
  readonly acknowledgement?: 'U' | 'N' | 'A' | 'D';
}

export class Chat {
  readonly #options: ChatOptions;
  readonly #people = new Map<string, string>();
  #line: Line | undefined;

  constructor(options: ChatOptions) {
    this.#options = options;
  }

  /** The others, by address. */
  get people(): string[] {
    return [...this.#people.values()];
  }

  get isOpen(): boolean {
    return this.#line !== undefined && !this.#line.isClosed;
  }

  has(address: string): boolean {
    return this.#people.has(address.toLowerCase());
  }

  async create(ticket: string): Promise<void> {
    const line = await this.#connect();
    await line.request('USR', this.#options.address, ticket);
  }

  async answer(ticket: string, sessionId: string): Promise<void> {
    const line = await this.#connect();
    const trid = line.send('ANS', this.#options.address, ticket, sessionId);
    await line.waitFor(({ verb, args }) => verb === 'ANS' && args[0] === trid, 'ANS OK');
  }

  /** Calls somebody and waits until that one is in. @throws {Refusal} 217 when there is nobody to call. */
  async invite(address: string): Promise<void> {
    const line = this.#lineOrThrow();
    await line.request('CAL', address);
    const isTheirs = ({ verb, args }: Frame) => verb === 'JOI' && args[0]?.toLowerCase() === address.toLowerCase();
    await line.waitFor(isTheirs, `${address} to join`);
  }

  async say(text: string, options: SayOptions = {}): Promise<void> {
    await this.send(textMessage(text, options.format), options.acknowledgement ?? 'A');
  }

  type(): void {
    this.#lineOrThrow().sendPayload(typingMessage(this.#options.address), 'MSG', 'U');
  }

  nudge(): void {
    this.#lineOrThrow().sendPayload(nudgeMessage(), 'MSG', 'N');
  }

  /** Sends any payload; with A or D, waits for ACK. */
  async send(payload: Buffer, acknowledgement: 'U' | 'N' | 'A' | 'D'): Promise<void> {
    const line = this.#lineOrThrow();
    const trid = line.sendPayload(payload, 'MSG', acknowledgement);
    if (acknowledgement === 'U' || acknowledgement === 'N') return;
    const answer = await line.answerTo(trid, `MSG ${trid} ${acknowledgement}`);
    if (answer.verb === 'NAK') throw new Refusal(0, `MSG ${trid}: NAK`);
  }

  async leave(): Promise<void> {
    await this.#line?.out();
  }

  /** Drops the connection without a word. */
  destroy(): void {
    this.#line?.destroy();
  }

  async #connect(): Promise<Line> {
    const { address, host, port, patienceMs } = this.#options;
    const events = {
      onFrame: (frame: Frame) => this.#handle(frame),
      onClose: () => {
        this.#people.clear();
        this.#options.onChange(this);
      },
    };
    this.#line = new Line(`${address} on a switchboard`, host, port, events, patienceMs);
    await this.#line.opened();
    return this.#line;
  }

  #lineOrThrow(): Line {
    if (!this.#line || this.#line.isClosed) throw new Error(`${this.#options.address}: this chat is closed`);
    return this.#line;
  }

  #handle({ verb, args, payload }: Frame): void {
    if (verb === 'IRO') this.#enter(args[3] ?? '');
    if (verb === 'JOI') this.#enter(args[0] ?? '');
    if (verb === 'BYE') this.#people.delete((args[0] ?? '').toLowerCase());
    if (verb === 'MSG') this.#options.onMessage(readMessage(args[0] ?? '', payload), this);
    this.#options.onChange(this);
  }

  #enter(address: string): void {
    this.#people.set(address.toLowerCase(), address);
  }
}
