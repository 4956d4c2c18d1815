// The ways to a server's parts: a connection, or requests to its gateway where no connection is to be had. Knows which
// one is taken, for one attempt at being signed in; not what goes over it.

import type { Clock } from '../../bridge/clock.ts';
import type { Log } from '../../bridge/log.ts';
import { gatewayLink } from './gateway-link.ts';
import type { Link, LinkListener, Wire } from './io.ts';
import type { ServerProfile } from './profile.ts';
import { UntrustedHost } from './trusted-hosts.ts';

export interface WaysParts {
  readonly profile: Pick<ServerProfile, 'gateway'>;
  readonly io: Wire;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
}

/** Notification server, switchboard. */
type Part = 'NS' | 'SB';

export class Ways {
  readonly #parts: WaysParts;
  /** Those that only the gateway leads to. */
  readonly #closed: Set<Part>;

  constructor(parts: WaysParts) {
    this.#parts = parts;
    this.#closed = new Set(parts.profile.gateway?.only === true ? ['NS', 'SB'] : []);
  }

  to(part: Part): Wire {
    const { io } = this.#parts;
    return {
      buffers: io.buffers,
      dial: (host, port, listener) => this.#dial(part, host, port, listener),
      fetch: (request) => io.fetch(request),
    };
  }

  async #dial(part: Part, host: string, port: number, listener: LinkListener): Promise<Link> {
    const { profile, io, clock, log } = this.#parts;
    if (profile.gateway === undefined) return io.dial(host, port, listener);
    if (!this.#closed.has(part)) {
      try {
        return await io.dial(host, port, listener);
      } catch (error) {
        if (error instanceof UntrustedHost) throw error; // not by a detour either
        log.info({ part, err: error }, 'no connection to be had: the gateway is asked instead');
        this.#closed.add(part).add('SB'); // where there is no way to the first, one to the second is not waited for
      }
    }
    return gatewayLink({ io, clock, log }, { url: profile.gateway.url, server: part, host }, listener);
  }
}
