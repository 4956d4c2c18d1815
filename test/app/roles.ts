// Everybody who may meet the bridge, each with what they could have got hold of, and what became of something they did.
// Knows the core and its tables; not which outcome is right.

import type { BridgeError } from '../../src/bridge/errors.ts';
import { type MatrixEphemeral, plainText } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { NetworkCommand } from '../../src/bridge/network.ts';
import type { ProvisioningRequest } from '../../src/bridge/provisioning-types.ts';
import type { Database } from '../../src/store/database.ts';
import { Core } from './core.ts';

export const ROLES = {
  /** A user of the same homeserver whom the configuration shuts out. */
  shutOut: '@nobody:hs.test',
  /** Who was permitted, and is not any more: an account, rooms of its chats and a room for commands are still there. */
  former: '@carol:hs.test',
  /** A user of another homeserver, whom it does not name. */
  foreigner: '@mallory:elsewhere.test',
  /** Somebody who may use the bridge, and does. */
  other: '@bert:hs.test',
  admin: '@admin:hs.test',
  /** Whose account and whose rooms it is all about. */
  owner: '@alice:hs.test',
} as const satisfies Record<string, string>;

export type Role = keyof typeof ROLES;

export const ROLE_NAMES = Object.keys(ROLES) as readonly Role[];

/**
 * `nothing`: nobody says a word. `refused`: they are told that it is not done. `answered`: they are told something else, which
 * is their own affair. `done`: something of the owner's, or of who was one, is not what it was.
 */
export type Outcome = 'nothing' | 'refused' | 'answered' | 'done';

const REFUSALS =
  /may not|not permitted|Only (those|@)|You have no|are not carried|Nobody can be put out|Another Matrix user|was not sent/;

/** What is written down of one account, and of its user. */
const TABLES = [
  'session',
  'portal',
  'contact_request',
  'space',
  'board',
  'choice',
  'network_choice',
  'sign_in_notice',
  'private_name',
];

export class Stage {
  readonly core: Core;
  /** Of the owner. */
  readonly commands: RoomId;
  readonly portal: RoomId;
  readonly hall: RoomId;
  /** Of who is not permitted any more. */
  readonly former: RoomId;
  readonly formerHall: RoomId;
  /** A room for commands of each, from when all of them were permitted. */
  readonly own: ReadonlyMap<MatrixUserId, RoomId>;
  readonly #database: Database;

  private constructor(
    core: Core,
    database: Database,
    rooms: Pick<Stage, 'commands' | 'portal' | 'hall' | 'former' | 'formerHall' | 'own'>,
  ) {
    this.core = core;
    this.#database = database;
    this.commands = rooms.commands;
    this.portal = rooms.portal;
    this.hall = rooms.hall;
    this.former = rooms.former;
    this.formerHall = rooms.formerHall;
    this.own = rooms.own;
  }

  /** @param ofNetwork commands that the network has besides its own. */
  static async set(database: Database, ofNetwork: readonly NetworkCommand[] = []): Promise<Stage> {
    const core = await Core.open(database, { '*': 'user' });
    const own = new Map<MatrixUserId, RoomId>();
    for (const name of ROLE_NAMES) own.set(user(name), await core.commandRoom(user(name)));
    const commands = own.get(user('owner'))!;
    await core.signedIn(user('owner'), 'alice', commands);
    await core.signedIn(user('other'), 'bert', own.get(user('other')));
    const portal = await core.chat('alice', 'wall');
    core.client('alice').meet('hall-1' as never, ['wall', 'bat']);
    const hall = await core.chat('alice', 'bat', 'hall-1');
    for (const room of [portal, hall]) await core.member(room, user('owner'), 'join');
    await core.signedIn(user('former'), 'carol', own.get(user('former')));
    const former = await core.chat('carol', 'wall');
    core.client('carol').meet('hall-2' as never, ['wall', 'bat']);
    const formerHall = await core.chat('carol', 'bat', 'hall-2');
    for (const room of [former, formerHall]) await core.member(room, user('former'), 'join');
    await core.close();
    core.echo.commands.push(...ofNetwork);
    core.clock.advance(1_000);
    const began = core.clock.now();
    await core.start({ 'hs.test': 'user', [ROLES.shutOut]: 'block', [ROLES.former]: 'block', [ROLES.admin]: 'admin' });
    const stage = new Stage(core, database, { commands, portal, hall, former, formerHall, own });
    await stage.#isBack(began);
    return stage;
  }

  /** Does something as somebody, and looks what came of it. */
  async outcome(attempt: Attempt, role: Role): Promise<Outcome> {
    await this.core.settled();
    const before = await this.#ofOwner();
    const heard = this.#said();
    let refused = false;
    const found = await attempt(new Actor(this, user(role)));
    if (found === 'refused') refused = true;
    await this.core.settled();
    if ((await this.#ofOwner()) !== before) return 'done';
    const { matrix } = this.core;
    const status = typeof found === 'object' && found.event && matrix.statuses.get(found.event)?.at(-1);
    if (status && status.type === 'failed') return 'refused';
    const said = [...this.#said()].flatMap(([id, words]) => (heard.has(id) ? [] : [words]));
    const isOut = typeof found === 'object' && found.invited && matrix.look(found.invited[0]).members.get(found.invited[1]) === 'out'; // prettier-ignore
    if (refused || isOut === true || said.some((one) => REFUSALS.test(one))) return 'refused';
    return said.length > 0 || found === 'answered' ? 'answered' : 'nothing';
  }

  /** Whoever may be is signed in again, and that is written down. */
  async #isBack(since: Date): Promise<void> {
    const isOld = '(connected_at >= $1 and roster_at >= $1) is not true';
    const isMeant = `matrix_user <> '${ROLES.former}'`;
    await this.core.none(`session where ${isMeant} and (state_kind <> 'connected' or ${isOld})`, [since]);
    await this.core.settled();
  }

  /** What the bot and the ghosts have said anywhere. */
  #said(): ReadonlyMap<EventId, string> {
    const { matrix } = this.core;
    const all = matrix.rooms.flatMap((room) => matrix.said(room));
    return new Map(all.map(({ id, content }) => [id, plainText(content)]));
  }

  /** Everything that nobody else is to change. */
  async #ofOwner(): Promise<string> {
    const written = await Promise.all(
      TABLES.map(async (table) => {
        const text = `select to_jsonb(t) as row from ${table} t where login in ('echo/cave/alice', 'echo/cave/carol') order by to_jsonb(t)::text`;
        return (await this.#database.run<{ row: unknown }>({ name: '', text }, [])).rows;
      }),
    );
    const { matrix, echo } = this.core;
    const clients = ['alice', 'carol'].map((address) => {
      const { heard, typed, shown, chosen, isConnected } = echo.clients.get(address)!;
      return { heard, typed, shown, chosen: [...chosen], isConnected };
    });
    const rooms = [this.commands, this.portal, this.hall, this.former, this.formerHall].map((room) =>
      [...matrix.look(room).members].filter(([, standing]) => standing === 'joined'),
    );
    const own = new Set(matrix.events.filter(({ sender }) => sender === user('owner')).map(({ id }) => id));
    const redacted = matrix.redacted.filter((event) => own.has(event));
    return JSON.stringify({ written, clients, rooms, redacted });
  }
}

/** What to look at afterwards. */
export type Found =
  { readonly event?: EventId; readonly invited?: readonly [RoomId, MatrixUserId] } | 'refused' | 'answered' | undefined;
export type Attempt = (who: Actor) => Promise<Found> | Found;

/** Somebody who tries. */
export class Actor {
  readonly stage: Stage;
  readonly core: Core;
  readonly id: MatrixUserId;

  constructor(stage: Stage, id: MatrixUserId) {
    this.stage = stage;
    this.core = stage.core;
    this.id = id;
  }

  get ownRoom(): RoomId {
    return this.stage.own.get(this.id)!;
  }

  async say(room: RoomId, words: string): Promise<Found> {
    return { event: await this.core.say(this.id, room, words) };
  }

  async invite(room: RoomId, target: MatrixUserId): Promise<Found> {
    await this.core.member(room, target, 'invite', this.id);
    return { invited: [room, target] };
  }

  shows(news: MatrixEphemeral): undefined {
    this.core.shows(news);
  }

  /** As a program that speaks for them. */
  async asks(request: ProvisioningRequest): Promise<Found> {
    let ended = false;
    const asking = this.core.provision(this.id, request).finally(() => (ended = true));
    try {
      await Promise.all([asking, this.core.until(() => ended)]);
      return 'answered';
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return 'refused';
    }
  }
}

export function user(role: Role): MatrixUserId {
  return ROLES[role] as MatrixUserId;
}

function isRefusal(error: unknown): error is BridgeError {
  return error instanceof Error && 'code' in error && ['not-permitted', 'not-found'].includes(String(error.code));
}
