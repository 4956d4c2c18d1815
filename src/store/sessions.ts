// The session port on its tables: logins, who owns them, what is sealed of them. Knows no network.

import { sql, type UpdateQueryBuilder, type UpdateResult } from 'kysely';
import type { Clock } from '../bridge/clock.ts';
import { accountTaken } from '../bridge/errors.ts';
import type { Contact, LoginState, LoginStateKind } from '../bridge/events.ts';
import {
  loginId,
  type LoginId,
  type MatrixUserId,
  type NetworkId,
  type RemoteUserId,
  type ServerKey,
} from '../bridge/ids.ts';
import type { LoginSeed, SessionMemory } from '../bridge/network.ts';
import { Secret } from '../bridge/secret.ts';
import type { Lease, SessionRecord, SessionStore } from '../bridge/store.ts';
import type { Database } from './database.ts';
import { brokenUnique, fenced } from './errors.ts';
import { storable, toJson } from './json.ts';
import { passwordPlace, ticketPlace } from './places.ts';
import { Rosters } from './roster.ts';
import type { Row, Schema } from './schema.ts';
import type { Sealer } from './sealed.ts';

const NEXT_TOKEN = sql<number>`nextval('session_token')`;
const NEXT_EPOCH = sql<number>`nextval('session_epoch')`;

type SessionUpdate = UpdateQueryBuilder<Schema, 'session', 'session', UpdateResult>;

export class SqlSessions implements SessionStore {
  readonly #database: Database;
  readonly #sealer: Sealer;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #owner: string;
  readonly #rosters: Rosters;

  /** @param owner this process, as no other is called. */
  constructor(database: Database, sealer: Sealer, clock: Pick<Clock, 'now'>, owner: string) {
    this.#database = database;
    this.#sealer = sealer;
    this.#clock = clock;
    this.#owner = owner;
    this.#rosters = new Rosters(database);
  }

  async claimAll(): Promise<readonly SessionRecord[]> {
    const rows = await this.#database.kysely
      .updateTable('session')
      .set({ owner: this.#owner, token: NEXT_TOKEN })
      .returningAll()
      .execute();
    return rows.map((row) => this.#fromRow(row));
  }

  async put(network: NetworkId, user: MatrixUserId, seed: LoginSeed): Promise<SessionRecord> {
    try {
      return this.#fromRow(await this.#put(network, user, seed));
    } catch (error) {
      if (brokenUnique(error) === 'session_account') throw accountTaken(error);
      throw error;
    }
  }

  async setWanted(lease: Lease, wanted: SessionRecord['wanted']): Promise<void> {
    await this.#update(lease, (session) =>
      session.set({
        wanted_on: wanted.on,
        wanted_status: storableOrNull(wanted.status),
        wanted_nick: storableOrNull(wanted.nick),
        wanted_message: storableOrNull(wanted.message),
        wanted_playing: storableOrNull(wanted.playing),
        wanted_follow_name: wanted.followName ?? false,
      }),
    );
  }

  async recordState(lease: Lease, state: LoginState): Promise<void> {
    await this.#update(lease, (session) =>
      session.set({
        state_kind: state.kind,
        state_sentence: storable(state.sentence),
        state_at: state.at,
        ...(state.kind === 'connected' && { connected_at: state.at }),
      }),
    );
  }

  async remember(lease: Lease, memory: SessionMemory): Promise<void> {
    const { ticket } = memory;
    await this.#update(lease, (session) =>
      session.set({
        protocol: memory.protocol,
        state: memory.state === undefined ? null : toJson(memory.state),
        ticket: ticket === undefined ? null : this.#sealer.seal(ticket.value.reveal(), ticketPlace(lease.id)),
        ticket_expires_at: ticket?.expiresAt ?? null,
      }),
    );
  }

  async nextEpoch(lease: Lease): Promise<number> {
    const row = await this.#database.kysely
      .updateTable('session')
      .set({ epoch: NEXT_EPOCH })
      .where('login', '=', lease.id)
      .where('token', '=', lease.token)
      .returning('epoch')
      .executeTakeFirst();
    if (row === undefined) throw fenced();
    return row.epoch;
  }

  /** Contacts and portals go with the row. */
  async remove(lease: Lease): Promise<void> {
    const { rows } = await sql<{ login: string }>`
      with gone as (
        delete from session where login = ${lease.id} and token = ${lease.token} returning login
      ), pairs as (
        delete from message_map where login in (select login from gone)
      )
      select login from gone`.execute(this.#database.kysely);
    if (rows.length === 0 && (await this.#isThere(lease))) throw fenced();
  }

  async saveRoster(lease: Lease, contacts: readonly Contact[], at: Date): Promise<void> {
    await this.#rosters.replace(lease, contacts, at);
  }

  async saveContact(lease: Lease, contact: Contact): Promise<void> {
    await this.#rosters.change(lease, contact);
  }

  async roster(login: LoginId): Promise<{ readonly contacts: readonly Contact[]; readonly at: Date | undefined }> {
    return this.#rosters.read(login);
  }

  /** The servers that logins of a network are on: none of them may be renamed. */
  async serversInUse(network: NetworkId): Promise<readonly ServerKey[]> {
    const rows = await this.#database.kysely
      .selectFrom('session')
      .select('server')
      .distinct()
      .where('network', '=', network)
      .orderBy('server')
      .execute();
    return rows.map((row) => row.server as ServerKey);
  }

  async idle(): Promise<void> {
    await this.#rosters.idle();
  }

  async #put(network: NetworkId, user: MatrixUserId, seed: LoginSeed): Promise<Row<'session'>> {
    const login = loginId(network, seed.user);
    const password = this.#sealer.seal(seed.password.reveal(), passwordPlace(login));
    return this.#database.kysely.transaction().execute(async (db) => {
      // Again if somebody else's first attempt was committed between the two statements.
      for (let attempt = 0; attempt < 3; attempt++) {
        await sql`
          delete from session where matrix_user <> ${user} and connected_at is null
            and state_kind in ('bad-credentials', 'refused')
            and (login = ${login} or (network, server, address) = (${network}, ${seed.server}, ${seed.address}))`.execute(
          db,
        );
        const { rows } = await sql<Row<'session'>>`
          insert into session as s (login, network, server, address, remote_user, matrix_user, wanted_on,
            state_kind, state_sentence, state_at, password, epoch, owner, token)
          values (${login}, ${network}, ${seed.server}, ${seed.address}, ${seed.user}, ${user}, true,
            'disconnected', '', ${this.#clock.now()}, ${password}, 0, ${this.#owner}, ${NEXT_TOKEN})
          on conflict (login) do update set
            address = excluded.address, -- as it is spelled now: servers look at capital letters
            password = excluded.password,
            wanted_on = true,
            owner = excluded.owner,
            token = case when s.owner = excluded.owner then s.token else excluded.token end
          where s.matrix_user = excluded.matrix_user
          returning *`.execute(db);
        if (rows[0] !== undefined) return rows[0];
      }
      throw accountTaken();
    });
  }

  async #isThere({ id }: Lease): Promise<boolean> {
    const { kysely } = this.#database;
    return (await kysely.selectFrom('session').select('login').where('login', '=', id).execute()).length > 0;
  }

  /** An update of one session, if it is still ours. */
  async #update(lease: Lease, change: (session: SessionUpdate) => SessionUpdate): Promise<void> {
    const result = await change(this.#database.kysely.updateTable('session'))
      .where('login', '=', lease.id)
      .where('token', '=', lease.token)
      .executeTakeFirst();
    if (result.numUpdatedRows === 0n) throw fenced();
  }

  #fromRow(row: Row<'session'>): SessionRecord {
    return {
      id: row.login as LoginId,
      network: row.network as NetworkId,
      server: row.server as ServerKey,
      user: row.remote_user as RemoteUserId,
      address: row.address,
      matrixUser: row.matrix_user as MatrixUserId,
      password: new Secret(this.#sealer.open(row.password, passwordPlace(row.login))),
      wanted: {
        on: row.wanted_on,
        ...(row.wanted_status !== null && { status: row.wanted_status }),
        ...(row.wanted_nick !== null && { nick: row.wanted_nick }),
        ...(row.wanted_message !== null && { message: row.wanted_message }),
        ...(row.wanted_playing !== null && { playing: row.wanted_playing }),
        ...(row.wanted_follow_name && { followName: true }),
      },
      state: { kind: row.state_kind as LoginStateKind, sentence: row.state_sentence, at: row.state_at },
      connectedAt: row.connected_at ?? undefined,
      epoch: row.epoch,
      memory: this.#memoryOf(row),
      token: row.token,
    };
  }

  #memoryOf(row: Row<'session'>): SessionMemory | undefined {
    if (row.protocol === null) return undefined;
    return {
      protocol: row.protocol,
      ...(row.state !== null && { state: row.state }),
      ...(row.ticket !== null &&
        row.ticket_expires_at !== null && {
          ticket: {
            value: new Secret(this.#sealer.open(row.ticket, ticketPlace(row.login))),
            expiresAt: row.ticket_expires_at,
          },
        }),
    };
  }
}

function storableOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}
