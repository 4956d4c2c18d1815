// What shall go wrong, as a test scripts it. Knows which commands are struck and how; not how a connection does it.
import type { Side } from './journal.ts';
import type { Command } from './wire.ts';

export type FaultAction =
  /** Read and never answered; nothing is done. */
  | { readonly type: 'ignore' }
  /** The connection is cut without a word; nothing is done. */
  | { readonly type: 'drop' }
  /** Nothing is done; these lines are the answer, `{trid}` standing for the command's own. */
  | { readonly type: 'answer'; readonly lines: readonly string[]; readonly close?: boolean }
  /** Done, but the sender hears nothing of it. */
  | { readonly type: 'swallow' }
  /** Done later; the connection's further commands wait behind it. */
  | { readonly type: 'delay'; readonly ms: number }
  /** Done; only so many bytes of the answer go out, then the connection is cut. */
  | { readonly type: 'cut'; readonly bytes: number };

export interface FaultMatch {
  readonly side?: Side;
  readonly user?: string;
  readonly verb?: string;
  readonly where?: (command: Command) => boolean;
}

export type Intercept = (side: Side, user: string | undefined, command: Command) => FaultAction | undefined;

interface Fault {
  readonly match: FaultMatch;
  readonly action: FaultAction;
  left: number;
}

/** A refusal with a three-digit code. */
export function refusal(code: number, { close = false } = {}): FaultAction {
  return { type: 'answer', lines: [`${code} {trid}`], close };
}

export const NAK: FaultAction = { type: 'answer', lines: ['NAK {trid}'] };

export class Faults {
  /** Asked for every command no scripted fault has struck. */
  intercept: Intercept | undefined;
  /** Every write is cut into pieces of so many bytes. */
  writeSize: number | undefined;
  readonly #faults = new Set<Fault>();

  /** Strikes the next `times` commands that match (all of them, if not said); returns how to take it back. */
  add(match: FaultMatch, action: FaultAction, times = Number.POSITIVE_INFINITY): () => void {
    const fault = { match, action, left: times };
    this.#faults.add(fault);
    return () => {
      this.#faults.delete(fault);
    };
  }

  clear(): void {
    this.#faults.clear();
    this.intercept = undefined;
    this.writeSize = undefined;
  }

  decide(side: Side, user: string | undefined, command: Command): FaultAction | undefined {
    for (const fault of this.#faults) {
      if (!matches(fault.match, side, user, command)) continue;
      fault.left -= 1;
      if (fault.left <= 0) this.#faults.delete(fault);
      return fault.action;
    }
    return this.intercept?.(side, user, command);
  }
}

function matches(match: FaultMatch, side: Side, user: string | undefined, command: Command): boolean {
  if (match.side !== undefined && match.side !== side) return false;
  if (match.verb !== undefined && match.verb !== command.verb) return false;
  if (match.user !== undefined && match.user.toLowerCase() !== user?.toLowerCase()) return false;
  return match.where?.(command) ?? true;
}
