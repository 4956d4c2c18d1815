// Pages behind links that work once: forms that a user's browser posts elsewhere. Knows links and how long they are good
// for; not how a page looks, nor what it is for.

import type { Clock } from './clock.ts';

export interface PageOffer {
  /** What the link leads to, for people: "Your inbox". */
  readonly title: string;
  /** Called when the link is used, so that what is secret in the form is kept nowhere. Undefined: not to be had any more. */
  readonly make: () => PageForm | undefined;
}

export interface PageForm {
  /** Where the browser posts it. */
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

export interface PagesOptions {
  /** Under which users' browsers reach the bridge. */
  readonly publicUrl: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Not to be guessed, and fit for an address as it is. */
  readonly token: () => string;
}

const GOOD_FOR_MS = 60_000;
/** Beyond it the oldest are forgotten. */
const MOST = 1_000;

/** The part of the address before the token. */
export const PAGE_PATH = '/pages/';

export class Pages {
  readonly #options: PagesOptions;
  /** By token, oldest first. */
  readonly #offers = new Map<string, { readonly offer: PageOffer; readonly until: number }>();

  constructor(options: PagesOptions) {
    this.#options = options;
  }

  /** A link that works once, for a minute. */
  offer(offer: PageOffer): string {
    const { publicUrl, clock, token } = this.#options;
    const now = clock.now().getTime();
    for (const [known, { until }] of this.#offers) {
      if (until > now && this.#offers.size < MOST) break;
      this.#offers.delete(known);
    }
    const fresh = token();
    this.#offers.set(fresh, { offer, until: now + GOOD_FOR_MS });
    return `${publicUrl.replace(/\/+$/, '')}${PAGE_PATH}${fresh}`;
  }

  /** Where a link would lead; it stays good. */
  titleOf(token: string): string | undefined {
    return this.#find(token)?.title;
  }

  /** Uses a link up. */
  open(token: string): { readonly title: string; readonly form: PageForm } | undefined {
    const offer = this.#find(token);
    this.#offers.delete(token);
    const form = offer?.make();
    return offer && form && { title: offer.title, form };
  }

  #find(token: string): PageOffer | undefined {
    const found = this.#offers.get(token);
    return found && found.until > this.#options.clock.now().getTime() ? found.offer : undefined;
  }
}
