// Endpoints that read rooms: state, members, timeline. Knows rooms; changes nothing.

import { badParam, forbidden, notFound } from '../errors.ts';
import type { RoomEvent } from '../event.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Room } from '../room.ts';
import { Reply, type Call, type Route } from '../router.ts';
import { positionOf } from '../sync.ts';
import type { World } from '../world.ts';

type Parts = Pick<World, 'rooms'>;

export function readingEndpoints(parts: Parts): Route[] {
  const room = '/_matrix/client/v3/rooms/:room';
  return [
    ['GET', `${room}/state`, (call) => allState(parts, call)],
    ['GET', `${room}/state/:type`, (call) => oneState(parts, call, '')],
    ['GET', `${room}/state/:type/:key`, (call) => oneState(parts, call, call.param('key'))],
    ['GET', `${room}/members`, (call) => members(parts, call)],
    ['GET', `${room}/joined_members`, (call) => joinedMembers(parts, call)],
    ['GET', `${room}/aliases`, (call) => aliases(parts, call)],
    ['GET', `${room}/event/:event`, (call) => oneEvent(parts, call).event.toJSON()],
    ['GET', `${room}/context/:event`, (call) => context(parts, call)],
    ['GET', `${room}/messages`, (call) => messages(parts, call)],
  ];
}

interface Sight {
  readonly room: Room;
  /** Events before this place in the timeline, and no others, may be seen. */
  readonly end: number;
  readonly state: RoomEvent[];
}

/** Members see everything; those who left, what was there until then. */
function sightOf(parts: Parts, call: Call): Sight {
  const { user } = call.requester;
  const room = parts.rooms.require(call.param('room'), user);
  if (room.joined.has(user)) return { room, end: room.timeline.length, state: room.stateEvents() };
  const member = room.member(user);
  // as Synapse: not who was banned, but also who only declined
  if (member?.membership !== 'leave') {
    throw forbidden(`User ${user} not in room ${room.id}, and room previews are disabled`);
  }
  return { room, end: member.index + 1, state: room.stateBefore(member.index + 1) };
}

function allState(parts: Parts, call: Call): Reply {
  const { state } = sightOf(parts, call);
  return new Reply(200, 'application/json', `[${state.map((event) => JSON.stringify(event)).join(',')}]`);
}

function oneState(parts: Parts, call: Call, stateKey: string): JsonObject {
  const { room, state, end } = sightOf(parts, call);
  const type = call.param('type');
  const event =
    end === room.timeline.length
      ? room.state(type, stateKey)
      : state.find((other) => other.type === type && other.stateKey === stateKey);
  if (!event) throw notFound('Event not found.');
  return call.query.get('format') === 'event' ? event.toJSON() : event.content;
}

function members(parts: Parts, call: Call): JsonObject {
  const wanted = call.query.get('membership');
  const unwanted = call.query.get('not_membership');
  const chunk = sightOf(parts, call)
    .state.filter(({ type }) => type === 'm.room.member')
    .filter(({ membership }) => (wanted === null || membership === wanted) && membership !== unwanted);
  return { chunk: chunk.map((event) => event.toJSON()) };
}

function joinedMembers(parts: Parts, call: Call): JsonObject {
  const room = parts.rooms.requireJoined(call.param('room'), call.requester.user);
  const rows = [...room.joined].map((user): [string, JsonObject] => {
    const content = room.member(user)?.content ?? {};
    return [user, { display_name: content['displayname'] ?? null, avatar_url: content['avatar_url'] ?? null }];
  });
  return { joined: Object.fromEntries(rows) };
}

function aliases(parts: Parts, call: Call): JsonObject {
  const room = parts.rooms.requireJoined(call.param('room'), call.requester.user);
  return { aliases: [...parts.rooms.aliasesOf(room)] };
}

function oneEvent(parts: Parts, call: Call): { sight: Sight; event: RoomEvent } {
  const sight = sightOf(parts, call);
  const event = sight.room.event(call.param('event'));
  if (!event || event.index >= sight.end) throw notFound('Event not found.');
  return { sight, event };
}

function context(parts: Parts, call: Call): JsonObject {
  const { sight, event } = oneEvent(parts, call);
  const half = Math.floor(limitOf(call) / 2);
  const start = Math.max(0, event.index - half);
  const end = Math.min(sight.end, event.index + 1 + half);
  const json = (events: readonly RoomEvent[]) => events.map((other) => other.toJSON());
  return {
    event: event.toJSON(),
    events_before: json(sight.room.timeline.slice(start, event.index).reverse()),
    events_after: json(sight.room.timeline.slice(event.index + 1, end)),
    state: json(sight.room.stateBefore(end)),
    start: `t${start}`,
    end: `t${end}`,
  };
}

function messages(parts: Parts, call: Call): JsonObject {
  const { room, end: last } = sightOf(parts, call);
  const direction = call.query.get('dir') ?? 'f';
  if (direction !== 'b' && direction !== 'f') throw badParam("'dir' must be 'b' or 'f'");
  const limit = limitOf(call);
  const isWanted = filterOf(call);
  const from = Math.min(last, placeOf(room, call.query.get('from'), direction === 'b' ? last : 0));
  const stretch = direction === 'b' ? room.timeline.slice(0, from).reverse() : room.timeline.slice(from, last);
  const wanted = stretch.filter(isWanted);
  const events = wanted.slice(0, limit);
  const next = events.at(-1)?.index ?? 0;
  return {
    chunk: events.map((event) => event.toJSON()),
    start: `t${from}`,
    ...(wanted.length > limit ? { end: `t${direction === 'b' ? next : next + 1}` } : {}),
    state: [],
  };
}

/** Of a room filter what is asked of us: senders and types, without patterns. */
function filterOf(call: Call): (event: RoomEvent) => boolean {
  const text = call.query.get('filter');
  const filter: unknown = text === null ? {} : JSON.parse(text);
  if (!isObject(filter)) throw badParam("'filter' must be an object");
  const [senders, types] = [filter['senders'], filter['types']];
  return ({ sender, type }) =>
    (!Array.isArray(senders) || senders.includes(sender)) && (!Array.isArray(types) || types.includes(type));
}

function limitOf(call: Call): number {
  const text = call.query.get('limit') ?? '10';
  if (!/^\d{1,6}$/.test(text)) throw badParam("'limit' must be an integer");
  return Math.min(Number(text), 1000);
}

/** The place in the timeline that a token means; tokens of `/sync` work too. */
function placeOf(room: Room, token: string | null, missing: number): number {
  if (token === null || token === '') return missing;
  if (/^t\d+$/.test(token)) return Number(token.slice(1));
  const position = positionOf(token);
  return room.timeline.findLastIndex((event) => event.position <= position) + 1;
}
