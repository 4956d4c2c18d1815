// Reads what the homeserver pushes: a raw event becomes a `MatrixEvent`, or nothing. Pure; believes nothing it did not check.

import type { MatrixEphemeral, MatrixEvent, Membership } from '../bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../bridge/ids.ts';
import { type JsonObject, asEventId, asRoomId, asString, asTime, asUserId, isObject } from './checks.ts';
import { fromMessageContent, repliedTo } from './content.ts';
import { fromPresence } from './people.ts';

export type Incoming =
  | { readonly type: 'event'; readonly event: MatrixEvent }
  /** Well-formed, and no concern of ours: own echoes, other types of event. */
  | { readonly type: 'ignored' }
  | { readonly type: 'malformed'; readonly why: string };

/** Tells our ghosts and the bot from people. */
export type IsOurs = (user: string) => boolean;

interface Head {
  readonly room: RoomId;
  readonly sender: MatrixUserId;
  readonly id: EventId;
  readonly at: Date;
}

type Reader = (head: Head, content: JsonObject, event: JsonObject) => Incoming;

const IGNORED: Incoming = { type: 'ignored' };

const EVENTS = new Map<string, Reader>([
  ['m.room.message', fromMessage],
  ['m.room.member', fromMember],
  ['m.room.tombstone', fromTombstone],
  ['m.room.encrypted', (head) => found({ ...head, type: 'encrypted' })],
  ['m.room.redaction', fromRedaction],
  ['m.reaction', fromReaction],
  ['m.sticker', unsupported('a sticker')],
  ['m.poll.start', unsupported('a poll')],
  ['org.matrix.msc3381.poll.start', unsupported('a poll')],
  ['m.poll.response', unsupported('a vote')],
  ['org.matrix.msc3381.poll.response', unsupported('a vote')],
  ['m.poll.end', unsupported('the end of a poll')],
  ['org.matrix.msc3381.poll.end', unsupported('the end of a poll')],
  ['m.call.invite', unsupported('a call')],
  ['m.beacon_info', unsupported('a live location')],
  ['org.matrix.msc3672.beacon_info', unsupported('a live location')],
]);

const UNCARRIED_MESSAGES = new Map<string, string>([
  ['m.image', 'a picture'],
  ['m.file', 'a file'],
  ['m.audio', 'a sound'],
  ['m.video', 'a video'],
  ['m.location', 'a location'],
  ['m.key.verification.request', 'a verification request'],
]);

const TEXTS = new Set(['m.text', 'm.emote', 'm.notice']);

const MEMBERSHIPS = new Set<string>(['invite', 'join', 'leave', 'ban', 'knock'] satisfies Membership[]);

export function fromEvent(raw: unknown, isOurs: IsOurs): Incoming {
  if (!isObject(raw)) return malformed('it is no object');
  const type = asString(raw['type']);
  if (type === undefined) return malformed('it has no type');
  const read = EVENTS.get(type);
  if (read === undefined) return IGNORED;
  const room = asRoomId(raw['room_id']);
  if (room === undefined) return malformed('its room id cannot be used');
  const sender = asUserId(raw['sender']);
  if (sender === undefined) return malformed('its sender cannot be used');
  // Rooms may be closed in the bot's name by whoever looks after the homeserver.
  if (isOurs(sender) && type !== 'm.room.tombstone') return IGNORED;
  const id = asEventId(raw['event_id']);
  if (id === undefined) return malformed('its event id cannot be used');
  const at = asTime(raw['origin_server_ts']);
  if (at === undefined) return malformed('its time cannot be used');
  const content = raw['content'];
  if (!isObject(content)) return malformed('it has no content');
  return read({ room, sender, id, at }, content, raw);
}

/** For the log, where a malformed event is all that remains of it. */
export function eventIdOf(raw: unknown): string {
  return (isObject(raw) && asEventId(raw['event_id'])) || 'unknown';
}

function fromMessage(head: Head, content: JsonObject, event: JsonObject): Incoming {
  if (wasRedacted(event)) return IGNORED;
  const refuse = (what: string): Incoming => found({ ...head, type: 'unsupported', what });
  const relation = isObject(content['m.relates_to']) ? content['m.relates_to'] : {};
  const kind = asString(content['msgtype']) ?? '';
  if (relation['rel_type'] === 'm.replace') return refuse('an edit');
  // What is answered to it could not come into the thread.
  if (relation['rel_type'] === 'm.thread') return refuse('a message in a thread');
  if (!TEXTS.has(kind)) return refuse(nameOf(kind, content));
  if (asString(content['body']) === undefined) return refuse('a message without a text');
  const read = fromMessageContent(content);
  if (read === undefined) return refuse('an empty message');
  const replyTo = repliedTo(content);
  return found({
    ...head,
    type: 'message',
    content: read,
    ...(replyTo === undefined ? {} : { replyTo }),
    ...(kind === 'm.notice' && { notice: true }),
  });
}

/** Newer rooms have it in the content, older ones beside it. */
function fromRedaction(head: Head, content: JsonObject, event: JsonObject): Incoming {
  const of = asEventId(content['redacts'] ?? event['redacts']);
  return of === undefined ? malformed('it does not say what is deleted') : found({ ...head, type: 'redaction', of });
}

function fromReaction(head: Head, content: JsonObject, event: JsonObject): Incoming {
  const relation = isObject(content['m.relates_to']) ? content['m.relates_to'] : undefined;
  if (relation === undefined) return wasRedacted(event) ? IGNORED : malformed('it relates to nothing');
  const to = asEventId(relation['event_id']);
  const key = asString(relation['key']);
  if (to === undefined || key === undefined) return malformed('it does not say to what, or with what');
  // Clients differ in whether they ask for the colourful form.
  return found({
    ...head,
    type: 'reaction',
    to,
    key: key
      .replaceAll(/[\uFE0F\0]/g, '')
      .slice(0, MAX_REACTION)
      .toWellFormed(),
  });
}

/** Where the room leads is asked for when it is followed: what counts is how it stands then. */
function fromTombstone(head: Head, _content: JsonObject, event: JsonObject): Incoming {
  return event['state_key'] === '' ? found({ ...head, type: 'tombstone' }) : IGNORED;
}

function fromMember(head: Head, content: JsonObject, event: JsonObject): Incoming {
  const target = asUserId(event['state_key']);
  if (target === undefined) return malformed('its state key is no user');
  const membership = asMembership(content['membership']);
  if (membership === undefined) return malformed('its membership is unknown');
  if (membership === 'join' && previousMembership(event) === 'join') return IGNORED; // a new name or picture
  return found({ ...head, type: 'member', target, membership, isDirect: content['is_direct'] === true });
}

export interface SeenMember {
  readonly room: RoomId;
  readonly user: MatrixUserId;
  readonly membership: Membership;
}

/** The membership that an event tells of, our own ghosts' included. */
export function seenMember(raw: unknown): SeenMember | undefined {
  if (!isObject(raw) || raw['type'] !== 'm.room.member' || !isObject(raw['content'])) return undefined;
  const room = asRoomId(raw['room_id']);
  const user = asUserId(raw['state_key']);
  const membership = asMembership(raw['content']['membership']);
  if (room === undefined || user === undefined || membership === undefined) return undefined;
  return { room, user, membership };
}

export interface OwnEvent {
  readonly room: RoomId;
  readonly sender: MatrixUserId;
  readonly event: EventId;
  readonly content: unknown;
}

/** An event that one of ours has sent. */
export function ownEvent(raw: unknown, isOurs: IsOurs): OwnEvent | undefined {
  if (!isObject(raw)) return undefined;
  const sender = asUserId(raw['sender']);
  if (sender === undefined || !isOurs(sender)) return undefined;
  const room = asRoomId(raw['room_id']);
  const event = asEventId(raw['event_id']);
  if (room === undefined || event === undefined) return undefined;
  return { room, sender, event, content: raw['content'] };
}

const MAX_REACTION = 100;
const MAX_TYPERS = 1000;

export function fromEphemeral(raw: unknown, isOurs: IsOurs): MatrixEphemeral | undefined {
  if (!isObject(raw) || !isObject(raw['content'])) return undefined;
  if (raw['type'] === 'm.typing') return fromTyping(raw, raw['content'], isOurs);
  if (raw['type'] !== 'm.presence') return undefined;
  const user = asUserId(raw['sender']);
  const presence = fromPresence(raw['content']);
  if (user === undefined || presence === undefined || isOurs(user)) return undefined;
  return { type: 'presence', user, ...presence };
}

/** That a member of a room stays and calls themselves otherwise is news of the moment: nothing is lost if it is missed. */
export function fromRename(raw: unknown, isOurs: IsOurs): MatrixEphemeral | undefined {
  const seen = seenMember(raw);
  if (seen?.membership !== 'join' || !isObject(raw) || isOurs(seen.user)) return undefined;
  if (previousMembership(raw) !== 'join' || nameIn(raw['content']) === nameIn(previousContent(raw))) return undefined;
  return { type: 'renamed', user: seen.user };
}

function fromTyping(raw: JsonObject, content: JsonObject, isOurs: IsOurs): MatrixEphemeral | undefined {
  const room = asRoomId(raw['room_id']);
  const typing: unknown = content['user_ids'];
  if (room === undefined || !Array.isArray(typing)) return undefined;
  const users = typing
    .slice(0, MAX_TYPERS)
    .map(asUserId)
    .filter((user) => user !== undefined && !isOurs(user)) as MatrixUserId[];
  return { type: 'typing', room, users };
}

function nameOf(kind: string, content: JsonObject): string {
  const voice = kind === 'm.audio' && ('org.matrix.msc3245.voice' in content || 'm.voice' in content);
  return voice ? 'a voice message' : (UNCARRIED_MESSAGES.get(kind) ?? 'a message of an unknown kind');
}

/** A message that was deleted before it came to us arrives without its content. */
function wasRedacted(event: JsonObject): boolean {
  return isObject(event['unsigned']) && 'redacted_because' in event['unsigned'];
}

function previousMembership(event: JsonObject): Membership | undefined {
  const before = previousContent(event);
  return isObject(before) ? asMembership(before['membership']) : undefined;
}

function previousContent(event: JsonObject): unknown {
  return isObject(event['unsigned']) ? event['unsigned']['prev_content'] : undefined;
}

function nameIn(content: unknown): string | undefined {
  return isObject(content) ? asString(content['displayname']) : undefined;
}

function asMembership(value: unknown): Membership | undefined {
  return typeof value === 'string' && MEMBERSHIPS.has(value) ? (value as Membership) : undefined;
}

function unsupported(what: string): Reader {
  return (head) => found({ ...head, type: 'unsupported', what });
}

function found(event: MatrixEvent): Incoming {
  return { type: 'event', event };
}

function malformed(why: string): Incoming {
  return { type: 'malformed', why };
}
