// A server that signs anybody in with MSNP8 and then says whatever a test wants it to, as fast as it is taken.
// Checks nothing and remembers nothing: a hostile one, not a double.

import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export interface HostileServer {
  readonly port: number;
  readonly loginUrl: string;
  /** To the notification connection. */
  tell(bytes: string | Uint8Array): void;
  /** Rings, and waits until the switchboard is entered. */
  ring(from?: string): Promise<Socket>;
}

const ANSWERS = new Map<string, (trid: string, args: readonly string[]) => string>([
  ['VER', (trid) => `VER ${trid} MSNP8\r\n`],
  ['CVR', (trid) => `CVR ${trid} 1 1 1 u u\r\n`],
  ['SYN', (trid) => `SYN ${trid} 1 0 0\r\n`],
  ['CHG', (trid, [status = '']) => `CHG ${trid} ${status} 0\r\n`],
]);

const grantTicket: RequestListener = (_request, response) => {
  response.setHeader('Authentication-Info', "Passport1.4 da-status=success,from-PP='t=1&p='");
  response.end();
};

export async function startHostileServer({ login = grantTicket } = {}): Promise<HostileServer> {
  let notification: Socket | undefined;
  const entered: ((socket: Socket) => void)[] = [];

  function answer(socket: Socket, line: string): void {
    const [verb = '', trid = '', ...args] = line.split(' ');
    if (verb === 'USR') {
      socket.write(args[1] === 'I' ? `USR ${trid} TWN S challenge\r\n` : `USR ${trid} OK a@b.c A 1 0\r\n`);
    } else if (verb === 'ANS') {
      socket.write(`IRO ${trid} 1 1 bob@example.com Bob\r\nANS ${trid} OK\r\n`);
      entered.shift()?.(socket);
    } else {
      if (verb === 'VER') notification = socket;
      socket.write(ANSWERS.get(verb)?.(trid, args) ?? '');
    }
  }

  const server = createServer((socket) => {
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => socket.destroy());
    let rest = '';
    socket.on('data', (bytes) => {
      const lines = (rest + bytes.toString('latin1')).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) answer(socket, line);
    });
  });
  const port = await listen(server);
  const loginPort = await listen(createHttpServer(login));
  let rings = 0;
  return {
    port,
    loginUrl: `http://127.0.0.1:${loginPort}/login`,
    tell: (bytes) => void notification?.write(bytes),
    async ring(from = 'bob@example.com') {
      const socket = new Promise<Socket>((resolve) => entered.push(resolve));
      rings += 1;
      notification?.write(`RNG ${rings} 127.0.0.1:${port} CKI ticket ${from} Bob\r\n`);
      return socket;
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}
