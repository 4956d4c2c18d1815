// The contacts' end of switchboards: whoever answers a ring here is alone with one contact. Writes straight to the socket
// and reads straight from it. Knows conversations; not what is measured.

import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { FrameReader } from '../../src/msnp/frame.ts';

export interface Said {
  readonly contact: string;
  readonly text: string;
  /** When its bytes were there, by `performance.now`. */
  readonly at: number;
}

const HEAD =
  'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=; CO=0; CS=0; PF=22\r\n\r\n';

export class BenchSwitchboards {
  /** Called for every text of the bridge. */
  onSaid: (said: Said) => void = () => undefined;
  readonly #sockets = new Map<string, Socket>();
  readonly #server: Server;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, '127.0.0.1', resolve);
    });
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  has(contact: string): boolean {
    return this.#sockets.has(contact);
  }

  say(contact: string, text: string): void {
    const payload = HEAD + text;
    this.#sockets.get(contact)?.write(`MSG ${contact} ${contact} ${Buffer.byteLength(payload)}\r\n${payload}`);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #serve(socket: Socket): void {
    const reader = new FrameReader('switchboard', 'client');
    let contact = '';
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes: Buffer) => {
      const at = performance.now();
      for (const { verb, args, payload } of reader.push(bytes)) {
        const [trid = '', , , session = ''] = args;
        if (verb === 'ANS') {
          // The session's name is the caller's.
          contact = session;
          this.#sockets.set(contact, socket);
          socket.write(`IRO ${trid} 1 1 ${contact} ${contact}\r\nANS ${trid} OK\r\n`);
        }
        if (verb === 'MSG') this.#onMessage(contact, payload, at, () => socket.write(`ACK ${trid}\r\n`));
        if (verb === 'OUT') socket.end();
      }
    });
  }

  #onMessage(contact: string, payload: Uint8Array, at: number, acknowledge: () => void): void {
    const message = Buffer.from(payload).toString();
    if (!/^content-type: text\/plain/im.test(message)) return;
    acknowledge();
    this.onSaid({ contact, text: message.slice(message.indexOf('\r\n\r\n') + 4), at });
  }
}
