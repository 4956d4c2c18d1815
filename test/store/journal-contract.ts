// What every store promises about the journal: nothing twice, nothing lost, one lane in its order, nothing readable left.

import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type JournaledEvent, text, type MatrixEvent } from '../../src/bridge/events.ts';
import type { ChatId, EventId, LoginId, RemoteMessageId } from '../../src/bridge/ids.ts';
import type { JournalRow, NewRow } from '../../src/bridge/store.ts';
import type { Telling } from '../../src/bridge/telling.ts';
import {
  ALICE,
  fromMatrix,
  fromRemote,
  message,
  NETWORK,
  remoteMessage,
  ROOM,
  seed,
  START,
  type Bench,
} from './harness.ts';

const PORTAL = { login: 'net/home/bob@example.com' as LoginId, chat: 'carol@example.com' as ChatId };
const DAY_MS = 24 * 60 * 60 * 1_000;

export function journalContract(bench: () => Bench, openAfterCrash: () => Promise<Bench>): void {
  const journal = () => bench().store.journal;
  const next = async (lane = 'lane'): Promise<JournalRow> => {
    const open = await journal().next(lane);
    if (open?.type !== 'waiting') throw new Error(`nothing waits in ${lane}`);
    return open.row;
  };
  /** Takes a lane to its end. */
  const drain = async (lane: string): Promise<string[]> => {
    const ids: string[] = [];
    while ((await journal().next(lane)) !== undefined) {
      const row = await next(lane);
      ids.push(row.event.id);
      await journal().finish(row.seq, { type: 'done' });
    }
    return ids;
  };

  test('an event is taken once, with whichever others it comes', async () => {
    expect(await journal().accept([fromMatrix('$1', 'a'), fromMatrix('$2', 'b')])).toEqual(['a', 'b']);
    expect(await drain('a')).toEqual(['$1']);
    expect(await drain('b')).toEqual(['$2']);
    expect(await journal().accept([fromMatrix('$3', 'a'), fromMatrix('$1', 'a'), fromMatrix('$3', 'a')])).toEqual([
      'a',
    ]);
    expect(await drain('a')).toEqual(['$3']);
    expect(await journal().lanes()).toEqual([]);
    expect(await journal().accept([])).toEqual([]);
  });

  test('the backlog is what is not finished, and as old as its oldest', async () => {
    expect(await journal().backlog()).toEqual({ rows: 0, oldest: undefined });
    await journal().accept([fromMatrix('$1', 'a'), fromMatrix('$2', 'b'), fromMatrix('$3', 'b')]);
    await bench().query(`update inbox set received_at = received_at - interval '1 minute' where lane = 'a'`);
    expect(await journal().backlog()).toEqual({ rows: 3, oldest: new Date(START.getTime() - 60_000) });
    await drain('a');
    expect(await journal().backlog()).toEqual({ rows: 2, oldest: START });
  });

  test('an event that comes alone is taken once too', async () => {
    expect(await journal().accept([fromMatrix('$1', 'a')])).toEqual(['a']);
    expect(await journal().accept([fromMatrix('$1', 'a')])).toEqual(['a']);
    expect(await drain('a')).toEqual(['$1']);
    expect(await journal().accept([fromMatrix('$1', 'a')])).toEqual([]);
  });

  test('events that come again still tell the lanes in which its rows wait', async () => {
    await journal().accept([fromMatrix('$1', 'a'), fromMatrix('$2', 'b')]);
    await drain('a');
    expect(await journal().accept([fromMatrix('$1', 'a'), fromMatrix('$2', 'b')])).toEqual(['b']);
  });

  test('the same events twice at once are taken once', async () => {
    const rows = [fromMatrix('$1', 'a')];
    const lanes = await Promise.all(Array.from({ length: 5 }, async () => journal().accept(rows)));
    expect(lanes[0]).toEqual(['a']);
    expect(await drain('a')).toEqual(['$1']);
  });

  test('a remote message is taken once, and is not mistaken for an event of the same id', async () => {
    await journal().append(fromRemote('1'));
    await journal().append(fromRemote('1'));
    await journal().accept([fromMatrix('1')]);
    expect(await drain('lane')).toEqual(['1', '1']);
  });

  test('every kind of row comes back as it was, dates too', async () => {
    const head = { room: ROOM, sender: ALICE, at: new Date(START.getTime() - 5) };
    const events: MatrixEvent[] = [
      {
        ...message('$1'),
        replyTo: '$0' as EventId,
        content: { type: 'text', emote: true, runs: [{ text: 'a', bold: true, color: '#ff0000' }, { text: '\n🙂' }] },
      },
      { type: 'unsupported', ...head, id: '$2' as EventId, what: 'a picture' },
      { type: 'encrypted', ...head, id: '$3' as EventId },
      { type: 'reaction', ...head, id: '$5' as EventId, to: '$1' as EventId, key: '👍' },
      { type: 'redaction', ...head, id: '$6' as EventId, of: '$1' as EventId },
      { ...message('$7'), notice: true },
      { type: 'member', ...head, id: '$4' as EventId, target: ALICE, membership: 'invite', isDirect: true },
    ];
    await journal().accept(events.map((event): NewRow => ({ source: 'matrix', lane: 'lane', event })));
    const { sender: user, at, chat } = remoteMessage('r');
    const news: JournaledEvent[] = [
      remoteMessage('r'),
      {
        type: 'participants',
        id: 'p' as RemoteMessageId,
        at,
        chat,
        participants: [{ user, name: 'C', standing: 'away' }],
      },
      { type: 'contact-request', id: 'q' as RemoteMessageId, at, user, address: 'carol@example.com', name: 'Carol' },
      { type: 'notice', id: 'n' as RemoteMessageId, at, text: 'New mail' },
    ];
    for (const event of news) await journal().append({ source: 'remote', lane: 'lane', login: PORTAL.login, event });
    for (const event of events) {
      const row = await next();
      expect(row).toEqual({ source: 'matrix', lane: 'lane', event, seq: row.seq, receivedAt: START, pieces: [] });
      await journal().finish(row.seq, { type: 'done' });
    }
    for (const event of news) {
      const row = await next();
      expect(row).toMatchObject({ source: 'remote', login: PORTAL.login, event });
      await journal().finish(row.seq, { type: 'done' });
    }
  });

  test('text that the database cannot hold is mended, not refused', async () => {
    await journal().accept([fromMatrix('$1', 'lane', 'nul \0, half \uD83D, whole 🙂, \\u0000')]);
    expect((await next()).event).toMatchObject({
      content: { runs: [{ text: 'nul \uFFFD, half \uFFFD, whole 🙂, \\u0000' }] },
    });
  });

  test('200 appends at once keep their order, lane by lane', async () => {
    const ids = Array.from({ length: 200 }, (_, index) => `${index}`);
    await Promise.all(ids.map(async (id, index) => journal().append(fromRemote(id, `lane ${index % 3}`))));
    expect(await journal().lanes()).toEqual(['lane 0', 'lane 1', 'lane 2']);
    for (const lane of [0, 1, 2]) {
      expect(await drain(`lane ${lane}`)).toEqual(ids.filter((_, index) => index % 3 === lane));
    }
  });

  test('transactions and messages from a network share one order', async () => {
    const writes = Array.from({ length: 50 }, async (_, index) =>
      index % 2 === 0 ? journal().append(fromRemote(`${index}`)) : journal().accept([fromMatrix(`${index}`)]),
    );
    await Promise.all(writes);
    expect(await drain('lane')).toEqual(Array.from({ length: 50 }, (_, index) => `${index}`));
  });

  test('a row that the database refuses fails alone', async () => {
    const tooLong = randomBytes(8_000).toString('hex'); // for an index
    const rows = ['1', tooLong, '2', '3'].map((id) => fromRemote(id));
    const [first, bad, ...others] = await Promise.allSettled(rows.map(async (row) => journal().append(row)));
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'database', retriable: false } });
    expect([first, ...others].map((result) => result?.status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(await drain('lane')).toEqual(['1', '2', '3']);
  });

  test('lanes come oldest row first; a finished one is gone', async () => {
    let count = 0;
    for (const lane of ['c', 'a', 'b', 'c']) await journal().append(fromRemote(`${lane}${count++}`, lane));
    expect(await journal().lanes()).toEqual(['c', 'a', 'b']);
    await drain('c');
    expect(await journal().lanes()).toEqual(['a', 'b']);
    expect(await journal().next('c')).toBeUndefined();
  });

  test('what was not finished is there after a crash, pieces included', async () => {
    await journal().accept([fromMatrix('$1', 'a'), fromMatrix('$2', 'a'), fromMatrix('$3', 'b')]);
    await journal().append({ ...fromRemote('r', 'b'), secret: true });
    const first = await next('a');
    await journal().finish(first.seq, { type: 'done' });
    const second = await next('a');
    await journal().intend(second.seq, [text('one'), text('two')], 0, 4);

    const after = await openAfterCrash();
    expect(await after.store.journal.lanes()).toEqual(['a', 'b']);
    expect(await after.store.journal.next('a')).toMatchObject({
      type: 'waiting',
      row: {
        seq: second.seq,
        event: { id: '$2' },
        pieces: [
          { part: 0, state: 'intent', epoch: 4, content: text('one') },
          { part: 1, state: 'ready', content: text('two') },
        ],
      },
    });
    expect(await after.store.journal.accept([fromMatrix('$3', 'b')])).toEqual(['b']);
  });

  test('a secret row is sealed while it waits and gone afterwards', async () => {
    const says = 'login bob@example.com correct horse';
    await journal().accept([{ ...fromMatrix('$1', 'lane', says), secret: true }]);
    expect(await bench().store.anythingSealed()).toBe(true);
    const [stored] = await bench().query<{ all: string }>('select inbox::text as all from inbox');
    for (const word of ['correct', Buffer.from('correct').toString('hex')]) expect(stored?.all).not.toContain(word);

    const row = await next();
    expect(row).toMatchObject({ secret: true, event: message('$1', says) });
    await journal().finish(row.seq, { type: 'done' });
    expect(await bench().store.anythingSealed()).toBe(false);
  });

  test('pieces: ready, intent, settled, one after the other', async () => {
    await journal().append(fromRemote('1'));
    const { seq } = await next();
    const plan = ['one', 'two', 'three'].map((word) => text(word));
    await journal().intend(seq, plan, 0, 7);
    expect((await next()).pieces.map(({ state, epoch }) => [state, epoch])).toEqual([
      ['intent', 7],
      ['ready', 0],
      ['ready', 0],
    ]);
    await journal().settlePiece(seq, 0, 'accepted');
    await journal().intend(seq, plan, 1, 8);
    await journal().settlePiece(seq, 1, 'uncertain');
    expect((await next()).pieces).toEqual([
      { part: 0, content: text('one'), state: 'accepted', epoch: 7 },
      { part: 1, content: text('two'), state: 'uncertain', epoch: 8 },
      { part: 2, content: text('three'), state: 'ready', epoch: 0 },
    ]);
    await journal().intend(seq, plan, 1, 9);
    expect((await next()).pieces[1]).toMatchObject({ state: 'intent', epoch: 9 });
  });

  test('a piece without an intent can be settled, and leaves nothing', async () => {
    await journal().append(fromRemote('1'));
    const { seq } = await next();
    await journal().settlePiece(seq, 0, 'failed');
    expect((await next()).pieces).toEqual([]);
  });

  test('nothing may be sent for a finished row', async () => {
    await journal().append(fromRemote('1'));
    const { seq } = await next();
    await journal().finish(seq, { type: 'done' });
    await expect(journal().intend(seq, [text('one')], 0, 1)).rejects.toMatchObject({ code: 'database' });
  });

  test('a carried row leaves its pair and nothing that was written', async () => {
    await journal().append(fromRemote('r1'));
    const { seq } = await next();
    await journal().intend(seq, [text('text of one'), text('text of two')], 0, 1);
    const pairs = [
      { event: '$1' as EventId, remote: 'r1' as RemoteMessageId, part: 0 },
      { event: '$1' as EventId, part: 1 },
    ];
    await journal().finish(seq, { type: 'carried', portal: PORTAL, pairs });
    await journal().finish(seq, { type: 'carried', portal: PORTAL, pairs }); // the answer was lost, and it tries again
    expect(await bench().query('select * from message_map order by part')).toEqual([
      { ...PORTAL, event_id: '$1', remote_id: 'r1', part: 0, at: START },
      { ...PORTAL, event_id: '$1', remote_id: null, part: 1, at: START },
    ]);
    expect(await bench().query('select part, state, content from outbox order by part')).toEqual([
      { part: 0, state: 'accepted', content: null },
      { part: 1, state: 'accepted', content: null },
    ]);
    expect(await bench().query('select state, body, sealed, error from inbox')).toEqual([
      { state: 'done', body: null, sealed: null, error: null },
    ]);
    expect(await journal().wasCarried(PORTAL, '$1' as EventId)).toBe(true);
    expect(await journal().wasCarried(PORTAL, '$2' as EventId)).toBe(false);
    expect(await journal().wasCarried({ ...PORTAL, chat: 'another' as ChatId }, '$1' as EventId)).toBe(false);
  });

  test('a failed row keeps the reason and the state of its pieces', async () => {
    await journal().append(fromRemote('r1'));
    const { seq } = await next();
    await journal().intend(seq, [text('one')], 0, 1);
    await journal().settlePiece(seq, 0, 'uncertain');
    await journal().finish(seq, { type: 'failed', error: 'uncertain' });
    expect(await bench().query('select i.state, i.error, i.body, o.state as piece from inbox i, outbox o')).toEqual([
      { state: 'failed', error: 'uncertain', body: null, piece: 'uncertain' },
    ]);
    await journal().append(fromRemote('r1'));
    expect(await journal().next('lane')).toBeUndefined();
  });

  const REPLIES: Telling = { type: 'replies', room: ROOM, to: '$1' as EventId, replies: [text('You are signed out.')] };

  test('a row of which something is to be told keeps its place until that is done', async () => {
    await journal().accept([fromMatrix('$1', 'lane', 'a secret'), fromMatrix('$2')]);
    const { seq } = await next();
    await journal().finish(seq, { type: 'done', telling: REPLIES });
    expect(await bench().query('select state, body from inbox order by seq limit 1')).toEqual([
      { state: 'ended', body: null },
    ]);
    expect(await journal().lanes()).toEqual(['lane']);

    const after = await openAfterCrash();
    expect(await after.store.journal.next('lane')).toEqual({ type: 'ended', seq, telling: REPLIES });
    await journal().told(seq);
    await journal().told(seq);
    expect(await bench().query('select state, telling from inbox order by seq')).toEqual([
      { state: 'done', telling: null },
      { state: 'waiting', telling: null },
    ]);
    expect((await next()).event.id).toBe('$2');
  });

  test('an outcome that stands is not replaced, and nothing more is sent for it', async () => {
    await journal().accept([fromMatrix('$1')]);
    const { seq } = await next();
    await journal().finish(seq, { type: 'failed', error: 'network', telling: REPLIES });
    await journal().finish(seq, { type: 'done' });
    await expect(journal().intend(seq, [text('one')], 0, 1)).rejects.toMatchObject({ code: 'database' });
    expect(await journal().next('lane')).toEqual({ type: 'ended', seq, telling: REPLIES });
    await journal().told(seq);
    expect(await bench().query('select state, error from inbox')).toEqual([{ state: 'failed', error: 'network' }]);
  });

  test('a row that cannot be read says so, and does not stand in the way', async () => {
    await journal().accept([
      { ...fromMatrix('$1'), secret: true },
      ...['$2', '$3', '$4', '$5'].map((id) => fromMatrix(id)),
    ]);
    await bench().query(`update inbox set sealed = '\\x00' where external_id = '$1'`);
    await bench().query(`update inbox set version = 99 where external_id = '$2'`);
    await bench().query(`update inbox set body = body - 'content' where external_id = '$3'`);
    await bench().query(`update inbox set kind = 'song' where external_id = '$4'`);
    for (const why of [/sealed/, /form 99/, /damaged/, /damaged/]) {
      const open = await journal().next('lane');
      if (open?.type !== 'unreadable') throw new Error('it could be read');
      expect(open.error.message).toMatch(why);
      await journal().finish(open.seq, { type: 'failed', error: 'unreadable' });
    }
    expect((await next()).event.id).toBe('$5');
  });

  test('finished rows leave, in batches, and are known all the same', async () => {
    const { clock, store } = bench();
    const many = Array.from({ length: 2_500 }, (_, index) =>
      fromMatrix(`$${index}`, index === 1_200 ? 'waits' : 'lane'),
    );
    await journal().accept(many);
    await bench().query(`update inbox set state = 'done', body = null where lane = 'lane'`);
    await bench().query(`insert into outbox (inbox_seq, part, state, epoch) select seq, 0, 'accepted', 1 from inbox`);
    await journal().append(fromRemote('$7', 'other'));
    await journal().finish((await next('other')).seq, { type: 'done', telling: REPLIES });
    expect(await store.sweep(clock.now())).toBe(2_499);
    expect(await store.sweep(clock.now())).toBe(0);
    expect(await bench().query('select external_id, state from inbox order by seq')).toEqual([
      { external_id: '$1200', state: 'waiting' },
      { external_id: '$7', state: 'ended' },
    ]);
    expect(await bench().query('select count(*) as count from outbox')).toEqual([{ count: 1 }]);
    expect(await journal().accept(many.slice(0, 3))).toEqual([]);
    expect(await journal().accept(many.slice(1_200, 1_201))).toEqual(['waits']);
    await journal().append(fromRemote('$1'));
    expect((await next()).event.id).toBe('$1'); // of the network: another one than the homeserver's
  });

  test('nothing is taken twice while rows leave', async () => {
    const rows = Array.from({ length: 200 }, (_, index) => fromMatrix(`$${index}`));
    const taken: string[] = [];
    for (let round = 0; round < 5; round++) {
      const writes = rows.map(async (row) => journal().accept([row]));
      const sweeps = [1, 2, 3].map(async () => bench().store.sweep(bench().clock.now()));
      await Promise.all([...writes, ...sweeps]);
      taken.push(...(await drain('lane')));
    }
    expect(taken).toHaveLength(200);
  });

  test('what rows are known by is forgotten after a month', async () => {
    const { clock, store } = bench();
    await journal().accept([fromMatrix('$1')]);
    await drain('lane');
    await store.sweep(clock.now());
    clock.advance(30 * DAY_MS);
    await store.sweep(clock.now());
    expect(await journal().accept([fromMatrix('$1')])).toEqual([]);
    clock.advance(1);
    await store.sweep(clock.now());
    expect(await bench().query('select * from seen')).toEqual([]);
  });

  test('that an event stands on both sides is forgotten after a month', async () => {
    const { clock, store } = bench();
    await journal().accept([fromMatrix('$1')]);
    const pairs = [{ event: '$1' as EventId, part: 0 }];
    await journal().finish((await next()).seq, { type: 'carried', portal: PORTAL, pairs });
    clock.advance(30 * DAY_MS);
    await store.sweep(clock.now());
    expect(await journal().wasCarried(PORTAL, '$1' as EventId)).toBe(true);
    clock.advance(1);
    await store.sweep(clock.now());
    expect(await journal().wasCarried(PORTAL, '$1' as EventId)).toBe(false);
  });

  test('deletions whose turn has not come are told, in order', async () => {
    const deletion = (id: string, of: string): NewRow => {
      const { room, sender, at } = message(id);
      const event = { type: 'redaction', room, sender, at, id: id as EventId, of: of as EventId } as const;
      return { source: 'matrix', lane: id, event };
    };
    await journal().accept([deletion('$d1', '$1'), fromMatrix('$2'), deletion('$d3', '$3'), deletion('$d4', '$4')]);
    await drain('$d3');
    expect(await journal().deletions()).toEqual([
      { of: '$1', by: ALICE },
      { of: '$4', by: ALICE },
    ]);
  });

  test('which events were never recorded can be asked', async () => {
    await journal().accept([fromMatrix('$gone'), fromMatrix('$here', 'other')]);
    await drain('lane');
    await bench().store.sweep(bench().clock.now());
    await journal().append(fromRemote('$remote'));
    const ids = ['$gone', '$here', '$remote', '$new', '$nul\0'].map((id) => id as EventId);
    expect(await journal().missing(ids)).toEqual(['$remote', '$new', '$nul\uFFFD']);
    expect(await journal().missing([])).toEqual([]);
  });

  test('what can be sent again is kept for a week, with its login', async () => {
    const { store, clock } = bench();
    const { id: login } = await store.sessions.put(NETWORK, ALICE, seed());
    const offer = { notice: '$n' as EventId, login, room: ROOM, event: '$e' as EventId, from: 2 };
    await store.retries.put(offer);
    await store.retries.put({ ...offer, from: 3 });
    await store.retries.put({ ...offer, notice: '$m' as EventId });
    expect(await store.retries.find(offer.notice)).toEqual(offer);
    await store.retries.remove(offer.notice);
    expect(await store.retries.find(offer.notice)).toBeUndefined();
    clock.advance(7 * DAY_MS);
    await store.sweep(clock.now());
    expect(await store.retries.find('$m' as EventId)).toBeDefined();
    clock.advance(1);
    await store.sweep(clock.now());
    expect(await store.retries.find('$m' as EventId)).toBeUndefined();
  });
}
