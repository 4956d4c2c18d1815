// The board of an account: one pinned message that says who is there, and is edited as that changes.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import { type Availability, plainText } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import type { RoomEvent } from '../support/homeserver/event.ts';
import { Core, openDatabase } from './core.ts';
import { bodyOf, House, type Visitor } from './house.ts';

describe.each(['11', '12'])('in room version %s', (defaultRoomVersion) => {
  let house: House;
  let alice: Visitor;
  let board: string;

  beforeAll(async () => {
    house = await House.build({ homeserver: { defaultRoomVersion } });
    alice = await house.visitor('alice');
    await alice.signsInToEcho();
    await alice.asks('board on', /I invite you to a room/);
    board = await alice.enters();
  });
  afterAll(async () => house.pullDown());

  const messages = (): RoomEvent[] =>
    house.homeserver.room(board).timeline.filter(({ type }) => type === 'm.room.message');
  const edits = (): RoomEvent[] => messages().slice(1);
  const shows = async (words: RegExp): Promise<void> =>
    void (await house.homeserver.waitFor(() => {
      const content = messages().at(-1)?.content as { body?: string; 'm.new_content'?: { body: string } } | undefined;
      return words.test(content?.['m.new_content']?.body ?? content?.body ?? '');
    }, `the board to show ${words}`));

  test('it is one pinned message in a room where only the bot speaks', async () => {
    await shows(/Who is there – alice on Echo[^]*Wall \(Here\)/);
    const [message] = messages();
    expect(message?.sender).toBe(house.bot);
    await house.homeserver.waitFor(() => house.homeserver.room(board).content('m.room.pinned_events'));
    expect(house.homeserver.room(board).content('m.room.pinned_events')).toEqual({ pinned: [message?.id] });
    await expect(alice.person.say(board, 'hi')).rejects.toThrow(/403/);
  });

  test('it is edited in place, also in another life of the bridge', async () => {
    const sees = (message: string): void =>
      house.echo.clients.get('alice')?.sees('wall', { presence: { availability: 'busy', label: 'Busy', message } });
    sees('being painted');
    await shows(/Busy\n• Wall – being painted/);
    await house.close();
    await house.open();
    sees('dry again');
    await shows(/dry again/);
    const relations = edits().map(({ content }) => content['m.relates_to']);
    expect(new Set(relations.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ rel_type: 'm.replace', event_id: messages()[0]?.id })]),
    );
    expect(edits().every(({ content }) => bodyOf({ content } as never).startsWith('* Who is there'))).toBe(true);
  });

  test('it is taken away when it is switched off', async () => {
    await alice.asks('board off', /taken away/);
    await house.homeserver.waitFor(() => house.homeserver.room(board).joined.size === 0);
  });

  test('nothing of this was against the rules of a strict homeserver', () => {
    expect(house.homeserver.violations).toEqual([]);
  });
});

describe('the core by itself', () => {
  const ALICE = '@alice:hs.test' as MatrixUserId;
  let database: Database;
  let core: Core;
  let commands: RoomId;
  let edits: { readonly at: number; readonly text: string }[];

  beforeAll(async () => {
    database = await openDatabase();
  });
  afterAll(async () => database.close());
  beforeEach(async () => {
    core = await Core.open(database);
    commands = await core.signedIn(ALICE, 'alice');
    edits = [];
    const edit = core.matrix.edit.bind(core.matrix);
    core.matrix.edit = async (room, event, content, txnId) => {
      await edit(room, event, content, txnId);
      edits.push({ at: core.clock.now().getTime(), text: plainText(content) });
    };
  });

  const boards = (): RoomId[] =>
    [...core.matrix.furniture].flatMap(([room, { kind }]) => (kind === 'board' ? [room] : []));
  const says = (message: string, availability: Availability = 'online'): void =>
    core.client('alice').sees('wall', { presence: { availability, label: 'Here', message } });

  async function switchedOn(): Promise<RoomId> {
    await core.say(ALICE, commands, 'board on');
    await core.until(() => boards().some((room) => core.matrix.look(room).pinned !== undefined));
    await core.pass(2_000);
    return boards()[0]!;
  }

  test('nobody has one who did not ask', async () => {
    says('hello');
    await core.pass();
    await core.say(ALICE, commands, 'board');
    await core.hears(commands, /Say “board on” or “board off”/);
    expect(boards()).toEqual([]);
  });

  test('however fast things change, it is edited every five seconds at most, and the last state stays', async () => {
    const room = await switchedOn();
    for (let change = 0; change < 100; change++) {
      says(`step ${change}`);
      core.clock.advance(200);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await core.until(() => edits.at(-1)?.text.includes('step 99') ?? false);
    await core.pass(20_000);
    const gaps = edits.slice(1).map(({ at }, n) => at - edits[n]!.at);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
    expect(edits.length).toBeLessThan(8);
    expect(edits.at(-1)?.text).toContain('step 99');
    expect(core.texts(room)).toHaveLength(1);
  });

  test('what does not change the text is not sent', async () => {
    await switchedOn();
    const [shown] = core.echo.people.values();
    core.client('alice').sees('wall', { data: { version: 2 } });
    core.client('alice').sees('wall', { presence: shown!.presence });
    await core.pass(10_000);
    await core.close();
    await core.start();
    await core.pass(10_000);
    expect(edits).toEqual([]);
  });

  test('a lost connection is said, and forgotten when it is back', async () => {
    await switchedOn();
    core.client('alice').refuse();
    await core.until(() => edits.at(-1)?.text.includes('The cave does not want you') ?? false);
    await core.say(ALICE, commands, 'reconnect');
    await core.until(() => edits.at(-1)?.text.includes('Wall') ?? false);
    expect(boards()).toHaveLength(1);
  });

  test('a room that is gone is replaced; who left it is invited when they ask again', async () => {
    const first = await switchedOn();
    core.matrix.put(first, core.matrix.bot, 'out');
    says('where did it go?');
    await core.until(() => boards().length === 2 && core.texts(boards()[1]!).length === 1);
    const second = boards()[1]!;
    core.matrix.put(second, ALICE, 'out');
    says('still here?');
    await core.pass(10_000);
    expect(core.matrix.invitations).toEqual([]);
    await core.say(ALICE, commands, 'board on');
    await core.until(() => core.matrix.invitations.length === 1);
    expect(core.matrix.invitations).toEqual([{ room: second, user: ALICE }]);
  });

  test('a homeserver that stumbles makes no second board', async () => {
    const stumble = (): never => {
      throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
    };
    core.matrix.before('createFurniture', stumble);
    core.matrix.before('pin', stumble);
    const room = await switchedOn();
    expect(boards()).toEqual([room]);
    expect(core.texts(room)).toHaveLength(1);
    core.matrix.before('edit', stumble);
    says('after all');
    await core.until(() => edits.length === 1);
    expect(core.matrix.look(room).edited.get(core.matrix.look(room).pinned as EventId)).toBeDefined();
  });

  test('it stands in the account’s space', async () => {
    await core.close();
    await core.start(undefined, { spaces: true });
    const room = await switchedOn();
    const space = (): RoomId | undefined => [...core.matrix.furniture].find(([, { kind }]) => kind === 'space')?.[0];
    await core.until(() => core.matrix.look(space() ?? room).children.get(room) === 'main');
    await core.say(ALICE, commands, 'board off');
    await core.until(() => core.matrix.look(space()!).children.get(room) === 'none');
  });

  test('notices of who signs in are asked for one by one', async () => {
    await core.say(ALICE, commands, 'notify');
    await core.hears(commands, /told of nobody/);
    await core.say(ALICE, commands, 'notify door on');
    await core.hears(commands, /door is not on your list/);
    await core.say(ALICE, commands, 'notify wall on');
    await core.hears(commands, /You are told when Wall signs in/);
    await core.pass(20_000);
    says('', 'offline');
    await core.pass(1_000);
    says('back', 'away');
    await core.hears(commands, /Wall \(wall\) has signed in\./);
    expect(core.matrix.said(commands).at(-1)?.options.notice).toBeUndefined();
    await core.say(ALICE, commands, 'notify');
    await core.hears(commands, /You are told when they sign in:\nWall/);

    await core.close();
    says('', 'offline');
    await core.start();
    await core.until(() => core.client('alice') !== undefined);
    await core.pass(1_000);
    says('hello again', 'online');
    await core.pass(20_000);
    const notices = (): number => core.texts(commands).filter((text) => text.endsWith('has signed in.')).length;
    expect(notices()).toBe(1);
    says('', 'offline');
    says('and again', 'online');
    await core.until(() => notices() === 2);
  });
});
