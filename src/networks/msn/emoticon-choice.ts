// Whether one login wants text codes as emoji and the other way round, and which codes are pictures of their senders' own.
// Knows what was announced; not how the codes are replaced.

import type { Content } from '../../bridge/events.ts';
import type { NetworkChoice } from '../../bridge/network.ts';
import type { ChatMessage } from '../../msnp/message.ts';
import { withCodes, withEmoji } from './convert-emoticons.ts';

export const EMOTICONS_CHOICE: NetworkChoice = {
  name: 'emoticons',
  summary: 'shows codes like :-) as emoji, and sends emoji as such codes where there is one',
  on: 'Codes like :-) are shown as emoji, and emoji are sent as such codes where there is one.',
  off: 'Codes like :-) and emoji are carried as they are written.',
};

/** People who have announced pictures and not used them yet; beyond that the oldest are forgotten. */
const MAX_ANNOUNCERS = 64;
const MAX_CODES = 20;

export class EmoticonChoice {
  #on: boolean;
  readonly #announced = new Map<string, readonly string[]>();

  constructor(on: boolean) {
    this.#on = on;
  }

  choose(on: boolean): void {
    this.#on = on;
  }

  /** `sender`: who, in which conversation. What is announced counts for their next text. */
  announce(sender: string, codes: readonly string[]): void {
    const known = this.#announced.get(sender) ?? [];
    this.#announced.delete(sender);
    this.#announced.set(sender, [...known, ...codes].slice(-MAX_CODES));
    const [oldest] = this.#announced.keys();
    if (this.#announced.size > MAX_ANNOUNCERS && oldest !== undefined) this.#announced.delete(oldest);
  }

  /** `kind`: of the message. A nudge or an offer in between leaves what is announced for the text to come. */
  heard(sender: string, content: Content, kind: ChatMessage['type']): Content {
    const own = kind === 'text' ? this.#announced.get(sender) : undefined;
    if (kind === 'text') this.#announced.delete(sender);
    return this.#on ? withEmoji(content, own) : content;
  }

  said(content: Content): Content {
    return this.#on ? withCodes(content) : content;
  }
}
