// A port for a server that must know its port before it listens. Knows ports; not who will listen.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** Systems take ports for outgoing connections from above this range, most of them. */
const FIRST = 18_000;
const COUNT = 14_000;

/** Nobody listens on it, and no connection takes it before it is used. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    const server = createServer();
    try {
      await once(server.listen({ host: '127.0.0.1', port, exclusive: true }), 'listening');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') continue;
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}
