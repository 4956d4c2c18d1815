// What an answer may repeat of what it answers to.

import { describe, expect, test } from 'vitest';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { JsonObject } from '../support/homeserver/json.ts';
import { Stage, bobOf, portalSpec } from './side.ts';

const LONG = 'word '.repeat(100).trim();

describe('a quote', () => {
  test.each<[string, JsonObject, string | undefined]>([
    ['the words', { body: 'lunch?' }, 'lunch?'],
    ['the first line', { body: '\nlunch?\nat one' }, 'lunch?…'],
    ['so much of it that it can be told', { body: LONG }, `${'word '.repeat(20).trim()}…`],
    [
      'what is read, not the marks',
      { body: '**x**', format: 'org.matrix.custom.html', formatted_body: '<b>x</b>' },
      'x',
    ],
    [
      'not what it quotes itself',
      { body: '> <@a:hs> old\n\nnew', 'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } } },
      'new',
    ],
    ['not what somebody has quoted by hand', { body: '> old\nnew' }, 'new'],
    ['the name of a picture', { msgtype: 'm.image', body: 'cat.png', url: 'mxc://hs/x' }, 'cat.png'],
    ['nothing of an empty message', { body: ' ' }, undefined],
  ])('is %s', async (_, content, line) => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    const alice = await stage.homeserver.createUser('alice');
    const room = await side.createPortalRoom(portalSpec(alice.id as MatrixUserId, [bobOf(side)]));
    await alice.join(room);
    const event = await alice.say(room, { msgtype: 'm.text', ...content });
    expect(await side.quote(room, event as EventId)).toEqual(line && { sender: alice.id, line });
  });

  test('of a ghost is the ghost’s; of what is deleted, elsewhere, or no message there is none', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    const alice = await stage.homeserver.createUser('alice');
    const bob = bobOf(side);
    const room = await side.createPortalRoom(portalSpec(alice.id as MatrixUserId, [bob]));
    await alice.join(room);
    const heard = (await stage.say(side, room, bob, 'lunch?')) as EventId;
    expect(await side.quote(room, heard)).toEqual({ sender: bob, line: 'lunch?' });
    const joined = stage.homeserver.room(room).member(alice.id)?.id as EventId;
    expect(await side.quote(room, joined)).toBeUndefined();
    expect(await side.quote(room, '$nothing' as EventId)).toBeUndefined();
    expect(await side.quote('!elsewhere:hs' as RoomId, heard)).toBeUndefined();
    await side.redact(room, heard, 'gone', stage.nextTxn());
    expect(await side.quote(room, heard)).toBeUndefined();
    expect(stage.complaints).toEqual([]);
  });

  test('a homeserver that fails is asked again later', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    stage.homeserver.faults.add({ path: '/event/', times: 9 }, { type: 'refuse', status: 500 });
    await expect(side.quote('!r:hs' as RoomId, '$e' as EventId)).rejects.toMatchObject({
      code: 'homeserver-fault',
      retriable: true,
    });
  });
});
