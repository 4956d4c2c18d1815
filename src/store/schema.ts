// The tables as the newest migration leaves them, and the types that follow. Holds no SQL; a test compares it with the database.

import type { ColumnType } from 'kysely';

/** Column → type in the database; `?` where it may be null. */
export const TABLES = {
  session: {
    login: 'text',
    network: 'text',
    server: 'text',
    address: 'text',
    remote_user: 'text',
    matrix_user: 'text',
    wanted_on: 'boolean',
    wanted_status: 'text?',
    wanted_nick: 'text?',
    wanted_message: 'text?',
    wanted_playing: 'text?',
    wanted_follow_name: 'boolean',
    state_kind: 'text',
    state_sentence: 'text',
    state_at: 'timestamp with time zone',
    connected_at: 'timestamp with time zone?',
    protocol: 'text?',
    ticket: 'bytea?',
    ticket_expires_at: 'timestamp with time zone?',
    password: 'bytea',
    epoch: 'bigint',
    roster_at: 'timestamp with time zone?',
    owner: 'text',
    token: 'bigint',
    state: 'jsonb?',
  },
  contact: {
    login: 'text',
    remote_id: 'text',
    chat: 'text',
    address: 'text',
    name: 'text',
    availability: 'text',
    label: 'text',
    message: 'text?',
    data: 'jsonb?',
    position: 'integer',
    groups: 'jsonb?',
  },
  portal: {
    login: 'text',
    chat: 'text',
    kind: 'text',
    remote_user: 'text?',
    name: 'text',
    room: 'text?',
    rooms: 'integer',
    participants: 'jsonb?',
  },
  ghost: { matrix_user: 'text', network: 'text', remote_user: 'text', name: 'text' },
  management_room: { matrix_user: 'text', room: 'text', asking: 'boolean' },
  contact_request: {
    login: 'text',
    remote_user: 'text',
    address: 'text',
    name: 'text',
    event_id: 'text',
    state: 'text',
  },
  space: { login: 'text', grp: 'text', room: 'text' },
  board: { login: 'text', room: 'text', event_id: 'text?', shown: 'text?' },
  choice: { login: 'text', board: 'boolean', group_spaces: 'boolean' },
  network_choice: { login: 'text', name: 'text' },
  sign_in_notice: { login: 'text', remote_user: 'text' },
  private_name: { login: 'text', remote_user: 'text', name: 'text' },
  seen: { source: 'text', external_id: 'text', at: 'timestamp with time zone' },
  retry: {
    notice: 'text',
    login: 'text',
    room: 'text',
    event_id: 'text',
    from_part: 'integer',
    at: 'timestamp with time zone',
  },
  outage: {
    matrix_user: 'text',
    network: 'text',
    server: 'text',
    since: 'timestamp with time zone',
    accounts: 'jsonb',
    room: 'text?',
    event_id: 'text?',
  },
  inbox: {
    seq: 'bigint',
    source: 'text',
    external_id: 'text',
    lane: 'text',
    login: 'text?',
    kind: 'text',
    body: 'jsonb?',
    sealed: 'bytea?',
    version: 'smallint',
    received_at: 'timestamp with time zone',
    state: 'text',
    error: 'text?',
    telling: 'jsonb?',
  },
  outbox: { inbox_seq: 'bigint', part: 'integer', state: 'text', epoch: 'bigint', content: 'jsonb?' },
  message_map: {
    login: 'text',
    chat: 'text',
    event_id: 'text',
    part: 'integer',
    remote_id: 'text?',
    at: 'timestamp with time zone',
  },
} as const;

/** What each type of the database is in a row that was read. A bigint is a number: none of ours passes 2^53. */
interface Cells {
  readonly text: string;
  readonly boolean: boolean;
  readonly smallint: number;
  readonly integer: number;
  readonly bigint: number;
  readonly bytea: Buffer;
  readonly 'timestamp with time zone': Date;
  readonly jsonb: unknown;
}

type Read<C> = C extends `${infer T extends keyof Cells}?` ? Cells[T] | null : C extends keyof Cells ? Cells[C] : never;
/** JSON goes in as its text. */
type Written<C> = C extends 'jsonb' ? string : C extends 'jsonb?' ? string | null : Read<C>;

type Tables = typeof TABLES;

export type Row<T extends keyof Tables> = { readonly [C in keyof Tables[T]]: Read<Tables[T][C]> };

export type Schema = {
  readonly [T in keyof Tables]: {
    readonly [C in keyof Tables[T]]: ColumnType<Read<Tables[T][C]>, Written<Tables[T][C]>, Written<Tables[T][C]>>;
  };
};
