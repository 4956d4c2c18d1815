// Who may do what in a room, by its power levels and creators. Knows levels; not membership.

import { BadContent, badJson, forbidden } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { RoomVersion } from './room-versions.ts';

const ACTIONS = { invite: 0, kick: 50, ban: 50, redact: 50 } as const;
export type Action = keyof typeof ACTIONS;

const NUMBERS = ['users_default', 'events_default', 'state_default', 'ban', 'redact', 'kick', 'invite'] as const;
const TABLES = ['users', 'events', 'notifications'] as const;

const numberAt = (from: JsonObject | undefined, key: string): number | undefined => {
  const value = from && Object.hasOwn(from, key) ? from[key] : undefined;
  return typeof value === 'number' ? value : undefined;
};

const tableAt = (from: JsonObject, key: string): JsonObject => {
  const value = from[key];
  return isObject(value) ? value : {};
};

export class PowerLevels {
  readonly #content: JsonObject | undefined;
  readonly #users: JsonObject;
  readonly #events: JsonObject;
  readonly #version: RoomVersion;
  readonly #creators: ReadonlySet<string>;

  /** `content` is absent as long as the room has no power levels event. */
  constructor(content: JsonObject | undefined, version: RoomVersion, creators: ReadonlySet<string>) {
    this.#content = content;
    this.#users = tableAt(content ?? {}, 'users');
    this.#events = tableAt(content ?? {}, 'events');
    this.#version = version;
    this.#creators = creators;
  }

  of(user: string): number {
    if (this.#version.creatorsRule && this.#creators.has(user)) return Infinity;
    if (!this.#content) return this.#creators.has(user) ? 100 : 0;
    return numberAt(this.#users, user) ?? numberAt(this.#content, 'users_default') ?? 0;
  }

  toSend(type: string, isState: boolean): number {
    const own = numberAt(this.#events, type);
    if (own !== undefined) return own;
    if (isState) return numberAt(this.#content, 'state_default') ?? (this.#content ? 50 : 0);
    return numberAt(this.#content, 'events_default') ?? 0;
  }

  to(action: Action): number {
    return numberAt(this.#content, action) ?? ACTIONS[action];
  }

  require(user: string, action: Action, what: string): void {
    if (this.of(user) < this.to(action)) throw forbidden(`You don't have permission to ${what}`);
  }

  /** Whether `sender` may put `next` in the place of these levels. */
  checkChange(sender: string, next: JsonObject): void {
    checkShape(next, this.#version, this.#creators);
    if (!this.#content) return;
    const own = this.of(sender);
    const check = (name: string, before: number | undefined, after: number | undefined, strict: boolean) => {
      if (before === after) return;
      if (before !== undefined && (strict ? before >= own : before > own)) {
        throw forbidden(`You don't have permission to change ${name}: it is at ${before}, you at ${own}`);
      }
      if (after !== undefined && after > own) {
        throw forbidden(`You don't have permission to set ${name} to ${after}: you are at ${own}`);
      }
    };
    for (const key of NUMBERS) check(key, numberAt(this.#content, key), numberAt(next, key), false);
    for (const table of TABLES) {
      const before = tableAt(this.#content, table);
      const after = tableAt(next, table);
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        // somebody else's level may be lowered only from below one's own
        const strict = table === 'users' && key !== sender;
        check(`${table} ${key}`, numberAt(before, key), numberAt(after, key), strict);
      }
    }
  }
}

function checkShape(content: JsonObject, version: RoomVersion, creators: ReadonlySet<string>): void {
  const integer = (name: string, value: Json | undefined) => {
    if (value !== undefined && !Number.isSafeInteger(value)) throw badJson(`power level ${name} must be an integer`);
  };
  for (const key of NUMBERS) integer(key, content[key]);
  for (const table of TABLES) {
    const levels = content[table];
    if (levels === undefined) continue;
    if (!isObject(levels)) throw badJson(`'${table}' must be an object`);
    for (const [key, level] of Object.entries(levels)) {
      integer(`${table} ${key}`, level);
      if (table !== 'users') continue;
      if (!/^@[^:]*:.+$/.test(key)) throw new BadContent(`'${key}' in users is no user id`);
      if (version.creatorsRule && creators.has(key))
        throw new BadContent(`Creator user ${key} must not appear in content.users`);
    }
  }
}
