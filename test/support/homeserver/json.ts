// Reads JSON the way a strict homeserver does: UTF-8 only, objects only, integers only. Knows no endpoint.

import { BadContent, badJson, MatrixError } from './errors.ts';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body of a request. An empty one is `{}` only where the endpoint allows that. */
export function parseObject(bytes: Uint8Array, allowEmpty: boolean): JsonObject {
  if (bytes.length === 0 && allowEmpty) return {};
  let value: Json;
  try {
    value = JSON.parse(utf8.decode(bytes)) as Json;
  } catch (error) {
    throw new MatrixError(400, 'M_NOT_JSON', `Content not JSON: ${String(error)}`);
  }
  if (!isObject(value)) throw badJson('Content must be a JSON object.');
  return value;
}

/** Canonical JSON has no fractions and no integers beyond 2^53, and its strings are valid Unicode. */
export function checkCanonical(value: Json | undefined): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw badJson(`Bad JSON value: ${value} is no canonical integer`);
  } else if (typeof value === 'string') {
    // as Synapse, whose encoder fails on it
    if (!value.isWellFormed()) throw new BadContent('Internal server error: a lone surrogate', 500);
  } else if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) checkCanonical(item);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      if (!key.isWellFormed()) throw new BadContent('Internal server error: a lone surrogate', 500);
      checkCanonical(value[key]);
    }
  }
}

/** Equal whatever the order of the keys. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    const other = b as readonly Json[];
    return a.length === other.length && (a as readonly Json[]).every((item, at) => sameJson(item, other[at]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
}

export function requiredString(body: JsonObject, key: string): string {
  const value = optionalString(body, key);
  if (value === undefined) throw new MatrixError(400, 'M_MISSING_PARAM', `Missing params: ['${key}']`);
  return value;
}

export function optionalString(body: JsonObject, key: string): string | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw badJson(`'${key}' must be a string`);
  return value;
}

export function optionalBoolean(body: JsonObject, key: string): boolean | undefined {
  const value = body[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'boolean') throw badJson(`'${key}' must be a boolean`);
  return value;
}

export function optionalObject(body: JsonObject, key: string): JsonObject | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (!isObject(value)) throw badJson(`'${key}' must be an object`);
  return value;
}

export function optionalList(body: JsonObject, key: string): readonly Json[] {
  const value = body[key];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badJson(`'${key}' must be a list`);
  return value as readonly Json[];
}

export function stringList(body: JsonObject, key: string): readonly string[] {
  return optionalList(body, key).map((item) => {
    if (typeof item !== 'string') throw badJson(`'${key}' must be a list of strings`);
    return item;
  });
}

/** For what must be a string there, in answers and events. */
export function textAt(from: JsonObject, key: string): string {
  const value = from[key];
  if (typeof value !== 'string') throw new Error(`'${key}' is no string in ${JSON.stringify(from)}`);
  return value;
}
