// One TCP connection to a server: numbered requests and their answers. Knows transaction numbers; not what a command means.
import { connect, type Socket } from 'node:net';

import { Watch } from '../msn-server/watch.ts';
import { ServerFrameReader, type Frame } from './frames.ts';

/** Their first word is a number that is not a request's. */
const UNNUMBERED = new Set(['QNG', 'NOT', 'LSG', 'BPR', 'MSG', 'UBX']);
/** How many frames are kept for whoever asks late. */
const MAX_FRAMES = 1_000;

/** The server said no, with one of its three-digit codes. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: number;

  constructor(code: number, request: string) {
    super(`${code} in answer to: ${request}`);
    this.code = code;
  }
}

export interface LineEvents {
  /** Called for every frame, answers included, in the order they came. */
  onFrame(frame: Frame): void;
  /** Called once, however the connection ended. */
  onClose(): void;
}

export class Line {
  readonly #socket: Socket;
  readonly #label: string;
  readonly #frames: Frame[] = [];
  readonly #watch = new Watch();
  readonly #patienceMs: number | undefined;
  readonly #opened: Promise<void>;
  #trid = 0;
  #closed = false;

  constructor(label: string, host: string, port: number, events: LineEvents, patienceMs: number | undefined) {
    const socket = connect({ host, port });
    this.#label = label;
    this.#socket = socket;
    this.#patienceMs = patienceMs;
    this.#opened = new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', (cause) => reject(new Error(`${label}: no connection to ${host}:${port}`, { cause })));
      socket.once('close', () => reject(new Error(`${label}: hung up before there was a connection`)));
    });
    const reader = new ServerFrameReader();
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      for (const frame of reader.push(bytes)) {
        this.#frames.push(frame);
        if (this.#frames.length > MAX_FRAMES) this.#frames.shift();
        events.onFrame(frame);
        this.#watch.changed();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      events.onClose();
      this.#watch.changed();
    });
  }

  /** To be awaited before anything is sent. */
  opened(): Promise<void> {
    return this.#opened;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Writes the bytes as they are: for what no client would send. */
  write(bytes: Buffer | string): void {
    this.#socket.write(bytes);
  }

  /** Sends a numbered command without waiting for an answer; returns its number. */
  send(verb: string, ...args: readonly string[]): string {
    this.#trid += 1;
    this.write(`${[verb, this.#trid, ...args].join(' ')}\r\n`);
    return String(this.#trid);
  }

  sendPayload(payload: Buffer, verb: string, ...args: readonly string[]): string {
    this.#trid += 1;
    const head = [verb, this.#trid, ...args, payload.length].join(' ');
    this.write(Buffer.concat([Buffer.from(`${head}\r\n`), payload]));
    return String(this.#trid);
  }

  /** Sends a command and waits for the first frame with its number. @throws {Refusal} if that is an error code. */
  async request(verb: string, ...args: readonly string[]): Promise<Frame> {
    return this.answerTo(this.send(verb, ...args), [verb, ...args].join(' '));
  }

  async answerTo(trid: string, request: string): Promise<Frame> {
    const answer = await this.waitFor(
      ({ verb, args }) => args[0] === trid && !UNNUMBERED.has(verb),
      `the answer to ${request}`,
    );
    if (/^\d{3}$/u.test(answer.verb)) throw new Refusal(Number(answer.verb), request);
    return answer;
  }

  /** The first frame, past or future, that is meant; an error if the connection ends without one. */
  waitFor(isMeant: (frame: Frame) => boolean, what: string, timeoutMs = this.#patienceMs): Promise<Frame> {
    const look = () => {
      const found = this.#frames.find(isMeant);
      if (!found && this.#closed) throw new Error(`${this.#label}: closed while waiting for ${what}; ${this.#tail()}`);
      return found;
    };
    return this.#watch.until(look, () => `${this.#label}: ${what}; ${this.#tail()}`, timeoutMs);
  }

  async waitForClose(timeoutMs = this.#patienceMs): Promise<void> {
    await this.#watch.until(
      () => this.#closed || undefined,
      () => `${this.#label} to close`,
      timeoutMs,
    );
  }

  /** Says OUT and waits for the server to close. */
  async out(): Promise<void> {
    if (this.#closed) return;
    this.write('OUT\r\n');
    await this.waitForClose();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #tail(): string {
    return `last came\n${this.#frames
      .slice(-8)
      .map(({ line }) => `  ${line}`)
      .join('\n')}`;
  }
}

/** Host and port as XFR and RNG write them. */
export function readAddress(text: string): [host: string, port: number] {
  const [host = '', port = '1863'] = text.split(':');
  return [host, Number(port)];
}
