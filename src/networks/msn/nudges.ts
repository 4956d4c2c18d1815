// Nudges that go out: which words are one, and how often somebody may be nudged. Knows chats; not how a nudge looks there.

import type { Clock } from '../../bridge/clock.ts';
import { BridgeError } from '../../bridge/errors.ts';
import type { Content } from '../../bridge/events.ts';
import { plainText, text } from '../../bridge/events.ts';
import type { ChatId } from '../../bridge/ids.ts';

/** What is said in a chat to nudge those who are in it. */
export const NUDGE_WORD = text('!nudge');
/** As other clients have it. */
const BETWEEN_MS = 10_000;

export function isNudge(content: Content): boolean {
  return plainText(content).trim().toLowerCase() === plainText(NUDGE_WORD);
}

export class Nudges {
  readonly #clock: Pick<Clock, 'now'>;
  /** The last of each chat, the oldest first. */
  readonly #last = new Map<ChatId, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** What happens before a nudge leaves: if it is too early, it does not. */
  paced(chat: ChatId, beforeWrite: () => Promise<void>): () => Promise<void> {
    return async () => {
      this.#forgetOld();
      if (this.#last.has(chat))
        throw new BridgeError('bad-state', 'There was a nudge just now: please wait ten seconds.');
      await beforeWrite();
      this.#last.set(chat, this.#clock.now().getTime());
    };
  }

  #forgetOld(): void {
    const now = this.#clock.now().getTime();
    for (const [chat, at] of this.#last) if (now - at >= BETWEEN_MS) this.#last.delete(chat);
  }
}
