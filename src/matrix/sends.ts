// Sends each event once, also when nobody knows whether an earlier attempt got through: a homeserver remembers transaction
// ids for half an hour and not over a restart. Knows marks and looks for them; not what is sent.

import { BridgeError } from '../bridge/errors.ts';
import type { EventId, MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { Log } from '../bridge/log.ts';
import { asEventId, isObject } from './checks.ts';
import { isForbidden, isUncertain, toBridgeError } from './errors.ts';
import { CLIENT, type Intents, type SendRequest } from './intent.ts';
import type { Markers } from './marker.ts';

export interface SendsOptions {
  readonly intents: Pick<Intents, 'send' | 'call' | 'redact'>;
  readonly markers: Markers;
  readonly log: Log;
}

/** One of ours, as the homeserver shows it. */
export interface Echo {
  readonly room: RoomId;
  readonly sender: MatrixUserId;
  readonly event: EventId;
  readonly txnId: string;
}

const ATTEMPTS = 3;
/** Of one sender in one room at most one event is under way, and few have been since it was looked last. */
const LOOK_AT = 30;
/** Of each of two generations. */
const MOST_KNOWN = 5_000;
const MOST_PLACES = 50_000;

export class Sends {
  readonly #options: SendsOptions;
  /** What stands where, by room and transaction id. What came before it goes all at once: that is quicker than one by one. */
  #known = new Map<string, EventId>();
  #knownBefore = new Map<string, EventId>();
  /** Rooms, and senders in rooms, of which nothing is in doubt: they have no event that this process does not know of. */
  readonly #sure = new Set<string>();

  constructor(options: SendsOptions) {
    this.#options = options;
  }

  /** The room was made just now: nobody has said anything there. */
  noteNew(room: RoomId): void {
    this.#beSure(room);
  }

  /** The homeserver shows an event of ours. A second one for the same attempt is taken back. */
  noteEcho({ room, event, txnId }: Echo): void {
    const known = this.#find(room, txnId);
    if (known === undefined) this.#note(room, txnId, event);
    if (known === undefined || known === event) return;
    const { intents, log } = this.#options;
    log.error({ room, event, first: known }, 'an event stands twice, and the second is taken back');
    intents.redact(room, event, 'sent twice', `d.${txnId}`).catch((err: unknown) => {
      log.warn({ room, event, err }, 'an event that stands twice could not be taken back');
    });
  }

  /** Throws `BridgeError`. */
  async send(request: SendRequest): Promise<EventId> {
    const { room, sender, txnId } = request;
    const content = this.#options.markers.mark(request.content, request, txnId);
    for (let attempt = 1; ; attempt++) {
      if (!this.#sure.has(room) && !this.#sure.has(place(room, sender))) await this.#look(room, sender);
      const known = this.#find(room, txnId);
      if (known !== undefined) return known;
      try {
        const event = await this.#options.intents.send({ ...request, content });
        this.#note(room, txnId, event);
        return event;
      } catch (error) {
        if (!isUncertain(error)) throw toBridgeError(error);
        for (const doubtful of [room, place(room, sender)]) this.#sure.delete(doubtful);
        if (attempt === ATTEMPTS) throw toBridgeError(error);
      }
    }
  }

  /** Finds out what of this sender stands in the room already. */
  async #look(room: RoomId, sender: MatrixUserId): Promise<void> {
    const { intents, markers } = this.#options;
    const path = `${CLIENT}/rooms/${encodeURIComponent(room)}/messages`;
    const query = { dir: 'b', limit: String(LOOK_AT), filter: JSON.stringify({ senders: [sender] }) };
    let answer: unknown;
    try {
      answer = await intents.call(sender, 'GET', path, undefined, query);
    } catch (error) {
      // whoever is not in the room has nothing there, and may be let in by sending
      if (!isForbidden(error)) throw toBridgeError(error);
    }
    const chunk: unknown = isObject(answer) ? answer['chunk'] : [];
    if (!Array.isArray(chunk)) throw new BridgeError('homeserver', 'The homeserver answers in an unknown way.');
    for (const raw of chunk.toReversed() as readonly unknown[]) {
      if (!isObject(raw) || raw['sender'] !== sender) continue;
      const txnId = markers.read(raw['content'], { room, sender });
      const event = asEventId(raw['event_id']);
      if (txnId !== undefined && event !== undefined) this.noteEcho({ room, sender, event, txnId });
    }
    this.#beSure(place(room, sender));
  }

  #find(room: RoomId, txnId: string): EventId | undefined {
    const key = `${room} ${txnId}`;
    return this.#known.get(key) ?? this.#knownBefore.get(key);
  }

  #note(room: RoomId, txnId: string, event: EventId): void {
    this.#known.set(`${room} ${txnId}`, event);
    if (this.#known.size < MOST_KNOWN) return;
    this.#knownBefore = this.#known;
    this.#known = new Map();
  }

  /** What is forgotten is looked for again. */
  #beSure(of: string): void {
    this.#sure.add(of);
    if (this.#sure.size > MOST_PLACES) for (const oldest of this.#sure) return void this.#sure.delete(oldest);
  }
}

function place(room: RoomId, sender: MatrixUserId): string {
  return `${room} ${sender}`;
}
