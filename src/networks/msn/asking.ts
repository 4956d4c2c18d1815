// What is asked of the server, about the contact list for the most part, until it is answered. Knows questions by number
// and their outcome.

import type { BridgeError } from '../../bridge/errors.ts';
import type { ContactCommand, RequestRefused } from '../../msnp/contact-types.ts';
import type { NotificationCommand } from '../../msnp/notification-types.ts';
import type { MailPage, ServiceCommand } from '../../msnp/service-types.ts';
import { notSignedIn, requestRefused } from './errors.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** A question, without its number. */
export type Question =
  | Without<ContactCommand, 'request'>
  | Without<ServiceCommand, 'request'>
  | { readonly type: 'set-nick'; readonly nick: string }
  | { readonly type: 'set-personal-message'; readonly message: string; readonly media: string };

interface Waiter {
  readonly resolve: (page: MailPage | undefined) => void;
  readonly reject: (error: BridgeError) => void;
  page?: MailPage;
}

export class Asking {
  readonly #waiters = new Map<string, Waiter>();
  #count = 0;

  /** Resolves when it is done, to the page that was asked for; throws `BridgeError` with a sentence when it is not. */
  async ask(
    question: Question,
    send: ((command: NotificationCommand) => void) | undefined,
  ): Promise<MailPage | undefined> {
    if (send === undefined) throw notSignedIn();
    this.#count += 1;
    const request = `request-${this.#count}`;
    return new Promise((resolve, reject) => {
      this.#waiters.set(request, { resolve, reject });
      send({ ...question, request });
    });
  }

  onGranted(request: string, page: MailPage): void {
    const waiter = this.#waiters.get(request);
    if (waiter) waiter.page = page;
  }

  onDone(request: string): void {
    const waiter = this.#take(request);
    waiter?.resolve(waiter.page);
  }

  onRefused(refused: RequestRefused): void {
    this.#take(refused.request)?.reject(requestRefused(refused.reason, refused.code));
  }

  /** The connection is gone, and with it all answers. */
  end(): void {
    for (const { reject } of this.#waiters.values()) reject(requestRefused('lost', 0));
    this.#waiters.clear();
  }

  #take(request: string): Waiter | undefined {
    const waiter = this.#waiters.get(request);
    this.#waiters.delete(request);
    return waiter;
  }
}
