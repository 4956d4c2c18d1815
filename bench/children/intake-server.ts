// Two servers that commit a transaction's event before they answer: the bridge's own intake on its own store, and the
// least that would do the same. Both write rows of the same shape, to tables that are made alike.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from 'pg';
import type { NetworkId } from '../../src/bridge/ids.ts';
import { matrixLane } from '../../src/bridge/lanes.ts';
import type { MatrixSink } from '../../src/bridge/matrix.ts';
import { Secret } from '../../src/bridge/secret.ts';
import type { Journal } from '../../src/bridge/store.ts';
import { systemClock } from '../../src/clock.ts';
import { openLog } from '../../src/log.ts';
import { openMatrix } from '../../src/matrix/matrix.ts';
import { openStore } from '../../src/store/store.ts';
import { tellReady } from '../support/child.ts';

export interface IntakePorts {
  readonly bridge: number;
  readonly bare: number;
}

interface Transaction {
  readonly events: readonly [{ readonly event_id: string; readonly room_id: string; readonly content: object }];
}

const INSERT = {
  name: 'bare',
  text: `insert into bare_inbox (source, external_id, lane, login, kind, version, body, sealed, received_at)
    values ('matrix', $1, $2, null, 'message', 1, $3, null, $4) on conflict do nothing`,
};

const [databaseUrl = '', hsToken = ''] = process.argv.slice(2);
const bridge = await serveBridge();
tellReady({ bridge, bare: await serveBare() } satisfies IntakePorts);

async function serveBridge(): Promise<number> {
  const log = openLog('info');
  const key = new Secret(Buffer.alloc(32, 7).toString('base64'));
  const store = await openStore({
    database: { type: 'postgres', url: new Secret(databaseUrl) },
    key: { type: 'value', name: 'the bench', value: key },
    owner: 'bench',
    clock: systemClock,
    onTrouble: (error) => log.warn({ err: error }, 'an idle database connection broke'),
  });
  const side = await openMatrix({
    homeserverUrl: 'http://127.0.0.1:9',
    domain: 'bench.example.com',
    bridgeId: 'msn',
    asToken: new Secret('as-token'),
    hsToken: new Secret(hsToken),
    botLocalpart: 'msnbot',
    ghostPrefix: '',
    networks: ['msn' as NetworkId],
    listen: { host: '127.0.0.1', port: 0 },
    log,
    sink: journaling(store.journal),
    clock: systemClock,
  });
  await side.start();
  return side.port;
}

/** As the core does it, without anybody who then carries the rows. */
function journaling(journal: Journal): MatrixSink {
  return {
    transaction: async (events) => {
      await journal.accept(events.map((event) => ({ source: 'matrix', event, lane: matrixLane(event.room) })));
    },
    ephemeral: () => undefined,
    provision: async () => ({ type: 'done' }),
  };
}

async function serveBare(): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('create table bare_inbox (like inbox including all)');
  const commit = async (body: Buffer, response: ServerResponse): Promise<void> => {
    const { events } = JSON.parse(body.toString()) as Transaction;
    const [{ event_id: id, room_id: room, content }] = events;
    await client.query({ ...INSERT, values: [id, `matrix ${room}`, JSON.stringify(content), new Date()] });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 2 });
    response.end('{}');
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => void commit(Buffer.concat(chunks), response));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
