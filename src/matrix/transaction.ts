// Takes a transaction's body apart. One event that makes no sense is told to the log and does not hold up the others.

import type { MatrixEphemeral, MatrixEvent } from '../bridge/events.ts';
import type { Log } from '../bridge/log.ts';
import { isObject } from './checks.ts';
import { HttpProblem } from './http-body.ts';
import {
  type IsOurs,
  type OwnEvent,
  type SeenMember,
  eventIdOf,
  fromEphemeral,
  fromEvent,
  fromRename,
  ownEvent,
  seenMember,
} from './incoming.ts';

export interface ReceiveOptions {
  readonly isOurs: IsOurs;
  readonly onMember: (seen: SeenMember) => void;
  /** What one of ours has sent, as the homeserver has it. */
  readonly onEcho: (event: OwnEvent) => void;
  readonly log: Log;
}

export interface Received {
  readonly events: readonly MatrixEvent[];
  readonly ephemeral: readonly MatrixEphemeral[];
}

/** Events of one transaction that are complained of one by one. */
const MAX_COMPLAINTS = 10;

/** Throws `HttpProblem` if the body is no transaction. */
export function receive(body: unknown, options: ReceiveOptions): Received {
  if (!isObject(body)) throw badJson('A transaction is an object.');
  const events = listAt(body, 'events');
  // Homeservers may send the same under both keys: one of them is read.
  const stable = 'ephemeral' in body;
  const ephemeral = listAt(body, stable ? 'ephemeral' : 'de.sorunome.msc2409.ephemeral');
  const complain = complaints(options.log);
  const received = events.flatMap((raw) => receiveEvent(raw, options, complain));
  complain.end();
  return {
    events: received,
    ephemeral: [
      ...events.flatMap((raw) => fromRename(raw, options.isOurs) ?? []),
      ...ephemeral.flatMap((raw) => fromEphemeral(raw, options.isOurs) ?? []),
    ],
  };
}

interface Complain {
  (raw: unknown, why: string): void;
  end(): void;
}

/** A transaction may hold millions of events that make no sense: the log is not to. */
function complaints(log: Log): Complain {
  let count = 0;
  const complain = (raw: unknown, why: string): void => {
    count += 1;
    if (count > MAX_COMPLAINTS) return;
    log.warn({ event: eventIdOf(raw), why }, 'an event makes no sense and is left out');
  };
  const end = (): void => {
    if (count > MAX_COMPLAINTS) log.warn({ count }, 'so many events of a transaction made no sense');
  };
  return Object.assign(complain, { end });
}

function receiveEvent(
  raw: unknown,
  { isOurs, onMember, onEcho, log }: ReceiveOptions,
  complain: Complain,
): readonly MatrixEvent[] {
  try {
    const seen = seenMember(raw);
    if (seen !== undefined) onMember(seen);
    const own = ownEvent(raw, isOurs);
    if (own !== undefined) onEcho(own);
    const incoming = fromEvent(raw, isOurs);
    if (incoming.type === 'event') return [incoming.event];
    if (incoming.type === 'malformed') complain(raw, incoming.why);
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
