// Carries a connection over a TCP socket. Knows sockets; not what goes over them.
import type { Socket } from 'node:net';

import type { Connection, Transport } from './connection.ts';

export function carryOverTcp(socket: Socket, open: (transport: Transport) => Connection): void {
  socket.setNoDelay(true);
  const connection = open({
    remotePort: socket.remotePort ?? 0,
    write: (bytes, written) => socket.write(bytes, () => written?.()),
    end: () => socket.end(),
    destroy: () => socket.destroy(),
  });
  socket.on('data', (bytes) => connection.receive(bytes));
  socket.on('error', () => socket.destroy());
  socket.on('close', () => connection.lost());
}
