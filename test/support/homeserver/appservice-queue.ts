// Brings events to one application service as Synapse does: numbered transactions, one in flight, at most 100 events
// each, tried again for ever with growing pauses. Knows texts of events; not rooms, nor whom an event concerns.

import type { Answer, AppserviceLink } from './appservice-link.ts';
import { isObject } from './json.ts';

const MOST = 100;
/** The pause after the n-th failure is 2^n seconds, up to 512. */
const LAST_BACKOFF = 9;
const KEPT = 10_000;

interface Transaction {
  readonly id: string;
  readonly events: readonly string[];
  /** Sent with the first attempt only. */
  readonly ephemeral: readonly string[];
  attempts: number;
}

/** One attempt to hand a transaction over. */
export interface Delivery {
  readonly id: string;
  readonly attempt: number;
  readonly events: number;
  readonly ephemeral: number;
  /** 0 when there was no answer. */
  readonly status: number;
}

export interface QueueTarget {
  readonly link: AppserviceLink;
  /** Under which keys ephemeral events are sent; none, if the registration does not ask for them. */
  readonly ephemeralKeys: readonly string[];
}

export interface QueueParts {
  /** 1 is Synapse's pace. */
  readonly clockFactor: number;
  readonly onOddAnswer: (detail: string) => void;
  /** Called after each attempt. */
  readonly onDelivery: () => void;
}

export class AppserviceQueue {
  clockFactor: number;
  deliveries: Delivery[] = [];
  readonly #parts: QueueParts;
  #target: QueueTarget;
  #events: string[] = [];
  #ephemeral: string[] = [];
  /** Not yet acknowledged, oldest first. */
  #unsent: Transaction[] = [];
  #count = 0;
  #isPumping = false;
  #recovery: { failures: number; timer: NodeJS.Timeout | undefined } | undefined;
  #isWithheld = false;
  #repeats = 0;
  #lostAnswers = 0;
  #isStopped = false;

  constructor(target: QueueTarget, parts: QueueParts) {
    this.#target = target;
    this.#parts = parts;
    this.clockFactor = parts.clockFactor;
  }

  /** Nothing waits and nothing is in flight. */
  get isIdle(): boolean {
    return this.#events.length + this.#ephemeral.length + this.#unsent.length === 0 && !this.#isPumping;
  }

  /** Events that are not accepted yet. */
  get backlog(): number {
    return this.#unsent.reduce((sum, { events }) => sum + events.length, this.#events.length);
  }

  /** The application service failed last time; transactions pile up until the next try. */
  get isDown(): boolean {
    return this.#recovery !== undefined;
  }

  push(event: string): void {
    this.#events.push(event);
    void this.#pump();
  }

  pushEphemeral(event: string): void {
    if (this.#target.ephemeralKeys.length === 0) return;
    this.#ephemeral.push(event);
    void this.#pump();
  }

  /** The service has moved: what waits goes there, with the numbers that it has. */
  moveTo(target: QueueTarget): void {
    const { link } = this.#target;
    this.#target = target;
    link.close();
    this.forceRetry();
  }

  /** What a successful ping does: the backlog is tried at once. */
  forceRetry(): void {
    if (this.#recovery?.timer === undefined) return;
    clearTimeout(this.#recovery.timer);
    this.#recovery.timer = undefined;
    void this.#retry();
  }

  /** Lets events pile up until `release`. What is in flight stays so. */
  withhold(): void {
    this.#isWithheld = true;
  }

  release(): void {
    this.#isWithheld = false;
    void this.#pump();
  }

  /** Sends each of the next `times` accepted transactions a second time. */
  repeatNext(times = 1): void {
    this.#repeats += times;
  }

  /** Takes the next `times` successful answers for lost, so that the same transactions come again after a pause. */
  loseAnswers(times = 1): void {
    this.#lostAnswers += times;
  }

  /** Drops what was not yet made into a transaction, as Synapse may do when it is restarted (issue 11637). */
  dropQueued(): number {
    const dropped = this.#events.length;
    this.#events = [];
    this.#ephemeral = [];
    return dropped;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#recovery?.timer);
    this.#target.link.close();
  }

  async #pump(): Promise<void> {
    if (this.#isPumping || this.#isWithheld || this.#isStopped) return;
    this.#isPumping = true;
    while (this.#events.length + this.#ephemeral.length > 0 && !this.#isWithheld && !this.#isStopped) {
      const transaction = this.#cut();
      // as Synapse: while the service is down what is ephemeral is dropped …
      if (this.#recovery && transaction.events.length === 0) continue;
      this.#unsent.push(transaction);
      // … and each push becomes a transaction of its own (issue 8704)
      if (this.#recovery) continue;
      if (await this.#attempt(transaction)) this.#unsent.shift();
      else if (!this.#isStopped) this.#recoverLater(1);
    }
    this.#isPumping = false;
    this.#parts.onDelivery();
  }

  /** The next transaction; one without events, made while the service is down, keeps no number. */
  #cut(): Transaction {
    if (!this.#recovery || this.#events.length > 0) this.#count += 1;
    return {
      id: String(this.#count),
      events: this.#events.splice(0, MOST),
      ephemeral: this.#ephemeral.splice(0, MOST),
      attempts: 0,
    };
  }

  #recoverLater(failures: number): void {
    const pause = 2 ** Math.min(failures, LAST_BACKOFF) * 1000 * this.clockFactor;
    const recovery: { failures: number; timer: NodeJS.Timeout | undefined } = { failures, timer: undefined };
    recovery.timer = setTimeout(() => {
      recovery.timer = undefined;
      void this.#retry();
    }, pause).unref();
    this.#recovery = recovery;
  }

  async #retry(): Promise<void> {
    let failures = this.#recovery?.failures ?? 1;
    for (let next = this.#unsent[0]; next; next = this.#unsent[0]) {
      const isDone = await this.#attempt(next);
      if (this.#isStopped) return;
      if (!isDone) {
        this.#recoverLater(failures + 1);
        return;
      }
      this.#unsent.shift();
      failures = 1;
    }
    this.#recovery = undefined;
    this.#parts.onDelivery();
    void this.#pump();
  }

  async #attempt(transaction: Transaction): Promise<boolean> {
    transaction.attempts += 1;
    const isFirst = transaction.attempts === 1 && !this.#recovery;
    const ephemeral = isFirst ? transaction.ephemeral : [];
    const isDone = await this.#put(transaction, ephemeral);
    if (isDone && this.#repeats > 0) {
      this.#repeats -= 1;
      transaction.attempts += 1;
      await this.#put(transaction, []);
    }
    return isDone;
  }

  async #put(transaction: Transaction, ephemeral: readonly string[]): Promise<boolean> {
    const { ephemeralKeys } = this.#target;
    const more = ephemeralKeys.map((key) => `,"${key}":[${ephemeral.join(',')}]`);
    // as Synapse: there even without encryption
    if (ephemeralKeys.length > 0) more.push(',"de.sorunome.msc2409.to_device":[]');
    const answer = await this.#target.link.ask({
      method: 'PUT',
      path: `/_matrix/app/v1/transactions/${transaction.id}`,
      body: `{"events":[${transaction.events.join(',')}]${more.join('')}}`,
    });
    this.#note(transaction, ephemeral.length, answer);
    const isDone = answer.type === 'answered' && answer.status === 200;
    if (isDone && this.#lostAnswers > 0) {
      this.#lostAnswers -= 1;
      return false;
    }
    return isDone;
  }

  #note({ id, attempts, events }: Transaction, ephemeral: number, answer: Answer): void {
    const status = answer.type === 'answered' ? answer.status : 0;
    this.deliveries.push({ id, attempt: attempts, events: events.length, ephemeral, status });
    if (this.deliveries.length > 2 * KEPT) this.deliveries = this.deliveries.slice(-KEPT);
    if (answer.type === 'answered' && status === 200 && !isJsonObject(answer.body)) {
      this.#parts.onOddAnswer(`transaction ${id} was answered with ${JSON.stringify(answer.body.slice(0, 80))}`);
    }
    this.#parts.onDelivery();
  }
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}
