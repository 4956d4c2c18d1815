// One raw connection to a server: writes bytes as they are, keeps what comes until it is asked for. Knows frames; not what they mean.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { ServerFrameReader, type Frame } from '../support/msn-person/frames.ts';
import { Watch } from '../support/msn-server/watch.ts';

/** What is heard of a server, over whatever. */
export interface Hearing {
  readonly unasked: readonly Frame[];
  /** Takes out the frame `choose` finds, as soon as it does. */
  take(choose: (unasked: readonly Frame[]) => Frame | undefined, what: string, patienceMs?: number): Promise<Frame>;
  forget(frames: readonly Frame[]): void;
}

export class Wire implements Hearing {
  readonly name: string;
  readonly #socket: Socket;
  readonly #unasked: Frame[] = [];
  readonly #watch = new Watch();
  #closed = false;

  static async open(name: string, port: number): Promise<Wire> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new Wire(name, socket);
  }

  private constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    const reader = new ServerFrameReader();
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      for (const frame of reader.push(bytes)) this.#unasked.push(frame);
      this.#watch.changed();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#closed = true;
      this.#watch.changed();
    });
  }

  get unasked(): readonly Frame[] {
    return this.#unasked;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  write(line: string, payload?: Buffer): void {
    this.#socket.write(Buffer.concat([Buffer.from(`${line}\r\n`), payload ?? Buffer.alloc(0)]));
  }

  take(choose: (unasked: readonly Frame[]) => Frame | undefined, what: string, patienceMs?: number): Promise<Frame> {
    const look = () => {
      const found = choose(this.#unasked);
      if (found) this.#unasked.splice(this.#unasked.indexOf(found), 1);
      return found;
    };
    return this.#watch.until(look, () => `${this.name}: ${what}; there is\n${this.#listing()}`, patienceMs);
  }

  forget(frames: readonly Frame[]): void {
    for (const frame of frames) this.#unasked.splice(this.#unasked.indexOf(frame), 1);
  }

  /** Takes the first frame of a verb. */
  takeVerb(verb: string): Promise<Frame> {
    return this.take((frames) => frames.find((frame) => frame.verb === verb), verb);
  }

  /** Takes the next frame, whatever it is. */
  next(): Promise<Frame> {
    return this.take(([first]) => first, 'anything');
  }

  /** The next so many lines. */
  async lines(count: number): Promise<string[]> {
    const lines: string[] = [];
    while (lines.length < count) lines.push((await this.next()).line);
    return lines;
  }

  async ask(line: string, payload?: Buffer): Promise<Frame> {
    this.write(line, payload);
    const trid = line.split(' ')[1];
    return this.take((frames) => frames.find(({ args }) => args[0] === trid), `the answer to ${line}`);
  }

  /** Writes bytes that are no command. */
  writeRaw(bytes: Uint8Array | string): void {
    this.#socket.write(bytes);
  }

  async closed(): Promise<void> {
    await this.#watch.until(
      () => this.#closed || undefined,
      () => `${this.name} to be closed`,
    );
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #listing(): string {
    return this.#unasked
      .slice(0, 6)
      .map(({ line }) => `  ${line}`)
      .join('\n');
  }
}

/** One HTTPS request, written as the client did, and the head of the answer. */
export async function askWeb(request: string, port: number, ca: string): Promise<string> {
  const socket = connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const heard: Buffer[] = [];
  socket.on('data', (bytes: Buffer) => heard.push(bytes));
  // The recorded head ends in its empty line.
  socket.write(`${request}\r\n`);
  const watch = new Watch();
  socket.on('data', () => watch.changed());
  socket.on('close', () => watch.changed());
  const head = await watch.until(
    () => /^(.*?)\r\n\r\n/su.exec(Buffer.concat(heard).toString('utf8'))?.[1],
    () => `an answer to ${request.split('\r\n')[0]}`,
  );
  socket.destroy();
  return head;
}
