// The service's own side of a login: what it tells, as notices, and the pages that it signs its users in to. Knows its
// parts; not how a connection comes to be.

import type { Clock } from '../../bridge/clock.ts';
import type { Notice } from '../../bridge/events.ts';
import type { Log } from '../../bridge/log.ts';
import type { NetworkLogin } from '../../bridge/network.ts';
import type { ServiceEvent } from '../../msnp/service-types.ts';
import { addressKind, mayGiveCredentials } from './address-policy.ts';
import { Notices } from './notices.ts';
import type { ServerProfile } from './profile.ts';
import { ServiceNews, type Told } from './service-news.ts';
import { WebPages, type WebPagesParts } from './web-pages.ts';

export interface ServiceParts {
  readonly profile: ServerProfile;
  readonly login: Pick<NetworkLogin, 'user' | 'address' | 'password'>;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
  readonly emit: (notice: Notice) => void;
  readonly ask: WebPagesParts['ask'];
}

export class Service {
  readonly news: ServiceNews;
  readonly pages: WebPages;
  readonly #notices: Notices;
  readonly #said = new Set<string>();

  constructor({ profile, login, clock, log, emit, ask }: ServiceParts) {
    this.#notices = new Notices({ login: login.user, clock, emit });
    this.news = new ServiceNews({ server: profile.name, say: (text) => this.say(text), log });
    this.pages = new WebPages({
      address: login.address,
      password: login.password,
      now: () => clock.now(),
      mayPost: (url) => mayGiveCredentials(profile, url, addressKind(url.hostname)),
      ask,
    });
  }

  /** A sentence for the user. */
  say(text: string): void {
    this.#notices.say(text);
  }

  /** What is found out anew at every sign-in is said once. */
  sayOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.say(text);
  }

  /** A session begins. */
  begin(epoch: number): void {
    this.#notices.begin(epoch);
  }

  /** It is over. */
  end(): void {
    this.#notices.end();
    this.pages.end();
  }

  onEvent(event: Told | Extract<ServiceEvent, { type: 'profile' }>): void {
    if (event.type === 'profile') this.pages.onProfile(event.profile);
    else this.news.handle(event);
  }
}
