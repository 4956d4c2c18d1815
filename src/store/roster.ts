// The cached contact list of a login. Knows contacts as rows; never looks into what a network keeps with them.

import { sql } from 'kysely';
import type { Availability, Contact } from '../bridge/events.ts';
import type { ChatId, LoginId, RemoteUserId } from '../bridge/ids.ts';
import type { Lease } from '../bridge/store.ts';
import type { Database, Statement } from './database.ts';
import { fenced } from './errors.ts';
import { storable, toJson } from './json.ts';
import type { Row } from './schema.ts';
import { Writer } from './writer.ts';

const COLUMNS = `remote_id text, chat text, address text, name text, availability text, label text, message text, data jsonb, groups jsonb`;
const NAMES = `remote_id, chat, address, name, availability, label, message, data, groups`;
const REPLACED = `chat = excluded.chat, address = excluded.address, name = excluded.name,
  availability = excluded.availability, label = excluded.label, message = excluded.message, data = excluded.data,
  groups = excluded.groups`;

/** $1 login, $2 token, $3 time, $4 contacts. */
const REPLACE: Statement = {
  name: 'replace_roster',
  text: `
    with mine as (
      update session set roster_at = $3::timestamptz where login = $1 and token = $2 returning login
    ), given as (
      select * from json_to_recordset($4::json) as r(position integer, ${COLUMNS})
    ), gone as (
      delete from contact where login = $1 and exists (select from mine) and remote_id not in (select remote_id from given)
    ), kept as (
      insert into contact (login, position, ${NAMES}) select login, position, ${NAMES} from mine, given
      on conflict (login, remote_id) do update set position = excluded.position, ${REPLACED}
    )
    select login from mine`,
};

/** $1 contacts with login and token, $2 the logins again (see statements.ts). A new one goes to the end of its list. */
const CHANGE: Statement = {
  name: 'change_contacts',
  text: `
    with given as (
      select * from json_to_recordset($1::json) as r(login text, token bigint, n integer, ${COLUMNS})
    ), mine as (
      select login, token from session where login = any($2::text[]) and (login, token) in (select login, token from given)
      for share
    ), kept as (
      insert into contact (login, position, ${NAMES})
      select login, n + 1 + coalesce((select max(position) from contact where contact.login = given.login), 0), ${NAMES}
      from given join mine using (login, token)
      on conflict (login, remote_id) do update set ${REPLACED}
    )
    select login, token from mine`,
};

interface Change {
  readonly lease: Lease;
  readonly contact: Contact;
}

export class Rosters {
  readonly #database: Database;
  readonly #changes = new Writer<Change, boolean>(async (changes) => this.#change(changes));

  constructor(database: Database) {
    this.#database = database;
  }

  async replace(lease: Lease, contacts: readonly Contact[], at: Date): Promise<void> {
    const unique = [...new Map(contacts.map((contact) => [contact.id, contact])).values()];
    const rows = unique.map((contact, position) => ({ position, ...toRow(contact) }));
    const mine = await this.#database.run(REPLACE, [lease.id, lease.token, at, toJson(rows)]);
    if (mine.count === 0) throw fenced();
  }

  async change(lease: Lease, contact: Contact): Promise<void> {
    if (!(await this.#changes.submit({ lease, contact }))) throw fenced();
  }

  async read(login: LoginId): Promise<{ readonly contacts: readonly Contact[]; readonly at: Date | undefined }> {
    // Two statements would be two moments.
    const { rows } = await sql<{ roster_at: Date | null } & { [C in keyof Row<'contact'>]: Row<'contact'>[C] | null }>`
      select session.roster_at, contact.* from session left join contact using (login)
      where session.login = ${login} order by position, remote_id`.execute(this.#database.kysely);
    return {
      contacts: rows.filter((row): row is Row<'contact'> & typeof row => row.remote_id !== null).map(fromRow),
      at: rows[0]?.roster_at ?? undefined,
    };
  }

  async idle(): Promise<void> {
    await this.#changes.idle();
  }

  async #change(changes: readonly Change[]): Promise<readonly boolean[]> {
    // Of several changes to one contact only the last one counts, and a statement may touch a row once only.
    const last = new Map(changes.map((change) => [`${keyOf(change.lease)} ${change.contact.id}`, change]));
    const rows = [...last.values()].map(({ lease, contact }, n) => ({
      login: lease.id,
      token: lease.token,
      n,
      ...toRow(contact),
    }));
    const mine = await this.#database.run<{ login: string; token: number }>(CHANGE, [
      toJson(rows),
      changes.map(({ lease }) => lease.id),
    ]);
    const ours = new Set(mine.rows.map(({ login, token }) => `${login} ${token}`));
    return changes.map(({ lease }) => ours.has(keyOf(lease)));
  }
}

function keyOf(lease: Lease): string {
  return `${lease.id} ${lease.token}`;
}

function toRow(contact: Contact): object {
  return {
    remote_id: contact.id,
    chat: contact.chat,
    address: contact.address,
    name: storable(contact.name),
    availability: contact.presence.availability,
    label: contact.presence.label,
    message: contact.presence.message ?? null,
    data: contact.data ?? null,
    groups: contact.groups?.map(storable) ?? null,
  };
}

function fromRow(row: Row<'contact'>): Contact {
  return {
    id: row.remote_id as RemoteUserId,
    chat: row.chat as ChatId,
    address: row.address,
    name: row.name,
    presence: {
      availability: row.availability as Availability,
      label: row.label,
      ...(row.message !== null && { message: row.message }),
    },
    data: row.data ?? undefined,
    ...(row.groups !== null && { groups: row.groups as readonly string[] }),
  };
}
