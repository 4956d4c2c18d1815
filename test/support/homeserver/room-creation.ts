// Makes a room out of the body of `/createRoom`: presets, overrides, initial state, invites. Knows the order in which a
// homeserver sends the first events; not HTTP.

import { BadContent, badJson, MatrixError } from './errors.ts';
import { splitId } from './ids.ts';
import {
  isObject,
  optionalBoolean,
  optionalList,
  optionalObject,
  optionalString,
  requiredString,
  stringList,
  type Json,
  type JsonObject,
} from './json.ts';
import type { Memberships } from './memberships.ts';
import type { Room } from './room.ts';
import { ROOM_VERSIONS, type RoomVersion } from './room-versions.ts';
import type { Rooms } from './rooms.ts';

interface Preset {
  readonly joinRule: 'invite' | 'public';
  readonly guestsCanJoin: boolean;
  /** Level to invite; absent where the default of a new room stays. */
  readonly invite?: number;
  readonly inviteesHavePower: boolean;
}

const PRESETS = new Map<string, Preset>([
  ['private_chat', { joinRule: 'invite', guestsCanJoin: true, invite: 0, inviteesHavePower: false }],
  ['trusted_private_chat', { joinRule: 'invite', guestsCanJoin: true, invite: 0, inviteesHavePower: true }],
  ['public_chat', { joinRule: 'public', guestsCanJoin: false, inviteesHavePower: false }],
]);

interface Wish {
  readonly body: JsonObject;
  readonly creator: string;
  readonly version: RoomVersion;
  readonly preset: Preset;
  readonly invitees: readonly string[];
  readonly alias: string | undefined;
}

export class RoomCreation {
  readonly #rooms: Rooms;
  readonly #memberships: Memberships;
  readonly #defaultVersion: string;

  constructor(parts: { rooms: Rooms; memberships: Memberships; defaultVersion: string }) {
    this.#rooms = parts.rooms;
    this.#memberships = parts.memberships;
    this.#defaultVersion = parts.defaultVersion;
  }

  /** `alias` is the whole alias, already found free and allowed. */
  create(creator: string, body: JsonObject, alias: string | undefined): Room {
    const wish = this.#read(creator, body, alias);
    const create = createContent(wish);
    const powers = powerLevels(wish, create);
    const room = this.#rooms.create(wish.version, {
      sender: creator,
      type: 'm.room.create',
      stateKey: '',
      content: create,
    });
    this.#memberships.change({ room, sender: creator, target: creator, membership: 'join' });
    const send = (type: string, content: JsonObject, stateKey = '') => {
      this.#rooms.send(room, { sender: creator, type, stateKey, content });
    };
    send('m.room.power_levels', powers);
    if (alias !== undefined) this.#rooms.setAlias(alias, room, creator);
    this.#fill(wish, send);
    this.#invite(wish, room);
    return room;
  }

  #read(creator: string, body: JsonObject, alias: string | undefined): Wish {
    const versionId = optionalString(body, 'room_version') ?? this.#defaultVersion;
    const version = ROOM_VERSIONS.get(versionId);
    if (!version) {
      throw new MatrixError(400, 'M_UNSUPPORTED_ROOM_VERSION', `Your homeserver does not support version ${versionId}`);
    }
    const isPublic = optionalString(body, 'visibility') === 'public';
    const name = optionalString(body, 'preset') ?? (isPublic ? 'public_chat' : 'private_chat');
    const preset = PRESETS.get(name);
    if (!preset) throw badJson(`'${name}' is not a valid preset`);
    const invitees = stringList(body, 'invite');
    for (const invitee of invitees) splitId('@', invitee);
    return { body, creator, version, preset, invitees, alias };
  }

  #fill({ body, preset, alias }: Wish, send: (type: string, content: JsonObject, stateKey?: string) => void): void {
    const initial = optionalList(body, 'initial_state').map(readInitialState);
    const isGiven = (type: string) => initial.some((event) => event.type === type && event.stateKey === '');
    if (alias !== undefined && !isGiven('m.room.canonical_alias')) send('m.room.canonical_alias', { alias });
    if (!isGiven('m.room.join_rules')) send('m.room.join_rules', { join_rule: preset.joinRule });
    if (!isGiven('m.room.history_visibility')) send('m.room.history_visibility', { history_visibility: 'shared' });
    if (preset.guestsCanJoin && !isGiven('m.room.guest_access')) {
      send('m.room.guest_access', { guest_access: 'can_join' });
    }
    for (const { type, stateKey, content } of initial) send(type, content, stateKey);
    const name = optionalString(body, 'name');
    if (name !== undefined) send('m.room.name', { name });
    const topic = optionalString(body, 'topic');
    if (topic !== undefined) send('m.room.topic', { topic, 'm.topic': { 'm.text': [{ body: topic }] } });
  }

  #invite({ body, creator, invitees }: Wish, room: Room): void {
    const content = optionalBoolean(body, 'is_direct') === true ? { is_direct: true } : {};
    for (const target of invitees) {
      this.#memberships.change({ room, sender: creator, target, membership: 'invite', content });
    }
  }
}

function createContent({ body, creator, version, preset, invitees }: Wish): JsonObject {
  const content: { [key: string]: Json | undefined } = { ...optionalObject(body, 'creation_content') };
  delete content['creator'];
  content['room_version'] = version.id;
  if (version.creatorInContent) content['creator'] = creator;
  if (!version.creatorsRule) return content;
  const more = new Set(stringList(content, 'additional_creators'));
  for (const user of more) splitId('@', user);
  if (preset.inviteesHavePower) for (const user of invitees) more.add(user);
  if (more.size > 0) content['additional_creators'] = [...more];
  return content;
}

function powerLevels({ body, creator, version, preset, invitees }: Wish, create: JsonObject): JsonObject {
  const override = optionalObject(body, 'power_level_content_override');
  const users: { [user: string]: number } = {};
  if (!version.creatorsRule) {
    users[creator] = 100;
    if (preset.inviteesHavePower) for (const user of invitees) users[user] = 100;
  }
  const overridden = override && optionalObject(override, 'users');
  const creators = [creator, ...stringList(create, 'additional_creators')];
  for (const user of version.creatorsRule ? creators : []) {
    if (overridden && Object.hasOwn(overridden, user)) {
      throw new BadContent(`Creator user ${user} must not appear in content.users`);
    }
  }
  if (!version.creatorsRule && overridden && !Object.hasOwn(overridden, creator)) {
    throw new BadContent(`Not a valid power_level_content_override: 'users' did not contain ${creator}`);
  }
  return {
    users,
    users_default: 0,
    events: {
      'm.room.name': 50,
      'm.room.power_levels': 100,
      'm.room.history_visibility': 100,
      'm.room.canonical_alias': 50,
      'm.room.avatar': 50,
      'm.room.tombstone': version.tombstoneLevel,
      'm.room.server_acl': 100,
      'm.room.encryption': 100,
      ...(preset.joinRule === 'public' ? { 'm.call.invite': 50 } : {}),
    },
    events_default: 0,
    state_default: 50,
    ban: 50,
    kick: 50,
    redact: 50,
    invite: preset.invite ?? 50,
    historical: 100,
    ...override,
  };
}

function readInitialState(row: Json): { type: string; stateKey: string; content: JsonObject } {
  if (!isObject(row)) throw badJson('initial_state must be a list of objects');
  const type = requiredString(row, 'type');
  if (type === 'm.room.create' || type === 'm.room.member') throw new BadContent(`${type} cannot be initial state`);
  return {
    type,
    stateKey: optionalString(row, 'state_key') ?? '',
    content: optionalObject(row, 'content') ?? {},
  };
}
