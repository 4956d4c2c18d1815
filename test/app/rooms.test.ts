// What becomes of rooms: strangers in them, encryption, rooms that vanish, homeservers that stumble.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MsnPerson } from '../support/msn-person.ts';
import { bodyOf, House, type Visitor } from './house.ts';

describe.each(['11', '12'])('in room version %s', (defaultRoomVersion) => {
  let house: House;
  let alice: Visitor;
  let bob: MsnPerson;
  let chat: string;

  beforeAll(async () => {
    house = await House.build({ homeserver: { defaultRoomVersion } });
    alice = await house.signedIn('alice');
    bob = await house.onMsn('bob');
    await bob.say('alice@example.com', 'hello');
    chat = await alice.enters();
  });
  afterAll(async () => house.pullDown());
  beforeEach(() => house.homeserver.faults.clear());

  test('a portal says what it is: direct, bridged, with the bot as a service', async () => {
    await alice.person.waitForText(chat, 'hello');
    const info = await alice.person.state(chat, 'io.element.functional_members');
    expect(info['service_members']).toEqual([house.bot]);
    const create = await alice.person.state(chat, 'm.room.create');
    expect(create['room_version'] ?? '11').toBe(defaultRoomVersion);
    const state = (await house.asBot.request('GET', `/rooms/${encodeURIComponent(chat)}/state`)) as unknown as {
      type: string;
      content: unknown;
    }[];
    const bridge = state.find((event) => event.type === 'm.bridge');
    expect(bridge?.content).toMatchObject({
      bridgebot: house.bot,
      protocol: { id: 'msn' },
      channel: { id: 'bob@example.com' },
    });
  });

  test('only the login’s own user speaks for it; anybody else is told so once', async () => {
    const eve = await house.homeserver.createUser('eve');
    await house.asBot.request('POST', `/rooms/${encodeURIComponent(chat)}/invite`, { user_id: eve.id });
    await eve.join(chat);
    const first = await eve.say(chat, 'I am alice');
    const second = await eve.say(chat, 'really');
    await eve.waitFor((event) => bodyOf(event).includes('only they speak in it'));
    await house.homeserver.waitFor(
      () =>
        eve.statusOf(first)?.['status'] === 'FAIL_PERMANENT' && eve.statusOf(second)?.['status'] === 'FAIL_PERMANENT',
    );
    expect(eve.texts(chat).filter((text) => text.includes('only they speak'))).toHaveLength(1);
    await alice.person.say(chat, 'this is me');
    expect((await bob.waitForText((text) => text.text !== 'hello')).text).toBe('this is me');
  });

  test('a homeserver that answers badly after doing it gets no message twice', async () => {
    house.homeserver.faults.add(
      { method: 'PUT', path: /\/send\/m\.room\.message\//, times: 3 },
      { type: 'fail-after-commit', status: 502 },
    );
    await bob.say('alice@example.com', 'once');
    await bob.say('alice@example.com', 'then this');
    await alice.person.waitForText(chat, 'then this', 10_000);
    expect(alice.person.texts(chat).filter((text) => text === 'once')).toHaveLength(1);
  });

  test('a transaction that comes again is taken once', async () => {
    house.homeserver.transactions().loseAnswers(2);
    await alice.person.say(chat, 'only once, please');
    await bob.waitForText('only once, please');
    await alice.person.say(chat, 'next');
    await bob.waitForText('next');
    expect(bob.messages.filter((message) => message.body.toString().includes('only once'))).toHaveLength(1);
  });

  test('invited to an encrypted room the bot says so at once, and leaves', async () => {
    const secret = await alice.person.createDirect(house.bot, {
      initial_state: [{ type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } }],
    });
    const first = await alice.person.waitFor(
      (event) => event.room_id === secret && event.sender === house.bot && event.type === 'm.room.message',
    );
    expect(bodyOf(first)).toContain('cannot read encrypted');
    await house.homeserver.waitFor(() => !house.homeserver.room(secret).joined.has(house.bot));
    await alice.asks('status', /signed in/);
  });

  test('in an encrypted room the bot says that it cannot read it', async () => {
    const secret = await alice.person.createDirect(house.bot);
    await alice.person.waitFor((event) => event.room_id === secret && bodyOf(event).includes('login'));
    await alice.person.send(secret, 'm.room.encrypted', { algorithm: 'm.megolm.v1.aes-sha2', ciphertext: 'x' });
    await alice.person.waitFor((event) => event.room_id === secret && bodyOf(event).includes('cannot read encrypted'));
  });

  test('where anybody may come in the bot takes no passwords', async () => {
    const market = await alice.person.createRoom({ preset: 'public_chat', invite: [house.bot] });
    await alice.person.waitFor((event) => event.room_id === market && bodyOf(event).includes('your password too'));
    await house.homeserver.waitFor(() => !house.homeserver.room(market).joined.has(house.bot));
  });

  test('one’s own message can be deleted here, and one is told that it was not deleted there', async () => {
    const said = await alice.person.say(chat, 'slip of the tongue');
    await bob.waitForText('slip of the tongue');
    const deletion = await alice.person.redact(chat, said);
    await house.homeserver.waitFor(() => alice.person.statusOf(deletion)?.['status'] === 'FAIL_PERMANENT');
  });

  test('an encrypted chat goes on in a room without encryption', async () => {
    const sent = await alice.person.send(chat, 'm.room.encrypted', {
      algorithm: 'm.megolm.v1.aes-sha2',
      ciphertext: 'x',
    });
    await alice.person.waitFor(
      (event) => event.room_id === chat && bodyOf(event).includes('is encrypted and I cannot read it'),
    );
    await house.homeserver.waitFor(() => alice.person.statusOf(sent)?.['status'] === 'FAIL_PERMANENT');
    await bob.say('alice@example.com', 'say again?');
    chat = await alice.enters();
    await alice.person.waitForText(chat, 'say again?');
  });

  test('a room that is gone is replaced', async () => {
    await house.asBot.request('POST', `/rooms/${encodeURIComponent(chat)}/leave`, {});
    await alice.person.leave(chat);
    await house.homeserver.waitUntilPushed();
    await bob.say('alice@example.com', 'anybody there?');
    const next = await alice.enters();
    expect(next).not.toBe(chat);
    await alice.person.waitForText(next, 'anybody there?');
    chat = next;
    await alice.person.say(chat, 'here');
    await bob.waitForText('here');
  });

  test('nothing of this was against the rules of a strict homeserver', () => {
    expect(house.homeserver.violations).toEqual([]);
  });
});
