// Builds every part by hand and puts them together. The list in `startApp` is the picture of the program.

import { randomBytes, randomUUID } from 'node:crypto';
import { Bridge } from './bridge/bridge.ts';
import type { Cancel, Clock } from './bridge/clock.ts';
import { type CrashPoints, NO_CRASH, withCrashPoints } from './bridge/crash-points.ts';
import { BridgeError } from './bridge/errors.ts';
import type { NetworkId } from './bridge/ids.ts';
import type { MatrixSink } from './bridge/matrix.ts';
import type { Network } from './bridge/network.ts';
import type { Log } from './bridge/log.ts';
import { Pages } from './bridge/pages.ts';
import type { Secret } from './bridge/secret.ts';
import type { Config } from './config/config.ts';
import { Drain } from './drain.ts';
import { type MatrixSide, openMatrix } from './matrix/matrix.ts';
import type { ProvisioningAccess } from './matrix/provisioning-http.ts';
import { createMsnNetwork } from './networks/msn/network.ts';
import type { KeySource } from './store/keys.ts';
import { openStore, type OpenStore } from './store/store.ts';

const SWEEP_EVERY_MS = 30_000;
const DATABASE_LOOK_MS = 2_000;
const HOMESERVER_LOOK_MS = 2_000;
const HOMESERVER_ATTEMPTS = 8;
const PAGE_TOKEN_BYTES = 32;
const RESEAL_PAUSE_MS = 200;
const RESEAL_AGAIN_MS = 30_000;

/** The environment variable that takes the place of the key file. */
export const KEY_VARIABLE = 'BRIDGE_SECRET_KEY';

export interface AppParts {
  readonly clock: Clock;
  readonly log: Log;
  /** The key that secrets are sealed with, if it is not in a file. */
  readonly key?: Secret | undefined;
  /** Further networks beside those of the configuration. */
  readonly networks?: readonly Network[];
  /** Another process has taken the database over: this one must end at once. */
  readonly onLost: (error: BridgeError) => void;
  /** Where a test may end the process. */
  readonly crashPoints?: CrashPoints;
}

export interface App {
  /** Where the homeserver is listened for. */
  readonly port: number;
  /** Takes no more, finishes what is in hand, signs everybody off. */
  stop(): Promise<void>;
  /** What of this is not done yet; the first is under way. */
  left(): readonly string[];
}

/** Throws `ConfigError` or `BridgeError` (`database`, `homeserver`) with a sentence for the operator. */
export async function startApp(config: Config, parts: AppParts): Promise<App> {
  const { clock, log, key, networks: others = [], crashPoints = NO_CRASH, onLost } = parts;
  const networks = [
    createMsnNetwork({ profiles: config.msn.profiles, clock, log: log.child({ part: 'msn' }) }),
    ...others,
  ];
  const pages = pagesOf(config, clock);
  const opened = await openStore({
    database: databaseOf(config),
    key: keyOf(config, key),
    owner: randomUUID(),
    clock,
    crashPoints,
    onTrouble: (error) => log.warn({ err: error }, 'an idle database connection broke'),
    onWait: () => log.warn({}, 'another process uses the database: waiting for it to end'),
    onLost,
  });
  const store = withCrashPoints('store', opened, crashPoints);
  const drain = new Drain();
  drain.add('the database', async () => store.close());
  try {
    if (store.migrated.length > 0) log.info({ migrations: store.migrated }, 'database brought up to date');
    await refuseLostServers(config, store, networks);

    let matrix: MatrixSide | undefined;
    const bridge = await Bridge.open({
      networks,
      store,
      permissions: config.permissions,
      presence: { mode: config.presence.mode, requestsPerSecond: config.presence.requests_per_second },
      spaces: config.bridge.spaces,
      messagePatienceMs: config.bridge.message_patience_minutes * 60_000,
      logoutRooms: config.bridge.logout_rooms,
      pages,
      clock,
      log: log.child({ part: 'bridge' }),
      openMatrix: async (sink) => {
        matrix = await openMatrix({ ...matrixOptions(config, networks, watched(sink), { clock, log }), pages });
        return withCrashPoints('matrix', matrix, crashPoints);
      },
    });
    if (!matrix) throw new BridgeError('bug', 'No Matrix side was opened.');
    const side = matrix;
    const watch = new DatabaseWatch(store, clock, async () => side.ping());
    drain.add('connections with the homeserver', async () => side.stop());
    await bridge.prepare();
    await side.start();
    drain.add('messages in hand, and signing everybody off', async () => bridge.stop());
    drain.add('requests of the homeserver', async () => side.stopIntake());
    drain.add('looking for the database', async () => watch.stop());
    await findHomeserver(side, clock, log);
    await bridge.resume();
    drain.add('sweeping the journal', sweepRegularly(store, clock, log));
    drain.add('sealing secrets anew', resealAll(store, clock, log));
    return { port: side.port, stop: async () => drain.stop(), left: () => drain.left() };

    /** A transaction that could not be committed is sent again by the homeserver, but only minutes later: ping sooner. */
    function watched(sink: MatrixSink): MatrixSink {
      return {
        ephemeral: (event) => sink.ephemeral(event),
        provision: async (user, request) => sink.provision(user, request),
        transaction: async (events) => {
          try {
            await sink.transaction(events);
          } catch (error) {
            if (error instanceof BridgeError && error.retriable) watch.begin();
            throw error;
          }
        },
      };
    }
  } catch (error) {
    await drain.stop();
    throw error;
  }
}

/** A homeserver that is just starting, or has just lost us, gets a little time; what waiting cannot cure ends at once. */
async function findHomeserver(side: MatrixSide, clock: Clock, log: Log): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await side.checkHomeserver();
    } catch (error) {
      if (!(error instanceof BridgeError) || !error.retriable || attempt === HOMESERVER_ATTEMPTS) throw error;
      log.warn({ attempt, of: HOMESERVER_ATTEMPTS, reason: error.message }, 'homeserver not found yet, looking again');
      log.debug({ err: error }, 'why the homeserver was not found');
      await new Promise<void>((resolve) => clock.after(HOMESERVER_LOOK_MS, resolve));
    }
  }
}

/** Waits for the database to come back, once. */
export class DatabaseWatch {
  readonly #store: Pick<OpenStore, 'ready'>;
  readonly #clock: Clock;
  readonly #onBack: () => Promise<void>;
  #waiting: Cancel | undefined;
  #stopped = false;

  constructor(store: Pick<OpenStore, 'ready'>, clock: Clock, onBack: () => Promise<void>) {
    this.#store = store;
    this.#clock = clock;
    this.#onBack = onBack;
  }

  begin(): void {
    if (this.#waiting || this.#stopped) return;
    this.#waiting = this.#clock.after(DATABASE_LOOK_MS, () => void this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting?.();
    this.#waiting = undefined;
  }

  async #look(): Promise<void> {
    this.#waiting = undefined;
    try {
      await this.#store.ready();
      await this.#onBack();
    } catch {
      this.begin();
    }
  }
}

function sweepRegularly(store: Pick<OpenStore, 'sweep'>, clock: Clock, log: Log): () => Promise<void> {
  let next: Cancel | undefined;
  let sweeping: Promise<void> = Promise.resolve();
  let stopped = false;
  const sweep = async (): Promise<void> => {
    try {
      log.debug({ rows: await store.sweep(clock.now()) }, 'finished journal rows swept away');
    } catch (error) {
      log.warn({ err: error }, 'finished journal rows could not be swept away');
    }
    if (stopped) return;
    next = clock.after(SWEEP_EVERY_MS, () => {
      sweeping = sweep();
    });
  };
  sweeping = sweep();
  return async () => {
    stopped = true;
    next?.();
    await sweeping;
  };
}

/** Where there are older keys: makes them superfluous, by and by, and says so. */
function resealAll(store: Pick<OpenStore, 'olderKeys' | 'reseal'>, clock: Clock, log: Log): () => Promise<void> {
  const { olderKeys } = store;
  let next: Cancel | undefined;
  let stopped = false;
  let resealed = 0;
  let working: Promise<void> = Promise.resolve();
  const later = (afterMs: number): void => {
    if (stopped) return;
    next = clock.after(afterMs, () => {
      working = work();
    });
  };
  const work = async (): Promise<void> => {
    try {
      const count = await store.reseal();
      resealed += count;
      if (count > 0) later(RESEAL_PAUSE_MS);
      else log.info({ resealed, olderKeys }, 'everything is sealed with the first key: the others can be taken away');
    } catch (error) {
      log.warn({ err: error }, 'secrets could not be sealed anew, trying again');
      later(RESEAL_AGAIN_MS);
    }
  };
  if (olderKeys > 0) working = work();
  return async () => {
    stopped = true;
    next?.();
    await working;
  };
}

/** A server key is part of every remote id: it may not vanish while logins use it. */
async function refuseLostServers(config: Config, store: OpenStore, networks: readonly Network[]): Promise<void> {
  for (const network of networks) {
    const known = new Set(network.servers.map((server) => server.key));
    const lost = (await store.serversInUse(network.id)).filter((server) => !known.has(server));
    if (lost.length === 0) continue;
    throw config.fault(
      ['networks', network.id, 'servers'],
      `${lost.join(', ')} is missing or was renamed, but accounts use it. Put it back under its old key; its name and addresses may change.`,
    );
  }
}

function databaseOf(config: Config): Parameters<typeof openStore>[0]['database'] {
  const { url, directory } = config.database;
  return url === undefined ? { type: 'embedded', directory } : { type: 'postgres', url };
}

function keyOf(config: Config, key: Secret | undefined): KeySource {
  if (key) return { type: 'value', name: `the environment variable ${KEY_VARIABLE}`, value: key };
  return { type: 'file', path: config.secrets.key_file };
}

/** Undefined as long as the configuration names no address for browsers. */
function pagesOf({ appservice: { public_url: publicUrl } }: Config, clock: Clock): Pages | undefined {
  if (publicUrl === undefined) return undefined;
  return new Pages({ publicUrl, clock, token: () => randomBytes(PAGE_TOKEN_BYTES).toString('base64url') });
}

/** Undefined as long as the configuration lets nobody in. */
function provisioningOf({ provisioning }: Config): ProvisioningAccess | undefined {
  const { shared_secret: secret, openid, origins } = provisioning;
  if (secret === undefined && !openid) return undefined;
  return { ...(secret && { sharedSecret: secret }), openId: openid, origins };
}

function matrixOptions(
  config: Config,
  networks: readonly { readonly id: NetworkId }[],
  sink: MatrixSink,
  parts: { readonly clock: Clock; readonly log: Log },
): Parameters<typeof openMatrix>[0] {
  const { homeserver, appservice } = config;
  return {
    homeserverUrl: homeserver.url.replace(/\/$/u, ''),
    domain: homeserver.domain,
    bridgeId: appservice.id,
    asToken: appservice.as_token,
    hsToken: appservice.hs_token,
    botLocalpart: appservice.bot,
    ghostPrefix: appservice.ghost_prefix,
    networks: networks.map((network) => network.id),
    listen: appservice.listen,
    provisioning: provisioningOf(config),
    log: parts.log.child({ part: 'matrix' }),
    sink,
    clock: parts.clock,
  };
}
