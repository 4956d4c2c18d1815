// Remembers transaction ids as Synapse does: by path and application service (not by ghost), or by path and access
// token. Knows who asked and what came out; not what was done.

import { sameJson, type JsonObject } from './json.ts';
import type { RequestLog } from './request-log.ts';
import type { Requester } from './requester.ts';

interface Remembered {
  readonly user: string;
  readonly content: JsonObject;
  readonly reply: JsonObject;
}

/** Synapse forgets after 30 to 60 minutes. */
const GENERATION_MS = 30 * 60_000;

export class TransactionIds {
  readonly #log: RequestLog;
  readonly #now: () => number;
  #young = new Map<string, Remembered>();
  #old = new Map<string, Remembered>();
  #since: number;

  constructor(log: RequestLog, now: () => number) {
    this.#log = log;
    this.#now = now;
    this.#since = now();
  }

  /** Does `work` once for this path and sender. A failure is not remembered: the client may try again. */
  once(path: string, requester: Requester, content: JsonObject, work: () => JsonObject): JsonObject {
    const key = `${requester.type === 'appservice' ? requester.registration.id : requester.token} ${path}`;
    const known = this.#young.get(key) ?? this.#old.get(key);
    if (known) {
      this.#compare(path, known, requester, content);
      return known.reply;
    }
    const reply = work();
    this.#turn();
    this.#young.set(key, { user: requester.user, content, reply });
    return reply;
  }

  /** What a restart of Synapse does. */
  forget(): void {
    this.#young = new Map();
    this.#old = new Map();
  }

  #compare(path: string, known: Remembered, requester: Requester, content: JsonObject): void {
    if (known.user !== requester.user) {
      this.#log.violation(
        'transaction-id-of-two-users',
        requester.type,
        `${path} was used by ${known.user} and by ${requester.user}: the second event was swallowed`,
      );
    } else if (!sameJson(known.content, content)) {
      this.#log.violation('transaction-id-with-other-content', requester.type, `${path} came with other content`);
    }
  }

  #turn(): void {
    const now = this.#now();
    if (now - this.#since < GENERATION_MS) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#since = now;
  }
}
