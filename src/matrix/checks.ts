// Looks at values that came over the wire before anything believes them. Knows shapes and bounds; not their meaning.

import type { EventId, MatrixUserId, RoomId } from '../bridge/ids.ts';
import { MAX_ID_BYTES } from './ghost-ids.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A room id has no domain in newer room versions, so nothing is asked of what follows the sigil. */
export function asRoomId(value: unknown): RoomId | undefined {
  return hasSigil(value, '!') ? (value as RoomId) : undefined;
}

export function asEventId(value: unknown): EventId | undefined {
  return hasSigil(value, '$') ? (value as EventId) : undefined;
}

export function asUserId(value: unknown): MatrixUserId | undefined {
  return hasSigil(value, '@') && value.includes(':') ? (value as MatrixUserId) : undefined;
}

export function asTime(value: unknown): Date | undefined {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 8_640_000_000_000_000) {
    return undefined;
  }
  return new Date(value);
}

function hasSigil(value: unknown, sigil: string): value is string {
  return (
    typeof value === 'string' &&
    value.length > 1 &&
    value.startsWith(sigil) &&
    Buffer.byteLength(value) <= MAX_ID_BYTES &&
    !value.includes('\u0000') &&
    value.isWellFormed()
  );
}
