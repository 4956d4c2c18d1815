// What was asked of the notification server and is not answered yet, one step after the other. Knows answers, refusals
// and silence; not what any step means.

import type { Argument, OutgoingVerb } from './command.ts';
import type { ContactBook } from './contact-book.ts';
import type { RefusalReason } from './contact-types.ts';
import type { ContactChange } from './contacts.ts';
import type { SessionEvent } from './notification-types.ts';
import type { Sender } from './sender.ts';
import type { Output } from './session.ts';

/** One command and what its answer means. */
export interface Step {
  readonly verb: OutgoingVerb;
  readonly args: readonly Argument[];
  readonly payload?: Uint8Array;
  /** What has changed when the answer comes. Only what the server alone knows is read from it: it may be none. */
  readonly changes?: (answer: readonly string[]) => readonly ContactChange[];
  readonly news?: (answer: readonly string[]) => readonly SessionEvent[];
  /** Refusals that say: it is so already. */
  readonly already?: readonly number[];
}

/** Not to be sent at all. */
export interface Fault {
  readonly reason: RefusalReason;
  readonly code: number;
}

/** Steps are made when their turn comes, from the contact list as it is then; undefined: not needed. */
export type Plan = readonly ((book: ContactBook) => Step | Fault | undefined)[];

interface Pending {
  /** Undefined: nobody waits for it. */
  readonly request: string | undefined;
  readonly step: Step;
  readonly rest: Plan;
}

type Outputs = Output<SessionEvent>[];

const ANSWERED_WITHIN_MS = 15_000;
const WAKE = /^request-(\d+)$/;

export class Requests {
  readonly #sender: Sender;
  readonly #pending = new Map<number, Pending>();

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  begin(request: string | undefined, plan: Plan, book: ContactBook): Outputs {
    for (const [index, make] of plan.entries()) {
      const step = make(book);
      if (step === undefined) continue;
      if ('reason' in step) return refused(request, step.reason, step.code, '');
      const { trid, output } = this.#sender.send(step.verb, step.args, step.payload);
      this.#pending.set(trid, { request, step, rest: plan.slice(index + 1) });
      return [output, { type: 'wake', id: `request-${trid}`, afterMs: ANSWERED_WITHIN_MS }];
    }
    return request === undefined ? [] : [event({ type: 'request-done', request })];
  }

  /** Undefined: it answers nothing that was asked here. */
  answered(verb: string, args: readonly string[], book: ContactBook): Outputs | undefined {
    if (this.#pending.size === 0) return undefined;
    const trid = Number(args[0]);
    return this.#pending.get(trid)?.step.verb === verb ? this.#proceed(trid, args, book) : undefined;
  }

  /** Undefined: it refuses nothing that was asked here. */
  refused(trid: number, code: number, book: ContactBook): Outputs | undefined {
    const pending = this.#pending.get(trid);
    if (pending === undefined) return undefined;
    if (pending.step.already?.includes(code) === true) return this.#proceed(trid, [], book);
    return this.#giveUp(trid, 'server', code);
  }

  woken(id: string): Outputs {
    const trid = Number(WAKE.exec(id)?.[1]);
    return this.#pending.has(trid) ? this.#giveUp(trid, 'silence', 0) : [];
  }

  /** The connection is gone; nobody will answer. */
  abandon(): Outputs {
    return [...this.#pending.keys()].flatMap((trid) => this.#giveUp(trid, 'lost', 0));
  }

  #proceed(trid: number, answer: readonly string[], book: ContactBook): Outputs {
    const pending = this.#pending.get(trid);
    if (pending === undefined) return [];
    this.#pending.delete(trid);
    const { request, step, rest } = pending;
    const changes = step.changes?.(answer) ?? [];
    for (const change of changes) book.apply(change);
    const news: readonly SessionEvent[] = [...changes, ...(step.news?.(answer) ?? [])];
    return [
      { type: 'cancel', id: `request-${trid}` },
      ...news.map((each) => event(each)),
      ...this.begin(request, rest, book),
    ];
  }

  #giveUp(trid: number, reason: RefusalReason, code: number): Outputs {
    const pending = this.#pending.get(trid);
    if (pending === undefined) return [];
    this.#pending.delete(trid);
    return [{ type: 'cancel', id: `request-${trid}` }, ...refused(pending.request, reason, code, pending.step.verb)];
  }
}

/** Where nobody waits, only what the server says is told. */
function refused(request: string | undefined, reason: RefusalReason, code: number, verb: string): Outputs {
  if (request !== undefined) return [event({ type: 'request-refused', request, reason, code })];
  return reason === 'silence' || reason === 'lost' ? [] : [event({ type: 'command-refused', verb, code })];
}

function event(news: SessionEvent): Output<SessionEvent> {
  return { type: 'event', event: news };
}
