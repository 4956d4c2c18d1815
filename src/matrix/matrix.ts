// The Matrix side of the bridge, put together: the core's port on the application service library.
// Knows all rooms of this floor; decides nothing that one of them could.

import { AppServiceRegistration, Bridge } from 'matrix-appservice-bridge';
import type { Clock } from '../bridge/clock.ts';
import type { MatrixUserId, NetworkId } from '../bridge/ids.ts';
import type { Log } from '../bridge/log.ts';
import type { Matrix, MatrixSink } from '../bridge/matrix.ts';
import type { Pages } from '../bridge/pages.ts';
import type { Secret } from '../bridge/secret.ts';
import { asUserId } from './checks.ts';
import { bridgeState } from './bridge-info.ts';
import { toEditContent, toMessageContent } from './content.ts';
import { isNotFound, isRefusedFor, toBridgeError } from './errors.ts';
import { GhostIds } from './ghost-ids.ts';
import { Health } from './health.ts';
import { History } from './history.ts';
import { HomeserverHttp } from './http.ts';
import { Intake } from './intake.ts';
import { Making } from './making.ts';
import { CLIENT, Intents } from './intent.ts';
import { serveLibrary } from './library-http.ts';
import { routeLibraryLog } from './library-log.ts';
import { Markers } from './marker.ts';
import { Memberships } from './memberships.ts';
import { displayNameOf, presenceOf } from './people.ts';
import { PageHttp } from './page-http.ts';
import { Profiles } from './profiles.ts';
import { type ProvisioningAccess, ProvisioningHttp } from './provisioning-http.ts';
import { quoteOf } from './quotes.ts';
import { registration } from './registration.ts';
import { RoomState } from './room-state.ts';
import { Rooms } from './rooms.ts';
import { Sends } from './sends.ts';
import { Spaces } from './spaces.ts';
import { toPieces } from './pieces.ts';
import { showPresence, showStatus } from './presence.ts';
import { roomPrivacy } from './privacy.ts';
import { STATUS_TYPE, toStatusContent } from './status.ts';
import { cleanName } from './text.ts';
import { RoomUpgrades } from './upgrades.ts';

export interface MatrixOptions {
  readonly homeserverUrl: string;
  readonly domain: string;
  /** The id in the registration. */
  readonly bridgeId: string;
  readonly asToken: Secret;
  readonly hsToken: Secret;
  readonly botLocalpart: string;
  /** Before a network's name in ghost ids; may be empty. */
  readonly ghostPrefix: string;
  readonly networks: readonly NetworkId[];
  readonly listen: { readonly host: string; readonly port: number };
  readonly log: Log;
  readonly sink: MatrixSink;
  /** Undefined: there is no provisioning API. */
  readonly provisioning?: ProvisioningAccess | undefined;
  /** Pages for users' browsers; undefined: there are none. */
  readonly pages?: Pages | undefined;
  readonly clock: Clock;
}

export interface MatrixSide extends Matrix {
  /** Where the homeserver is listened for; 0 before `start`. */
  readonly port: number;
  /** Listens for the homeserver. Calls to it work before. */
  start(): Promise<void>;
  /** Takes no more from the homeserver; what was taken is still answered. Calls to it go on working. */
  stopIntake(): Promise<void>;
  stop(): Promise<void>;
  /** After `start`. Throws `BridgeError('homeserver')` with a sentence that says what is wrong. */
  checkHomeserver(): Promise<void>;
  /** Has the homeserver ask us at once: it may be waiting minutes after we could not take a transaction. */
  ping(): Promise<void>;
}

const TYPING_MAX_MS = 120_000;

export async function openMatrix(options: MatrixOptions): Promise<MatrixSide> {
  const { homeserverUrl, domain, bridgeId, clock, log } = options;
  const bot = `@${options.botLocalpart}:${domain}` as MatrixUserId;
  const ids = new GhostIds({ prefix: options.ghostPrefix, domain, networks: options.networks });
  const http = new HomeserverHttp({ homeserverUrl, clock });
  const unserve = serveLibrary(homeserverUrl, http);
  routeLibraryLog(log);
  const bridge = new Bridge({
    homeserverUrl,
    domain,
    registration: toLibraryRegistration(options),
    // The intake hands events to the sink and none to the library.
    controller: { onEvent: () => undefined },
    disableStores: true,
    logRequestOutcome: false,
    escapeUserIds: false,
    queue: { type: 'none' },
    intentOptions: { bot: { dontCheckPowerLevel: true }, clients: { dontCheckPowerLevel: true } },
  });
  await bridge.initialise();

  const memberships = new Memberships();
  const intents = new Intents({ bridge, http, asToken: options.asToken, bot, memberships });
  const markers = new Markers(options.asToken);
  const sends = new Sends({ intents, markers, log });
  const profiles = new Profiles(intents, log);
  const making = new Making({
    intents,
    bot,
    domain,
    prefix: options.ghostPrefix,
    asToken: options.asToken,
    onNew: (room) => sends.noteNew(room),
    log,
  });
  const rooms = new Rooms({ intents, making, bot, bridgeId, clock, log });
  const state = new RoomState(intents, bot);
  const spaces = new Spaces({ state, domain, log });
  const upgrades = new RoomUpgrades(state);
  const health = new Health({ intents, bot, homeserverUrl, bridgeId });
  const isOurs = (user: string): boolean => user === bot || ids.isGhost(user);
  const history = new History({ intents, bot, isOurs });
  const provisioning =
    options.provisioning &&
    new ProvisioningHttp({
      access: options.provisioning,
      domain,
      bridgeId,
      isOurs,
      http,
      provision: (user, request) => options.sink.provision(user, request),
      clock,
      log,
    });
  const intake = new Intake({
    hsToken: options.hsToken,
    sink: options.sink,
    isOurs,
    knowsUser: (user) => user === bot || profiles.knows(user),
    onMember: ({ room, user, membership }) => {
      if (isOurs(user)) memberships.set(room, user, membership);
    },
    onEcho: ({ content, ...where }) => {
      const txnId = markers.read(content, where);
      if (txnId !== undefined) sends.noteEcho({ ...where, txnId });
    },
    isReady: () => health.ready,
    provisioning,
    pages: options.pages && new PageHttp(options.pages),
    clock,
    log,
  });

  return {
    bot,
    get port() {
      return intake.port;
    },
    start: () => bridge.listen(options.listen.port, options.listen.host, 128, intake),
    stopIntake: () => intake.close(),
    async stop() {
      await intake.close();
      await bridge.close();
      await http.close();
      unserve();
    },
    checkHomeserver: () => health.check(),
    ping: () => health.ping(),

    ghostId: (ghost) => ids.toUserId(ghost),
    ghostOf: (user) => ids.fromUserId(user),
    isGhost: (user) => ids.isGhost(user),
    ensureGhost: (ghost, name) => profiles.ensure(ghost, name),

    renameGhost: (ghost, name) => profiles.rename(ghost, name),
    showPresence: (ghost, presence) => showPresence(intents, ghost, presence),
    showStatus: (ghost, presence) => showStatus(intents, ghost, presence),
    presenceOf: (user) => presenceOf(intents, bot, user),
    displayNameOf: (user) => displayNameOf(intents, bot, user),

    createPortalRoom: (spec) => rooms.createPortalRoom(spec),
    createManagementRoom: (key, user) => rooms.createManagementRoom(key, user),
    createFurniture: (spec) => rooms.createFurniture(spec),
    isBeingMade: (room) => making.isUnderWay(room),
    kept: (key) => making.kept(key),
    async describePortal(room, info) {
      for (const event of bridgeState(bridgeId, bot, info)) {
        await state.write(room, event.type, event.state_key, event.content);
      }
    },

    spaceChildren: (space) => spaces.children(space),
    setSpaceChild: (space, room, link) => spaces.setChild(space, room, link),

    pieces: (content) => toPieces(content),
    async send(room, sender, content, { txnId, at, ...how }) {
      const message = toMessageContent(content, how);
      return sends.send({
        room,
        sender,
        type: 'm.room.message',
        content: message,
        txnId,
        ...(at === undefined ? {} : { at }),
      });
    },
    async edit(room, event, content, txnId) {
      await sends.send({ room, sender: bot, type: 'm.room.message', content: toEditContent(event, content), txnId });
    },
    read: (room, event) => history.read(room, event),
    recent: (room, since) => history.recent(room, since),
    quote: (room, event) => quoteOf(intents, bot, room, event),
    // an empty name is none
    nameRoom: (room, name = '') => state.write(room, 'm.room.name', '', { name: cleanName(name) }),
    pin: (room, event) => state.write(room, 'm.room.pinned_events', '', { pinned: [event] }),
    async sendStatus(room, event, network, status, txnId) {
      const content = toStatusContent(event, network, status);
      await sends.send({ room, sender: bot, type: STATUS_TYPE, content, txnId });
    },
    async markRead(room, event) {
      const path = `${CLIENT}/rooms/${encodeURIComponent(room)}/receipt/m.read/${encodeURIComponent(event)}`;
      try {
        await intents.call(bot, 'POST', path, {});
      } catch (error) {
        // A deleted event needs no receipt.
        if (!isNotFound(error)) throw toBridgeError(error);
      }
    },
    async typing(room, ghost, forMs) {
      const path = `${CLIENT}/rooms/${encodeURIComponent(room)}/typing/${encodeURIComponent(ghost)}`;
      const timeout = Math.min(forMs, TYPING_MAX_MS);
      try {
        await intents.call(ghost, 'PUT', path, timeout > 0 ? { typing: true, timeout } : { typing: false });
      } catch (error) {
        throw toBridgeError(error);
      }
    },
    async react(room, event, key, txnId) {
      const content = { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } };
      try {
        await sends.send({ room, sender: bot, type: 'm.reaction', content, txnId });
      } catch (error) {
        // it is there already
        if (!isRefusedFor(error, 'M_DUPLICATE_ANNOTATION')) throw error;
      }
    },
    redact: (room, event, reason, txnId) => intents.redact(room, event, reason, txnId),

    standing: (room, user) => intents.standing(room, user),
    privacy: (room) => roomPrivacy(intents, bot, room),
    invite: (room, user, { isDirect = false } = {}) => intents.invite(room, user, isDirect),
    join: (room, sender, through) => intents.join(room, sender, through?.slice(through.indexOf(':') + 1)),
    leave: (room, sender, reason) => intents.leave(room, sender, reason),
    abandon: (room, remove = []) => intents.abandon(room, isOurs, remove),
    predecessor: (room, as) => upgrades.predecessor(room, as),
    successor: (room) => upgrades.successor(room),
    async joinedPeople(room) {
      const joined = await intents.joined(room);
      return joined.map(asUserId).filter((user) => user !== undefined && !isOurs(user)) as MatrixUserId[];
    },
  };
}

function toLibraryRegistration({ asToken, hsToken, bridgeId, ...options }: MatrixOptions): AppServiceRegistration {
  const { domain, botLocalpart, ghostPrefix, networks } = options;
  const data = registration({
    id: bridgeId,
    url: 'http://unused.invalid',
    asToken: asToken.reveal(),
    hsToken: hsToken.reveal(),
    domain,
    botLocalpart,
    ghostPrefix,
    networks,
  });
  const { users, aliases, rooms } = data.namespaces;
  return AppServiceRegistration.fromObject({
    ...data,
    namespaces: { users: [...users], aliases: [...aliases], rooms: [...rooms] },
  });
}
