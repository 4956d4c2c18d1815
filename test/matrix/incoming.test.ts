import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromEphemeral, fromEvent, fromRename, seenMember } from '../../src/matrix/incoming.ts';
import { receive } from '../../src/matrix/transaction.ts';
import { keptLog } from '../support/no-log.ts';

const isOurs = (user: string): boolean => user === '@bot:hs' || user.startsWith('@msn_');

const head = { room: '!room', sender: '@alice:hs', id: '$event', at: new Date(5) };

function event(type: string, content: unknown, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { type, content, room_id: '!room', sender: '@alice:hs', event_id: '$event', origin_server_ts: 5, ...more };
}

function message(content: Record<string, unknown>, more?: Record<string, unknown>): Record<string, unknown> {
  return event('m.room.message', { msgtype: 'm.text', body: 'hi', ...content }, more);
}

function read(raw: unknown): unknown {
  const incoming = fromEvent(raw, isOurs);
  return incoming.type === 'event' ? incoming.event : incoming.type;
}

describe('messages', () => {
  test('text and actions are carried', () => {
    expect(read(message({}))).toEqual({ ...head, type: 'message', content: { type: 'text', runs: [{ text: 'hi' }] } });
    expect(read(message({ msgtype: 'm.emote' }))).toEqual({
      ...head,
      type: 'message',
      content: { type: 'text', runs: [{ text: 'hi' }], emote: true },
    });
  });

  test('HTML is read only in the format that we know', () => {
    const formatted = { formatted_body: '<b>hi</b>', format: 'org.matrix.custom.html' };
    expect(read(message(formatted))).toMatchObject({ content: { runs: [{ text: 'hi', bold: true }] } });
    expect(read(message({ ...formatted, format: 'other' }))).toMatchObject({ content: { runs: [{ text: 'hi' }] } });
  });

  test('a reply names its event and loses its quote', () => {
    const body = '> <@bob:hs> old\n\nnew';
    const relation = { 'm.in_reply_to': { event_id: '$old' } };
    expect(read(message({ body, 'm.relates_to': relation }))).toMatchObject({
      content: { runs: [{ text: 'new' }] },
      replyTo: '$old',
    });
  });

  test.each([
    ['own ghosts', message({}, { sender: '@msn_bob:hs' })],
    ['the bot', message({}, { sender: '@bot:hs' })],
    ['what was deleted meanwhile', event('m.room.message', {}, { unsigned: { redacted_because: {} } })],
    ['other types', event('m.room.topic', {}, { state_key: '' })],
    ['types that are names of object members', event('constructor', {})],
  ])('passes over %s', (_, raw) => {
    expect(read(raw)).toBe('ignored');
  });

  test.each([
    ['an edit', message({ 'm.relates_to': { rel_type: 'm.replace', event_id: '$old' }, 'm.new_content': {} })],
    ['a picture', message({ msgtype: 'm.image' })],
    ['a file', message({ msgtype: 'm.file' })],
    ['a video', message({ msgtype: 'm.video' })],
    ['a sound', message({ msgtype: 'm.audio' })],
    ['a voice message', message({ msgtype: 'm.audio', 'org.matrix.msc3245.voice': {} })],
    ['a location', message({ msgtype: 'm.location' })],
    ['a message of an unknown kind', message({ msgtype: 'constructor' })],
    ['a sticker', event('m.sticker', {})],
    ['a poll', event('org.matrix.msc3381.poll.start', {})],
    ['a vote', event('m.poll.response', {})],
    ['the end of a poll', event('m.poll.end', {})],
    ['the end of a poll', event('org.matrix.msc3381.poll.end', {})],
    ['a call', event('m.call.invite', {})],
    ['a message in a thread', message({ 'm.relates_to': { rel_type: 'm.thread', event_id: '$root' } })],
    ['an empty message', message({ body: ' ' })],
    ['a message without a text', message({ body: undefined })],
    ['a message without a text', message({ body: {} })],
    ['a message of an unknown kind', event('m.room.message', { body: 'x' })],
  ])('says that it cannot carry %s', (what, raw) => {
    expect(read(raw)).toEqual({ ...head, type: 'unsupported', what });
  });

  test.each([
    ['beside the content', {}, { redacts: '$old' }],
    ['in the content', { redacts: '$old' }, {}],
  ])('tells what is deleted: %s', (_, content, more) => {
    expect(read(event('m.room.redaction', content, more))).toEqual({ ...head, type: 'redaction', of: '$old' });
  });

  test('a notice is a message, and known as one', () => {
    expect(read(message({ msgtype: 'm.notice' }))).toMatchObject({ type: 'message', notice: true });
    expect(read(message({}))).not.toHaveProperty('notice');
  });

  test('reads a reaction, in the plain form of its emoji', () => {
    const raw = event('m.reaction', {
      'm.relates_to': { rel_type: 'm.annotation', event_id: '$old', key: '\u2764\uFE0F' },
    });
    expect(read(raw)).toEqual({ ...head, type: 'reaction', to: '$old', key: '\u2764' });
    const odd = event('m.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$old', key: 'a\0b' } });
    expect(read(odd)).toEqual({ ...head, type: 'reaction', to: '$old', key: 'ab' });
  });

  test('tells of what is encrypted', () => {
    expect(read(event('m.room.encrypted', { algorithm: 'x' }))).toEqual({ ...head, type: 'encrypted' });
  });
});

describe('a closed room', () => {
  const closed = { body: 'gone', replacement_room: '!next' };

  test('is told, also when it was closed in the bot’s name', () => {
    expect(read(event('m.room.tombstone', closed, { state_key: '' }))).toEqual({ ...head, type: 'tombstone' });
    const byBot = event('m.room.tombstone', closed, { state_key: '', sender: '@bot:hs' });
    expect(read(byBot)).toMatchObject({ type: 'tombstone', sender: '@bot:hs' });
  });

  test('is closed by state alone', () => {
    expect(read(event('m.room.tombstone', closed))).toBe('ignored');
    expect(read(event('m.room.tombstone', closed, { state_key: 'x' }))).toBe('ignored');
  });
});

describe('members', () => {
  test('a change of membership is told', () => {
    const invite = event('m.room.member', { membership: 'invite', is_direct: true }, { state_key: '@bot:hs' });
    expect(read(invite)).toEqual({ ...head, type: 'member', target: '@bot:hs', membership: 'invite', isDirect: true });
    const kick = event('m.room.member', { membership: 'leave' }, { state_key: '@msn_bob:hs' });
    expect(read(kick)).toMatchObject({ target: '@msn_bob:hs', membership: 'leave', isDirect: false });
  });

  test('a new name is no news', () => {
    const unsigned = { prev_content: { membership: 'join' } };
    const renamed = event(
      'm.room.member',
      { membership: 'join', displayname: 'A' },
      { state_key: '@alice:hs', unsigned },
    );
    expect(read(renamed)).toBe('ignored');
  });

  test('the memberships of our own are seen, though not told', () => {
    const joined = event('m.room.member', { membership: 'join' }, { state_key: '@msn_bob:hs', sender: '@msn_bob:hs' });
    expect(read(joined)).toBe('ignored');
    expect(seenMember(joined)).toEqual({ room: '!room', user: '@msn_bob:hs', membership: 'join' });
    expect(seenMember(message({}))).toBeUndefined();
  });
});

describe('what makes no sense', () => {
  const long = 'x'.repeat(255);
  test.each([
    ['no object', 5],
    ['no type', event(5 as never, {})],
    ['no room', message({}, { room_id: undefined })],
    ['another sigil', message({}, { room_id: '#room' })],
    ['a room id that is too long', message({}, { room_id: `!${long}` })],
    ['a sender without a server', message({}, { sender: '@alice' })],
    ['a sender that is too long', message({}, { sender: `@a:${long}` })],
    ['a broken event id', message({}, { event_id: '$a\ud800' })],
    ['no time', message({}, { origin_server_ts: '5' })],
    ['a time before time', message({}, { origin_server_ts: -1 })],
    ['a time after time', message({}, { origin_server_ts: 1e300 })],
    ['no content', message({}, { content: [] })],
    ['a deletion of nothing', event('m.room.redaction', {})],
    ['a member without a name', event('m.room.member', { membership: 'join' })],
    ['an unknown membership', event('m.room.member', { membership: 'x' }, { state_key: '@a:hs' })],
  ])('is refused: %s', (_, raw) => {
    expect(read(raw)).toBe('malformed');
  });

  test('nothing throws', () => {
    const keys = fc.constantFrom(
      'type',
      'content',
      'room_id',
      'sender',
      'event_id',
      'unsigned',
      'body',
      'm.relates_to',
    );
    const { event: raw } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.jsonValue(),
        fc.constantFrom('m.room.message', '!r', '$e', '@a:b'),
        tie('event'),
      ),
      event: fc.dictionary(keys, tie('value')),
    }));
    fc.assert(
      fc.property(raw, fc.constantFrom('m.room.message', 'm.room.member', 'm.typing'), (value, type) => {
        const whole = { ...message({}), ...(value as object), type };
        expect(['event', 'ignored', 'malformed']).toContain(fromEvent(whole, isOurs).type);
        expect(fromEvent(value, isOurs).type).not.toBe('');
        seenMember(whole);
        fromRename(whole, isOurs);
        fromEphemeral(whole, isOurs);
      }),
    );
  });
});

describe('presence', () => {
  const presence = (content: object, sender = '@alice:hs') =>
    fromEphemeral({ type: 'm.presence', sender, content }, isOurs);

  test.each([
    [{ presence: 'online' }, 'online', ''],
    [{ presence: 'unavailable', status_msg: 'tea' }, 'away', 'tea'],
    [{ presence: 'offline', status_msg: 'on\nthe\u202e train' }, 'offline', 'on the train'],
    [{ presence: 'org.matrix.msc3026.busy', status_msg: 5 }, 'busy', ''],
    [{ presence: 'busy' }, 'busy', ''],
  ])('%j is read', (content, availability, said) => {
    expect(presence(content)).toEqual({ type: 'presence', user: '@alice:hs', availability, message: said });
  });

  test('what makes no sense, and what our own show, is passed over', () => {
    expect(presence({ presence: 'asleep' })).toBeUndefined();
    expect(presence({})).toBeUndefined();
    expect(presence({ presence: 'online' }, '@msn_bob:hs')).toBeUndefined();
    expect(presence({ presence: 'online' }, 'alice')).toBeUndefined();
  });

  test('a status message has its bounds', () => {
    const long = presence({ presence: 'online', status_msg: 'x'.repeat(1_000_000) });
    expect(long?.type === 'presence' && long.message).toHaveLength(255);
  });
});

describe('another name', () => {
  const member = (content: object, before?: object, user = '@alice:hs') =>
    event('m.room.member', content, {
      state_key: user,
      sender: user,
      ...(before && { unsigned: { prev_content: before } }),
    });

  test('is news of the moment, and no event to keep', () => {
    const renamed = member({ membership: 'join', displayname: 'Alicia' }, { membership: 'join', displayname: 'Alice' });
    expect(fromRename(renamed, isOurs)).toEqual({ type: 'renamed', user: '@alice:hs' });
    expect(read(renamed)).toBe('ignored');
    const received = receive(
      { events: [renamed] },
      { isOurs, onMember: () => undefined, onEcho: () => undefined, log: keptLog() },
    );
    expect(received).toEqual({ events: [], ephemeral: [{ type: 'renamed', user: '@alice:hs' }] });
  });

  test.each([
    ['who comes', member({ membership: 'join', displayname: 'Alice' }, { membership: 'leave' })],
    ['who was never there', member({ membership: 'join', displayname: 'Alice' })],
    ['who goes', member({ membership: 'leave' }, { membership: 'join', displayname: 'Alice' })],
    [
      'another picture',
      member({ membership: 'join', displayname: 'A', avatar_url: 'mxc://x' }, { membership: 'join', displayname: 'A' }),
    ],
    ['one of our own', member({ membership: 'join', displayname: 'B' }, { membership: 'join' }, '@msn_bob:hs')],
    ['something else', message({ displayname: 'x' })],
  ])('is not told of %s', (_, raw) => {
    expect(fromRename(raw, isOurs)).toBeUndefined();
  });
});

describe('typing', () => {
  test('names people only', () => {
    const typing = {
      type: 'm.typing',
      room_id: '!room',
      content: { user_ids: ['@alice:hs', '@msn_bob:hs', '@bot:hs', 5] },
    };
    expect(fromEphemeral(typing, isOurs)).toEqual({ type: 'typing', room: '!room', users: ['@alice:hs'] });
  });

  test('other news of the moment is passed over', () => {
    expect(fromEphemeral({ type: 'm.receipt', room_id: '!room', content: {} }, isOurs)).toBeUndefined();
    expect(fromEphemeral({ type: 'm.typing', room_id: '!room', content: {} }, isOurs)).toBeUndefined();
  });
});
