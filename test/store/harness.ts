// What the contract suite needs of a database, and the values it writes.

import type { Contact, MatrixMessage, RemoteMessage } from '../../src/bridge/events.ts';
import type {
  ChatId,
  EventId,
  LoginId,
  MatrixUserId,
  NetworkId,
  RemoteMessageId,
  RemoteUserId,
  RoomId,
  ServerKey,
} from '../../src/bridge/ids.ts';
import { text } from '../../src/bridge/events.ts';
import type { LoginSeed } from '../../src/bridge/network.ts';
import { Secret } from '../../src/bridge/secret.ts';
import type { NewRow } from '../../src/bridge/store.ts';
import type { Database } from '../../src/store/database.ts';
import type { KeySource } from '../../src/store/keys.ts';
import { storeOn, type OpenStore } from '../../src/store/store.ts';
import { FakeClock } from '../support/fake-clock.ts';

export interface Harness {
  /** An empty database, for the whole suite. */
  open(): Promise<Database>;
  /** The same data as a process finds it that comes after one which was killed. The first stays usable to look at. */
  openAfterCrash(): Promise<Database>;
  /** Closes all that was opened. */
  close(): Promise<void>;
}

export const KEY: KeySource = {
  type: 'value',
  name: 'TEST_KEY',
  value: new Secret(Buffer.alloc(32, 7).toString('base64')),
};
export const OTHER_KEY: KeySource = {
  type: 'value',
  name: 'TEST_KEY',
  value: new Secret(Buffer.alloc(32, 8).toString('base64')),
};

export const NETWORK = 'net' as NetworkId;
export const ALICE = '@alice:example.org' as MatrixUserId;
export const MALLORY = '@mallory:example.org' as MatrixUserId;
export const ROOM = '!room:example.org' as RoomId;
export const START = new Date('2026-11-22T12:00:00Z');

/** A store with everything that a test may want to turn. */
export interface Bench {
  readonly database: Database;
  readonly store: OpenStore;
  readonly clock: FakeClock;
  query<Row extends object>(sql: string, ...values: readonly unknown[]): Promise<readonly Row[]>;
}

export async function benchOn(database: Database, owner = 'process-1'): Promise<Bench> {
  const clock = new FakeClock(START);
  return {
    database,
    clock,
    store: await storeOn(database, { key: KEY, owner, clock }),
    query: async <Row extends object>(sql: string, ...values: readonly unknown[]) =>
      (await database.run<Row>({ name: '', text: sql }, values)).rows,
  };
}

export function seed(address = 'bob@example.com', server = 'home'): LoginSeed {
  return {
    server: server as ServerKey,
    user: `${server}/${address}` as RemoteUserId,
    address,
    password: new Secret(`password of ${address}`),
  };
}

export function message(id: string, says = `text of ${id}`): MatrixMessage {
  return {
    type: 'message',
    room: ROOM,
    sender: ALICE,
    id: id as EventId,
    at: new Date(START.getTime() - 1_234),
    content: text(says),
  };
}

export function fromMatrix(id: string, lane = 'lane', says?: string): NewRow {
  return { source: 'matrix', lane, event: message(id, says) };
}

export function remoteMessage(id: string): RemoteMessage {
  return {
    type: 'message',
    chat: 'carol@example.com' as ChatId,
    sender: 'home/carol@example.com' as RemoteUserId,
    senderName: 'Carol',
    id: id as RemoteMessageId,
    at: new Date(START.getTime() - 99),
    content: text(`text of ${id}`),
  };
}

export function fromRemote(id: string, lane = 'lane'): NewRow {
  return { source: 'remote', lane, login: 'net/home/bob@example.com' as LoginId, event: remoteMessage(id) };
}

export function contact(name: string, data: unknown = { version: 1, lists: ['forward'] }): Contact {
  const address = `${name.toLowerCase()}@example.com`;
  return {
    id: `home/${address}` as RemoteUserId,
    chat: address as ChatId,
    address,
    name,
    presence: { availability: 'away', label: 'On the phone', message: 'back at five' },
    data,
  };
}
