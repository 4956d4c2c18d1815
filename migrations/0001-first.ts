// The first tables. Never changed once released: a later change is a migration of its own.

import { sql, type Kysely } from 'kysely';

const STATEMENTS = [
  // Both are shared by all sessions, so that a login that is removed and comes back never sees an old number again.
  sql`create sequence session_epoch`,
  sql`create sequence session_token`,

  sql`create table session (
    login text primary key,
    network text not null,
    server text not null,
    address text not null,
    remote_user text not null,
    matrix_user text not null,
    wanted_on boolean not null,
    wanted_status text,
    wanted_nick text,
    state_kind text not null,
    state_sentence text not null,
    state_at timestamptz not null,
    connected_at timestamptz,
    protocol text,
    roster_serial text,
    ticket bytea,
    ticket_expires_at timestamptz,
    password bytea not null,
    epoch bigint not null,
    roster_at timestamptz,
    owner text not null,
    token bigint not null,
    constraint session_account unique (network, server, address)
  )`,

  sql`create table contact (
    login text not null references session on delete cascade,
    remote_id text not null,
    chat text not null,
    address text not null,
    name text not null,
    availability text not null,
    label text not null,
    message text,
    data jsonb,
    position integer not null,
    primary key (login, remote_id)
  )`,

  sql`create table portal (
    login text not null references session on delete cascade,
    chat text not null,
    kind text not null check (kind in ('dm', 'group')),
    remote_user text,
    name text not null,
    room text,
    primary key (login, chat),
    constraint portal_room unique (room)
  )`,

  sql`create table ghost (
    matrix_user text primary key,
    network text not null,
    remote_user text not null,
    name text not null
  )`,

  sql`create table management_room (
    matrix_user text primary key,
    room text not null,
    constraint management_room_room unique (room)
  )`,

  sql`create table hs_txn (
    txn_id text primary key,
    at timestamptz not null
  )`,

  // Finished rows stay for a while, without their body: they are what a repeated event is recognized by.
  sql`create table inbox (
    seq bigint generated always as identity primary key,
    source text not null check (source in ('matrix', 'remote')),
    external_id text not null,
    lane text not null,
    login text,
    kind text not null,
    body jsonb,
    sealed bytea,
    version smallint not null,
    received_at timestamptz not null,
    state text not null default 'waiting' check (state in ('waiting', 'done', 'failed')),
    error text,
    constraint inbox_external unique (source, external_id)
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`,
  // Nulls first, of which there are none: so only this index gives the order that the oldest row is asked for in, and a
  // plan made while the table is empty cannot choose to go through the primary key.
  sql`create index inbox_waiting on inbox (lane, seq nulls first) where state = 'waiting'`,

  // No foreign key to inbox: it would lock the inbox row at every piece. Pruning takes both.
  sql`create table outbox (
    inbox_seq bigint not null,
    part integer not null,
    state text not null check (state in ('ready', 'intent', 'accepted', 'failed', 'uncertain')),
    epoch bigint not null,
    content jsonb,
    primary key (inbox_seq, part)
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`,

  sql`create table message_map (
    login text not null,
    chat text not null,
    event_id text not null,
    part integer not null,
    remote_id text,
    at timestamptz not null,
    primary key (login, chat, event_id, part)
  )`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await statement.execute(db);
}
