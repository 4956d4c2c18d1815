// A hostile server on a port of this machine, with a sign-in service beside it. Knows sockets; what is said is the
// script's business.

import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import type { ServerKey } from '../../src/bridge/ids.ts';
import type { DialectName } from '../../src/msnp/dialect.ts';
import type { ServerProfile } from '../../src/networks/msn/profile.ts';
import { HostileScript } from './hostile-script.ts';

export interface HostileServerOptions {
  readonly login?: RequestListener;
  readonly dialect?: DialectName;
}

const grantTicket: RequestListener = (_request, response) => {
  response.setHeader('Authentication-Info', "Passport1.4 da-status=success,from-PP='t=1&p='");
  response.end();
};

export class HostileServer {
  readonly profile: ServerProfile;
  readonly #script: HostileScript;
  readonly #servers: readonly Server[];
  readonly #sockets: Set<Socket>;

  private constructor(profile: ServerProfile, script: HostileScript, servers: readonly Server[], sockets: Set<Socket>) {
    this.profile = profile;
    this.#script = script;
    this.#servers = servers;
    this.#sockets = sockets;
  }

  static async start({ login = grantTicket, dialect = 'MSNP8' }: HostileServerOptions = {}): Promise<HostileServer> {
    const sockets = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
      socket.on('data', (bytes) => script.onBytes(socket, bytes));
    });
    const port = await listen(server);
    const script = new HostileScript({ dialect, where: `127.0.0.1:${port}` });
    const web = createHttpServer(login);
    const loginUrl = `http://127.0.0.1:${await listen(web)}/login`;
    return new HostileServer(hostileProfile({ port, loginUrl, dialect }), script, [server, web], sockets);
  }

  /** To the notification connection. */
  tell(bytes: string | Uint8Array): void {
    this.#script.tell(bytes);
  }

  /** Rings, and waits until the switchboard is entered. */
  async ring(from?: string): Promise<Socket> {
    return (await this.#script.ring(from)) as Socket;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
  }
}

export function hostileProfile(at: {
  readonly port: number;
  readonly loginUrl: string;
  readonly dialect?: DialectName;
}): ServerProfile {
  return {
    key: 'hostile' as ServerKey,
    name: 'Hostile',
    notification: { host: '127.0.0.1', port: at.port },
    nexusUrl: at.loginUrl,
    loginUrl: at.loginUrl,
    tls: { minVersion: 'TLSv1.2' },
    dialects: [at.dialect ?? 'MSNP8'],
    privateAddresses: true,
    confirmsDelivery: false,
    credentialHosts: [],
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
