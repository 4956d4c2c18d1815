// A listening web port, with TLS or without, that can go away and come back under the same number. Knows HTTP; not what is asked.
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

import { LOOPBACK } from './listener.ts';
import type { Certificate } from './passport/certificate.ts';

export class WebListener {
  readonly #onRequest: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #certificate: Certificate | undefined;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #port: number;

  /** @param port 0 for a free one, which is kept from the first `open` on. */
  constructor(
    onRequest: (request: IncomingMessage, response: ServerResponse) => void,
    port: number,
    certificate?: Certificate,
  ) {
    this.#onRequest = onRequest;
    this.#port = port;
    this.#certificate = certificate;
  }

  get port(): number {
    return this.#port;
  }

  get origin(): string {
    return `${this.#certificate ? 'https' : 'http'}://${LOOPBACK}:${this.#port}`;
  }

  async open(): Promise<void> {
    const server = this.#certificate
      ? createHttpsServer({ cert: this.#certificate.certificate, key: this.#certificate.key }, this.#onRequest)
      : createHttpServer(this.#onRequest);
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.#port, LOOPBACK, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => {
      server.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

export function answer(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Buffer | string = String(status),
): void {
  const bytes = Buffer.from(body);
  const type = 'Content-Type' in headers ? {} : { 'Content-Type': 'text/plain; charset=utf-8' };
  response.writeHead(status, { ...headers, ...type, 'Content-Length': bytes.length });
  response.end(bytes);
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
