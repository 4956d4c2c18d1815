// What the service says to its user, as news: each with an id, and no more at once than a person reads. Knows no event
// of the protocol and no sentence but one.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import type { Notice } from '../../bridge/events.ts';
import type { RemoteUserId } from '../../bridge/ids.ts';
import { noticeId } from './ids.ts';

export interface NoticesParts {
  readonly login: RemoteUserId;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly emit: (notice: Notice) => void;
}

const MOST = 10;
const WITHIN_MS = 60_000;

export class Notices {
  readonly #parts: NoticesParts;
  #epoch = 0;
  #count = 0;
  /** Since the first of those that count together. */
  #said = 0;
  /** Ends the time in which they do. */
  #window: Cancel | undefined;

  constructor(parts: NoticesParts) {
    this.#parts = parts;
  }

  /** A session begins. `epoch`: greater than any before. */
  begin(epoch: number): void {
    this.#epoch = epoch;
    this.#count = 0;
  }

  /** A server that never stops talking is not to fill somebody's room: what is too much is counted, and that is said. */
  say(text: string): void {
    this.#window ??= this.#parts.clock.after(WITHIN_MS, () => this.end());
    this.#said += 1;
    if (this.#said <= MOST) this.#emit(text);
  }

  /** The session or the time is over: what was left out is told. */
  end(): void {
    const leftOut = this.#said - MOST;
    this.#window?.();
    this.#window = undefined;
    this.#said = 0;
    if (leftOut > 0) this.#emit(`So many notices came at once that ${leftOut} of them are not shown.`);
  }

  #emit(text: string): void {
    const { login, clock, emit } = this.#parts;
    this.#count += 1;
    emit({ type: 'notice', id: noticeId(login, this.#epoch, this.#count), at: clock.now(), text });
  }
}
