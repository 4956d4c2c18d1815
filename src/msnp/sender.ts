// Numbers outgoing commands, and remembers for a while which number was which. Knows no command's meaning.

import { command, TransactionIds } from './command.ts';
import type { Argument, OutgoingVerb } from './command.ts';
import type { Output } from './session.ts';

/** Commands whose answers we could still name; some servers never answer. */
const MAX_REMEMBERED = 64;

export interface Sent {
  readonly trid: number;
  readonly output: Output<never>;
}

export class Sender {
  readonly #trids = new TransactionIds();
  readonly #verbs = new Map<number, OutgoingVerb>();

  send(verb: OutgoingVerb, args: readonly Argument[] = [], payload?: Uint8Array): Sent {
    const trid = this.#trids.next();
    this.#verbs.set(trid, verb);
    if (this.#verbs.size > MAX_REMEMBERED) this.#verbs.delete(trid - MAX_REMEMBERED);
    return { trid, output: { type: 'send', bytes: command(verb, trid, args, payload) } };
  }

  verbOf(trid: number): OutgoingVerb | undefined {
    return this.#verbs.get(trid);
  }
}
