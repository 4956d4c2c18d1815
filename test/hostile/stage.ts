// Hostile servers for single tests, cleared up with them.

import { onTestFinished } from 'vitest';

import { HostileServer } from './hostile-server.ts';
import type { HostileServerOptions } from './hostile-server.ts';

export async function startHostileServer(options: HostileServerOptions = {}): Promise<HostileServer> {
  const server = await HostileServer.start(options);
  onTestFinished(() => server.close());
  return server;
}
