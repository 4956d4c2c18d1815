// The space of an account: made with its first chat, kept right as rooms come and go, with one in it for each group.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { Database } from '../../src/store/database.ts';
import type { EchoClient } from '../support/echo-network.ts';
import { at } from '../support/homeserver/matrix-client.ts';
import { Core, openDatabase } from './core.ts';
import { House, type Visitor } from './house.ts';

describe.each(['11', '12'])('in room version %s', (defaultRoomVersion) => {
  let house: House;
  let alice: Visitor;
  let space: string;
  let first: string;

  beforeAll(async () => {
    house = await House.build({ homeserver: { defaultRoomVersion } });
    await house.close();
    house.configure({ bridge: { spaces: true } });
    await house.open();
    alice = await house.visitor('alice');
    await alice.signsInToEcho();
    echo().says('wall', 'hello');
    first = await alice.enters();
    const invite = await alice.person.waitForInvite(({ room }) => isSpace(room));
    space = await alice.person.join(invite.room);
  });
  afterAll(async () => house.pullDown());

  const echo = (): EchoClient => house.echo.clients.get('alice')!;
  const isSpace = (room: string): boolean =>
    house.homeserver.room(room).content('m.room.create')?.['type'] === 'm.space';
  const children = (of: string): string[] =>
    house.homeserver
      .room(of)
      .stateEvents()
      .filter(({ type, content }) => type === 'm.space.child' && 'via' in content)
      .map(({ stateKey }) => stateKey ?? '')
      .toSorted();
  const spaceNamed = async (name: string): Promise<string> =>
    house.homeserver.waitFor(
      () =>
        house.homeserver
          .rooms()
          .find(
            ({ id, joined }) =>
              joined.has(house.bot) &&
              isSpace(id) &&
              house.homeserver.room(id).content('m.room.name')?.['name'] === name,
          )?.id,
      `a space named ${name}`,
    );

  async function next(who: string): Promise<string> {
    echo().says(who, 'hello');
    const { room } = await alice.person.waitForInvite((invite) => !isSpace(invite.room));
    await alice.person.join(room);
    return room;
  }

  test('it is named after the account and holds the chat, which says so', async () => {
    await house.homeserver.waitFor(() => children(space).length === 1);
    expect(await alice.person.state(space, 'm.room.name')).toEqual({ name: 'Echo (alice)' });
    expect(await alice.person.state(space, 'm.space.child', first)).toEqual({ via: ['example.com'] });
    const parent = { via: ['example.com'], canonical: true };
    await house.homeserver.waitFor(() => house.homeserver.room(first).content('m.space.parent', space));
    expect(await alice.person.state(first, 'm.space.parent', space)).toEqual(parent);
    expect(house.homeserver.room(space).powers.of(alice.person.id)).toBe(0);
    await expect(alice.person.say(space, 'hi')).rejects.toThrow(/403/);
  });

  test('it follows rooms that come and go, over restarts', async () => {
    const second = await next('door');
    await house.homeserver.waitFor(() => children(space).includes(second));
    await house.close();
    await house.open();
    await house.asBot.request('POST', at`/rooms/${second}/leave`, {});
    await alice.person.leave(second);
    const third = await next('door');
    await house.homeserver.waitFor(() => children(space).includes(third) && !children(space).includes(second));
    expect(children(space)).toEqual([first, third].toSorted());
    expect(house.homeserver.rooms().filter(({ id }) => isSpace(id))).toHaveLength(1);
  });

  test('groups have spaces in it for those who want that', async () => {
    echo().sees('wall', { groups: ['Stones', 'Old'] });
    await alice.asks('space groups on', /Each of your groups/);
    const stones = await spaceNamed('Stones');
    await house.homeserver.waitFor(() => children(space).includes(stones));
    expect(children(stones)).toEqual([first]);
    expect(children(await spaceNamed('Old'))).toEqual([first]);
    expect(await alice.person.state(first, 'm.space.parent', stones)).toEqual({ via: ['example.com'] });

    echo().sees('wall', { groups: ['Old'] });
    echo().sees('door', { groups: ['Old', 'Wood'] });
    await house.homeserver.waitFor(() => !house.homeserver.room(stones).joined.has(house.bot));
    const wood = await spaceNamed('Wood');
    await house.homeserver.waitFor(() => children(space).includes(wood) && !children(space).includes(stones));
    expect(house.homeserver.room(stones).membership(alice.person.id)).toBe('leave');
    expect(children(await spaceNamed('Old'))).toHaveLength(2);

    await alice.asks('space groups off', /no spaces of their own/);
    await house.homeserver.waitFor(() => children(space).length === 2);
  });

  test('whoever left it is left alone, until they ask', async () => {
    await alice.person.leave(space);
    const fourth = await next('ceiling');
    await house.homeserver.waitFor(() => children(space).includes(fourth));
    expect(house.homeserver.room(space).membership(alice.person.id)).toBe('leave');
    await alice.asks('space', /Your chats are in the space/);
    expect(house.homeserver.room(space).membership(alice.person.id)).toBe('invite');
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
  beforeAll(async () => {
    database = await openDatabase();
  });
  afterAll(async () => database.close());
  beforeEach(async () => {
    core = await Core.open(database);
    await core.close();
    await core.start(undefined, { spaces: true });
    commands = await core.signedIn(ALICE, 'alice');
  });

  const spaces = (): RoomId[] => [...core.matrix.furniture.keys()];

  test('there is no space before there is a chat', async () => {
    await core.pass();
    expect(spaces()).toEqual([]);
    await core.say(ALICE, commands, 'space');
    await core.hears(commands, /made together with your first chat/);
    await core.say(ALICE, commands, 'space groups maybe');
    await core.hears(commands, /Say “space”/);
    await core.say(ALICE, commands, 'space groups on');
    await core.hears(commands, /You have no groups on Echo/);
  });

  test('a homeserver that stumbles makes no second space, and nothing is missing in the end', async () => {
    const stumble = (): never => {
      throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
    };
    core.matrix.before('createFurniture', stumble);
    core.matrix.before('setSpaceChild', stumble, 2);
    const room = await core.chat('alice', 'wall');
    await core.until(() => core.matrix.look(spaces()[0]!).children.get(room) === 'main');
    expect(spaces()).toHaveLength(1);
  });

  test('a space that the bot was thrown out of is replaced', async () => {
    const room = await core.chat('alice', 'wall');
    await core.until(() => spaces().length === 1 && core.matrix.look(spaces()[0]!).children.has(room));
    core.matrix.put(spaces()[0]!, core.matrix.bot, 'out');
    const other = await core.chat('alice', 'door');
    await core.until(() => spaces().length === 2 && core.matrix.look(spaces()[1]!).children.has(other));
    expect([...core.matrix.look(spaces()[1]!).children.keys()].toSorted()).toEqual([room, other].toSorted());
  });

  test('rooms of an earlier time are gathered at the next start', async () => {
    await core.close();
    await core.start();
    const room = await core.chat('alice', 'wall');
    await core.pass();
    expect(spaces()).toEqual([]);
    await core.close();
    await core.start(undefined, { spaces: true });
    await core.until(() => spaces().length === 1 && core.matrix.look(spaces()[0]!).children.has(room));
  });
});
