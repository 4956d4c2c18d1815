// The Matrix side against a strict homeserver, both on loopback ports, for one test. Knows how to build and end them.

import type { MatrixUserId, NetworkId, RemoteUserId, RoomId } from '../../src/bridge/ids.ts';
import { text } from '../../src/bridge/events.ts';
import type { PortalRoomSpec } from '../../src/bridge/matrix.ts';
import { Secret } from '../../src/bridge/secret.ts';
import { type MatrixOptions, type MatrixSide, openMatrix } from '../../src/matrix/matrix.ts';
import { type Registration, registration } from '../../src/matrix/registration.ts';
import { HomeserverDouble, type HomeserverOptions } from '../support/homeserver/homeserver.ts';
import { type LogLine, keptLog } from '../support/no-log.ts';
import { FakeClock, FakeSink } from './support.ts';

export const NETWORK = 'msn' as NetworkId;

export class Stage implements AsyncDisposable {
  readonly homeserver: HomeserverDouble;
  readonly sink = new FakeSink();
  readonly clock = new FakeClock({ impatient: true });
  readonly log = keptLog();
  readonly #opened: MatrixSide[] = [];
  #txn = 0;

  private constructor(homeserver: HomeserverDouble) {
    this.homeserver = homeserver;
  }

  static async set(options: HomeserverOptions = {}): Promise<Stage> {
    return new Stage(await HomeserverDouble.start({ clockFactor: 0.001, ...options }));
  }

  /** Another life of the bridge: nothing of the last is remembered. */
  async openMatrix(changes: Partial<MatrixOptions> = {}): Promise<MatrixSide> {
    const side = await openMatrix({
      homeserverUrl: this.homeserver.url,
      domain: this.homeserver.serverName,
      bridgeId: 'bridge',
      asToken: new Secret('the-as-token'),
      hsToken: new Secret('the-hs-token'),
      botLocalpart: 'bridgebot',
      ghostPrefix: '',
      networks: [NETWORK],
      listen: { host: '127.0.0.1', port: 0 },
      log: this.log,
      sink: this.sink,
      clock: this.clock,
      ...changes,
    });
    this.#opened.push(side);
    return side;
  }

  /** Opened, listening, and known to the homeserver. */
  async startMatrix(): Promise<MatrixSide> {
    const side = await this.openMatrix();
    await side.start();
    this.homeserver.setRegistration(this.registration(side));
    return side;
  }

  registration(side: MatrixSide, changes: Partial<Registration> = {}): Registration & Record<string, unknown> {
    const data = registration({
      id: 'bridge',
      url: `http://127.0.0.1:${side.port}`,
      asToken: 'the-as-token',
      hsToken: 'the-hs-token',
      domain: this.homeserver.serverName,
      botLocalpart: 'bridgebot',
      ghostPrefix: '',
      networks: [NETWORK],
    });
    return { ...data, ...changes };
  }

  /** What was logged and is no detail. */
  get complaints(): readonly LogLine[] {
    return this.log.lines.filter(({ level }) => level !== 'debug');
  }

  nextTxn(): string {
    return `t${++this.#txn}`;
  }

  async say(side: MatrixSide, room: RoomId, sender: MatrixUserId, what: string): Promise<string> {
    return side.send(room, sender, text(what), { txnId: this.nextTxn() });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const side of this.#opened) await side.stop();
    await this.homeserver.stop();
  }
}

export function bobOf(side: MatrixSide): MatrixUserId {
  return side.ghostId({ network: NETWORK, user: 'server/bob@example.org' as RemoteUserId });
}

let specs = 0;

/** Of another room each time. */
export function portalSpec(user: MatrixUserId, ghosts: readonly MatrixUserId[]): PortalRoomSpec {
  return {
    key: `portal ${user} ${ghosts.join(' ')} ${(specs += 1)}`,
    isDirect: true,
    user,
    ghosts,
    info: {
      network: { id: NETWORK, name: 'The Network' },
      server: { id: 'server', name: 'The Server' },
      channel: { id: 'server/Bob@example.org', name: 'Bob', receiver: 'alice@example.org' },
      kind: 'dm',
    },
  };
}
