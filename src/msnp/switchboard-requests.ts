// Switchboards asked of the notification server and not yet granted. Knows XFR SB and its silence; opens none.

import { parseServerAddress } from './address.ts';
import type { NotificationEvent } from './notification-types.ts';
import type { Sender } from './sender.ts';
import type { Output } from './session.ts';

type Outputs = Output<NotificationEvent>[];

const ANSWERED_WITHIN_MS = 15_000;
const WAKE = /^switchboard-(\d+)$/;

export class SwitchboardRequests {
  readonly #sender: Sender;
  readonly #requests = new Map<number, string>();

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /** `ready`: our first status is set; 913 is what the server says to those whose is not. */
  ask(request: string, ready: boolean): Outputs {
    if (!ready) return [{ type: 'event', event: { type: 'switchboard-refused', request, code: 913 } }];
    const { trid, output } = this.#sender.send('XFR', ['SB']);
    this.#requests.set(trid, request);
    return [output, { type: 'wake', id: `switchboard-${trid}`, afterMs: ANSWERED_WITHIN_MS }];
  }

  has(trid: number): boolean {
    return this.#requests.has(trid);
  }

  /** `XFR trid SB host:port CKI ticket …`. */
  granted([number, , where = '', , ticket = '']: readonly string[]): Outputs {
    const trid = Number(number);
    const request = this.#requests.get(trid);
    if (request === undefined) return [];
    const server = parseServerAddress(where);
    if (server === undefined || ticket === '') return this.refused(trid, 0);
    return this.#answer(trid, { type: 'switchboard-granted', request, ...server, ticket });
  }

  refused(trid: number, code: number): Outputs {
    const request = this.#requests.get(trid);
    return request === undefined ? [] : this.#answer(trid, { type: 'switchboard-refused', request, code });
  }

  woken(id: string): Outputs {
    const number = WAKE.exec(id)?.[1];
    return number === undefined ? [] : this.refused(Number(number), 0);
  }

  /** The connection is gone; nobody will answer. */
  abandon(): Outputs {
    return [...this.#requests.keys()].flatMap((trid) => this.refused(trid, 0));
  }

  #answer(trid: number, event: NotificationEvent): Outputs {
    this.#requests.delete(trid);
    return [
      { type: 'cancel', id: `switchboard-${trid}` },
      { type: 'event', event },
    ];
  }
}
