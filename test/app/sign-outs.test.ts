// What becomes of an account's rooms when it is signed out, and when it is signed in with another password.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import type { MatrixUserId } from '../../src/bridge/ids.ts';
import { Core, openDatabase } from './core.ts';
import { bodyOf, House, type Visitor } from './house.ts';

describe.each(['11', '12'])('in room version %s', (defaultRoomVersion) => {
  let house: House;
  let alice: Visitor;
  beforeAll(async () => {
    house = await House.build({ homeserver: { defaultRoomVersion } });
    alice = await house.visitor('alice');
  });
  afterAll(async () => house.pullDown());

  const seen = new Set<string>();
  async function invited(): Promise<string> {
    const { room } = await alice.person.waitForInvite(
      (invite) => invite.inviter === house.bot && !seen.has(invite.room),
    );
    seen.add(room);
    return room;
  }

  async function rooms(policy: string): Promise<{ one: string; other: string }> {
    await house.close();
    house.configure({ bridge: { spaces: false, logout_rooms: policy } });
    await house.open();
    await alice.signsInToEcho();
    const client = house.echo.clients.get('alice');
    client?.says('wall', 'hello');
    const one = await invited();
    await alice.person.join(one);
    client?.says('door', 'hello');
    const other = await invited();
    return { one, other };
  }

  const joined = (room: string): string[] => [...house.homeserver.room(room).joined];

  test('“leave” takes the bot and the ghosts out', async () => {
    const { one, other } = await rooms('leave');
    await alice.asks('logout', /signed out/);
    expect(joined(one)).toEqual([alice.person.id]);
    expect(joined(other)).toEqual([]);
    expect(house.homeserver.room(other).membership(alice.person.id)).toBe('invite');
  });

  test('“remove” takes the user out as well, invited or joined', async () => {
    const { one, other } = await rooms('remove');
    await alice.asks('logout', /signed out/);
    expect([joined(one), joined(other)]).toEqual([[], []]);
    for (const room of [one, other]) expect(house.homeserver.room(room).membership(alice.person.id)).toBe('leave');
  });

  test('“keep” leaves everything as it was, and the bot says where that leads', async () => {
    const { one } = await rooms('keep');
    await alice.asks('logout', /signed out/);
    expect(joined(one)).toHaveLength(3);
    await alice.person.say(one, 'anybody?');
    await alice.person.waitFor((event) => event.room_id === one && /nowhere/.test(bodyOf(event)));
  });

  test('nothing of this was against the rules of a strict homeserver', () => {
    expect(house.homeserver.violations).toEqual([]);
  });
});

describe('the core by itself', () => {
  const ALICE = '@alice:hs.test' as MatrixUserId;

  test('a new password is asked for alone, is hidden, and keeps the rooms', async () => {
    const database = await openDatabase();
    const core = await Core.open(database);
    const commands = await core.signedIn(ALICE, 'alice');
    const room = await core.chat('alice', 'wall');
    await core.say(ALICE, commands, 'relogin');
    await core.hears(commands, /alice on Cave. Your password\?/);
    const wrong = await core.say(ALICE, commands, 'cavern');
    await core.hears(commands, /does not know this name/);
    expect(core.matrix.redacted).toContain(wrong);
    const welcomes = async (count: number): Promise<void> =>
      core.until(
        () => core.texts(commands).filter((text) => text.startsWith('You are signed in as')).length === count,
        `${count} sign-ins`,
      );
    await welcomes(2); // with the password that was good before

    await core.say(ALICE, commands, 'relogin alice cave');
    await core.hears(commands, /I then ask for the password/);
    await core.say(ALICE, commands, 'relogin alice');
    await core.say(ALICE, commands, 'cave');
    await welcomes(3);
    await core.say(ALICE, room, 'still you?');
    await core.until(() => core.client('alice').heard.includes('still you?'));
    await core.close();
    await database.close();
  });

  test('rooms that could not be cleaned up are, once the homeserver is back', async () => {
    const database = await openDatabase();
    const core = await Core.open(database);
    await core.close();
    await core.start(undefined, { logoutRooms: 'remove' });
    const commands = await core.signedIn(ALICE, 'alice');
    const room = await core.chat('alice', 'wall');
    core.matrix.before('abandon', () => {
      throw new BridgeError('homeserver', 'The homeserver does not answer.', { retriable: true });
    });
    await core.say(ALICE, commands, 'logout');
    await core.hears(commands, /signed out/);
    expect(await core.matrix.standing(room, ALICE)).toBe('gone');
    expect(core.matrix.look(room).members.get(ALICE)).toBe('out');
    await core.close();
    await database.close();
  });

  test.each(['createPortalRoom', 'createFurniture'] as const)(
    'a room that is just being made goes with the others (%s)',
    async (call) => {
      const database = await openDatabase();
      const core = await Core.open(database);
      await core.close();
      await core.start(undefined, { logoutRooms: 'remove', spaces: true });
      const commands = await core.signedIn(ALICE, 'alice');
      const making = core.matrix.hold(call);
      core.client('alice').says('wall', 'hello');
      await core.until(() => making.hasArrived(), 'the room being made');
      await core.say(ALICE, commands, 'logout');
      await core.pass(2_000);
      making.release();
      await core.hears(commands, /signed out/);
      await core.pass();
      const left = core.matrix.rooms.filter(
        (room) => room !== commands && core.matrix.look(room).members.get(core.matrix.bot) === 'joined',
      );
      expect(left).toEqual([]);
      await core.close();
      await database.close();
    },
  );
});
