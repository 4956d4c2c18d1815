// The journal's statements. Each takes a whole batch and is one round trip, committed by itself.
//
// They are planned once, perhaps while the tables are empty, and must stay quick when there are a million rows. Hence what
// looks double: `= any($n)` beside a join leaves the planner only the index on that column, and `not in ('done', 'failed')`
// for `= 'waiting'` keeps it from going through all that waits. A test holds them to it.

import type { Statement } from './database.ts';

/** $1 rows, $2 now. Counts what was new: a row that is known already, here or in `seen`, is left out. */
export const ACCEPT: Statement = {
  name: 'accept',
  text: `
    with given as (
      select * from json_to_recordset($1::json) as r(
        n integer, source text, external_id text, lane text, login text, kind text, version smallint, body jsonb,
        sealed text)
    )
    insert into inbox (source, external_id, lane, login, kind, version, body, sealed, received_at)
    select source, external_id, lane, login, kind, version, body, decode(sealed, 'base64'), $2::timestamptz
    from given where (
      select true from seen where seen.source = given.source and seen.external_id = given.external_id limit 1) is null
    order by n
    on conflict (source, external_id) do nothing`,
};

/** `ACCEPT` for one row alone, which is what nearly always comes, and much cheaper without a list. $1 now, then its columns. */
export const ACCEPT_ONE: Statement = {
  name: 'accept_one',
  text: `
    insert into inbox (source, external_id, lane, login, kind, version, body, sealed, received_at)
    select $2, $3, $4, $5, $6, $7::smallint, $8::jsonb, decode($9, 'base64'), $1::timestamptz
    where not exists (select from seen where source = $2 and external_id = $3)
    on conflict (source, external_id) do nothing`,
};

/** $1 event ids. Where rows lie that were committed before, and are not finished. */
export const LANES_OF: Statement = {
  name: 'lanes_of',
  text: `
    select external_id, lane from inbox
    where source = 'matrix' and external_id = any($1::text[]) and state not in ('done', 'failed')`,
};

/** $1 event ids. Those that were never recorded. */
export const MISSING: Statement = {
  name: 'missing',
  text: `
    select id from unnest($1::text[]) as asked(id)
    where (select true from inbox where source = 'matrix' and external_id = asked.id limit 1) is null
      and (select true from seen where source = 'matrix' and external_id = asked.id limit 1) is null`,
};

export const LANES: Statement = {
  name: 'lanes',
  text: `select lane from inbox where state in ('waiting', 'ended') group by lane order by min(seq)`,
};

/** What is sealed is none. */
export const DELETIONS: Statement = {
  name: 'deletions',
  text: `
    select body ->> 'of' as of, body ->> 'sender' as by from inbox
    where state in ('waiting', 'ended') and kind = 'redaction' and body is not null order by seq`,
};

export const BACKLOG: Statement = {
  name: 'backlog',
  text: `select count(*) as rows, min(received_at) as oldest from inbox where state in ('waiting', 'ended')`,
};

/** $1 lanes. The oldest row of each that is not finished, with its pieces. */
export const NEXT: Statement = {
  name: 'next',
  text: `
    select i.*, (
      select json_agg(json_build_object('part', part, 'state', state, 'epoch', epoch, 'content', content) order by part)
      from outbox where inbox_seq = i.seq) as pieces
    from unnest($1::text[]) as wanted(lane)
    cross join lateral (
      select seq, source, external_id, lane, login, kind, version, body, sealed, received_at, state, telling from inbox
      where inbox.lane = wanted.lane and state in ('waiting', 'ended') order by seq nulls first limit 1) i`,
};

/** $1 plans, $2 their rows. A row that no longer waits gets no pieces and is not returned. */
export const INTEND: Statement = {
  name: 'intend',
  text: `
    with given as (
      select * from json_to_recordset($1::json) as r(seq bigint, part integer, epoch bigint, pieces jsonb)
    )
    insert into outbox (inbox_seq, part, state, epoch, content)
    select g.seq, p.n - 1,
      case when p.n - 1 = g.part then 'intent' else 'ready' end,
      case when p.n - 1 = g.part then g.epoch else 0 end,
      p.content
    from given g
    join inbox i on i.seq = g.seq and i.seq = any($2::bigint[]) and i.state not in ('ended', 'done', 'failed')
    cross join lateral jsonb_array_elements(g.pieces) with ordinality as p(content, n)
    on conflict (inbox_seq, part) do update set state = 'intent', epoch = excluded.epoch
      where excluded.state = 'intent'
    returning inbox_seq, part`,
};

/** $1 outcomes, $2 their rows. */
export const SETTLE: Statement = {
  name: 'settle',
  text: `
    update outbox o set state = g.state
    from json_to_recordset($1::json) as g(seq bigint, part integer, state text)
    where o.inbox_seq = g.seq and o.part = g.part and o.inbox_seq = any($2::bigint[])`,
};

/**
 * $1 rows to end, $2 pairs, $3 now, $4 the rows again. Nothing that was written by people stays behind, except for what is
 * still to be told.
 */
export const FINISH: Statement = {
  name: 'finish',
  text: `
    with given as (
      select * from json_to_recordset($1::json) as r(
        seq bigint, state text, error text, carried boolean, telling jsonb)
    ), pieces as (
      update outbox o set content = null, state = case when g.carried then 'accepted' else o.state end
      from given g where o.inbox_seq = g.seq and o.inbox_seq = any($4::bigint[])
    ), pairs as (
      insert into message_map (login, chat, event_id, part, remote_id, at)
      select login, chat, event_id, part, remote_id, $3::timestamptz
      from json_to_recordset($2::json) as r(login text, chat text, event_id text, part integer, remote_id text)
      on conflict do nothing
    )
    update inbox i set state = case when g.telling is null then g.state else 'ended' end,
      error = g.error, telling = g.telling, body = null, sealed = null
    from given g
    where i.seq = g.seq and i.seq = any($4::bigint[]) and i.state not in ('ended', 'done', 'failed')`,
};

/** $1 rows of which all is told. */
export const TOLD: Statement = {
  name: 'told',
  text: `
    update inbox set state = case when error is null then 'done' else 'failed' end, telling = null
    where seq = any($1::bigint[]) and state not in ('waiting', 'done', 'failed')`,
};

/** $1 now, $2 how many. Finished rows go, and leave what they are known by. */
export const SWEEP: Statement = {
  name: 'sweep',
  text: `
    with gone as (
      delete from inbox where seq = any(array(
        select seq from inbox where seq > 0 and state in ('done', 'failed') order by seq limit $2::integer))
      returning seq, source, external_id
    ), pieces as (
      delete from outbox where inbox_seq = any(array(select seq from gone))
    )
    insert into seen (source, external_id, at) select source, external_id, $1::timestamptz from gone
    on conflict do nothing`,
};

/** $1 older than, $2 how many. */
export const FORGET: Statement = {
  name: 'forget',
  text: `
    delete from seen where ctid = any(array(
      select ctid from seen where at < $1::timestamptz order by at limit $2::integer))`,
};

/** The same for what stands on both sides of a chat. */
export const FORGET_PAIRS: Statement = {
  name: 'forget_pairs',
  text: `
    delete from message_map where ctid = any(array(
      select ctid from message_map where at < $1::timestamptz order by at limit $2::integer))`,
};

/** $1 login, $2 chat, $3 event. */
export const WAS_CARRIED: Statement = {
  name: 'was_carried',
  text: `select 1 from message_map where login = $1 and chat = $2 and event_id = $3 limit 1`,
};
