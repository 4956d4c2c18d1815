// Takes a transaction's body apart. One event that makes no sense is told to the log and does not hold up the others.

import type { MatrixEphemeral, MatrixEvent } from '../bridge/events.ts';
import type { Log } from '../bridge/log.ts';
import { isObject } from './checks.ts';
import { HttpProblem } from './http-body.ts';
import { type IsOurs, type SeenMember, eventIdOf, fromEphemeral, fromEvent, seenMember } from './incoming.ts';

export interface ReceiveOptions {
  readonly isOurs: IsOurs;
  readonly onMember: (seen: SeenMember) => void;
  readonly log: Log;
}

export interface Received {
  readonly events: readonly MatrixEvent[];
  readonly ephemeral: readonly MatrixEphemeral[];
}

/** Throws `HttpProblem` if the body is no transaction. */
export function receive(body: unknown, options: ReceiveOptions): Received {
  if (!isObject(body)) throw badJson('A transaction is an object.');
  const events = listAt(body, 'events');
  // Homeservers may send the same under both keys: one of them is read.
  const stable = 'ephemeral' in body;
  const ephemeral = listAt(body, stable ? 'ephemeral' : 'de.sorunome.msc2409.ephemeral');
  return {
    events: events.flatMap((raw) => receiveEvent(raw, options)),
    ephemeral: ephemeral.flatMap((raw) => fromEphemeral(raw, options.isOurs) ?? []),
  };
}

function receiveEvent(raw: unknown, { isOurs, onMember, log }: ReceiveOptions): readonly MatrixEvent[] {
  try {
    const seen = seenMember(raw);
    if (seen !== undefined) onMember(seen);
    const incoming = fromEvent(raw, isOurs);
    if (incoming.type === 'event') return [incoming.event];
    if (incoming.type === 'malformed') {
      log.warn({ event: eventIdOf(raw), why: incoming.why }, 'an event makes no sense and is left out');
    }
  } catch (err) {
    // A mistake of ours; the homeserver would send the same again and again.
    log.error({ err, event: eventIdOf(raw) }, 'an event could not be read and is left out');
  }
  return [];
}

function listAt(body: Readonly<Record<string, unknown>>, key: string): readonly unknown[] {
  const list = body[key] ?? [];
  if (!Array.isArray(list)) throw badJson(`\`${key}\` is no list.`);
  return list;
}

function badJson(message: string): HttpProblem {
  return new HttpProblem(400, 'M_BAD_JSON', message);
}
