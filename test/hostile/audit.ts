// Which connections this process begins, as the socket layer is asked for them: below everything that decides, and below
// every library. Knows no policy.

import { createHook } from 'node:async_hooks';
import type { AsyncHook } from 'node:async_hooks';

interface ConnectRequest {
  readonly address?: string;
  readonly port?: number;
}

export class ConnectAudit {
  readonly #requests: ConnectRequest[] = [];
  readonly #hook: AsyncHook;

  constructor() {
    this.#hook = createHook({
      init: (_id, type, _trigger, resource) => {
        if (type === 'TCPCONNECTWRAP') this.#requests.push(resource);
      },
    }).enable();
  }

  /** `address port` of every one. */
  get connects(): readonly string[] {
    return this.#requests.map(({ address, port }) => `${address} ${port}`);
  }

  stop(): void {
    this.#hook.disable();
  }
}
