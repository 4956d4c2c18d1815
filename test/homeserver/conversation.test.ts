import { expect, test } from 'vitest';

import { startPair } from '../support/homeserver/fixture.ts';
import { textAt } from '../support/homeserver/json.ts';

test('a person and a ghost talk in a room that the bot made', async () => {
  await using pair = await startPair();
  const { homeserver, appservice } = pair;
  const alice = await homeserver.createUser('alice');
  await appservice.ghost('msnbot');
  const ghost = await appservice.ghost('msn_bob');
  const made = await appservice.v3('POST', '/createRoom', { invite: [alice.id, ghost], name: 'Bob', is_direct: true });
  const room = textAt(made.body, 'room_id');

  const invite = await alice.waitForInvite();
  expect(invite).toMatchObject({ room, inviter: '@msnbot:example.com' });
  expect(invite.state.at(-1)).toMatchObject({ content: { membership: 'invite', is_direct: true } });
  await alice.join(room);
  expect((await appservice.v3('POST', `/rooms/${room}/join`, {}, ghost)).status).toBe(200);

  const hello = await alice.say(room, 'hello');
  await homeserver.waitFor(() => appservice.events.some((event) => event.event_id === hello));
  const answer = await appservice.v3(
    'PUT',
    `/rooms/${room}/send/m.room.message/t1`,
    { msgtype: 'm.text', body: 'hi' },
    ghost,
  );
  const seen = await alice.waitForText(room, 'hi');
  expect(seen).toMatchObject({ sender: ghost, event_id: answer.body['event_id'], content: { body: 'hi' } });
  expect(alice.texts(room)).toEqual(['hello', 'hi']);

  await alice.setTyping(room, true);
  await homeserver.waitFor(() => appservice.transactions.some(({ body }) => body['ephemeral'] !== undefined));
  await appservice.v3('PUT', `/rooms/${room}/typing/${ghost}`, { typing: true, timeout: 5000 }, ghost);
  await alice.until(() => alice.typing(room).includes(ghost));
  await appservice.v3('POST', `/rooms/${room}/receipt/m.read/${hello}`, {}, ghost);
  await alice.until(() => alice.receipts(hello).some(({ user }) => user === ghost));
  await appservice.v3('PUT', `/rooms/${room}/send/com.beeper.message_send_status/t2`, {
    'm.relates_to': { rel_type: 'm.reference', event_id: hello },
    network: 'msn',
    status: 'SUCCESS',
  });
  expect(await alice.until(() => alice.statusOf(hello))).toMatchObject({ status: 'SUCCESS' });

  await alice.redact(room, hello);
  await homeserver.waitUntilPushed();
  expect(homeserver.room(room).event(hello)?.content).toEqual({});
  expect(homeserver.violations).toEqual([]);
});
