// Reads what was said in a room, as if it were pushed now. Asks as the bot; keeps nothing.

import { isTalk, type MatrixMessage, type Talk } from '../bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { Recent } from '../bridge/matrix.ts';
import { asString, isObject } from './checks.ts';
import { refusalOf, toBridgeError } from './errors.ts';
import { fromEvent, type IsOurs } from './incoming.ts';
import { CLIENT, type Intents } from './intent.ts';

export interface HistoryOptions {
  readonly intents: Pick<Intents, 'call'>;
  readonly bot: MatrixUserId;
  readonly isOurs: IsOurs;
}

const PAGE = 100;
const MOST_PAGES = 10;

export class History {
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  async read(room: RoomId, event: EventId): Promise<MatrixMessage | undefined> {
    let raw: unknown;
    try {
      raw = await this.#get(room, `event/${encodeURIComponent(event)}`);
    } catch (error) {
      const failure = toBridgeError(error);
      // whatever the homeserver has against it: it is not there for us
      if (refusalOf(error) !== undefined && !failure.retriable) return undefined;
      throw failure;
    }
    const [found] = this.#talk([raw]);
    return found?.type === 'message' ? found : undefined;
  }

  async recent(room: RoomId, since: Date): Promise<Recent> {
    const pages: (readonly Talk[])[] = [];
    let from: string | undefined;
    let isCutOff = true;
    while (isCutOff && pages.length < MOST_PAGES) {
      const { chunk, end } = await this.#page(room, from);
      pages.push(this.#talk(chunk).filter(({ at }) => at >= since));
      const oldest = chunk.at(-1);
      const time = isObject(oldest) ? oldest['origin_server_ts'] : undefined;
      isCutOff = end !== undefined && typeof time === 'number' && time >= since.getTime();
      from = end;
    }
    return { said: pages.flat().toReversed(), isCutOff };
  }

  async #page(
    room: RoomId,
    from: string | undefined,
  ): Promise<{ readonly chunk: readonly unknown[]; readonly end: string | undefined }> {
    let answer: unknown;
    try {
      answer = await this.#get(room, 'messages', {
        dir: 'b',
        limit: String(PAGE),
        ...(from !== undefined && { from }),
      });
    } catch (error) {
      throw toBridgeError(error);
    }
    const chunk: unknown = isObject(answer) ? answer['chunk'] : [];
    return { chunk: Array.isArray(chunk) ? chunk : [], end: isObject(answer) ? asString(answer['end']) : undefined };
  }

  #talk(chunk: readonly unknown[]): readonly Talk[] {
    return chunk.flatMap((raw): readonly Talk[] => {
      const incoming = fromEvent(raw, this.#options.isOurs);
      return incoming.type === 'event' && isTalk(incoming.event) ? [incoming.event] : [];
    });
  }

  async #get(room: RoomId, what: string, query?: Readonly<Record<string, string>>): Promise<unknown> {
    const path = `${CLIENT}/rooms/${encodeURIComponent(room)}/${what}`;
    return this.#options.intents.call(this.#options.bot, 'GET', path, undefined, query);
  }
}
