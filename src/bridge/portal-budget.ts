// How many rooms a login's news may make in a minute: strangers by the hundred are not to make rooms by the hundred. The
// chats beyond that wait for their turns, in the order in which they asked. Knows chats by name; makes no room.

import { Pacer } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Content } from './events.ts';
import type { ChatId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import { say } from './say.ts';

const ROOMS_A_MINUTE = 5;
/** A turn holds so long: the homeserver may not answer when it comes. */
const TURN_HOLDS_MS = 60 * 60_000;

export interface PortalBudgetParts {
  readonly clock: Clock;
  readonly notify: (login: Login, content: Content, about: string) => Promise<unknown>;
  readonly log: Log;
}

interface Crowd {
  readonly pacer: Pacer;
  /** When the turn of each chat comes or came, in this order. */
  readonly turns: Map<ChatId, number>;
  /** The latest of them. */
  last: number;
  /** The user was told, and since then somebody always waits. */
  told: boolean;
}

export class PortalBudget {
  readonly #parts: PortalBudgetParts;
  readonly #crowds = new Map<string, Crowd>();

  constructor(parts: PortalBudgetParts) {
    this.#parts = parts;
  }

  /** Milliseconds until a room for this chat may be made; 0: now. A chat that asks again keeps its turn. */
  turn(login: Login, chat: ChatId): number {
    const now = this.#parts.clock.now().getTime();
    const crowd = this.#crowdOf(login, now);
    let due = crowd.turns.get(chat);
    if (due === undefined) {
      due = now + crowd.pacer.turn();
      crowd.turns.set(chat, due);
      crowd.last = due;
    }
    if (crowd.last <= now) crowd.told = false;
    else if (!crowd.told) this.#tell(login, crowd, now);
    return Math.max(0, due - now);
  }

  forget({ id }: Login): void {
    this.#crowds.delete(id);
  }

  #crowdOf({ id }: Login, now: number): Crowd {
    let crowd = this.#crowds.get(id);
    if (!crowd) {
      const pacer = new Pacer(this.#parts.clock, { perSecond: ROOMS_A_MINUTE / 60, burst: ROOMS_A_MINUTE });
      crowd = { pacer, turns: new Map(), last: 0, told: false };
      this.#crowds.set(id, crowd);
    }
    for (const [chat, due] of crowd.turns) {
      if (due + TURN_HOLDS_MS > now) break;
      crowd.turns.delete(chat);
    }
    return crowd;
  }

  /** Once, as long as somebody waits. */
  #tell(login: Login, crowd: Crowd, now: number): void {
    const { notify, log } = this.#parts;
    crowd.told = true;
    log.warn({ login: login.id }, 'more new chats than rooms may be made in a minute: the others wait');
    const sentence = say(
      `Many people with whom you have no chat yet write to you on ${login.network.name} (${login.address}). `,
      'Their chats come a few a minute, so that your list of rooms is not flooded; nothing is lost.',
    );
    notify(login, sentence, `crowd ${login.id} ${now}`).catch((error: unknown) => {
      log.warn({ err: error }, 'user could not be told of a crowd');
    });
  }
}
