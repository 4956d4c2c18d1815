// Messages a person got, each to be taken once, so that "ok" said twice is two. Knows nothing of what they say.
import type { Watch } from '../msn-server/watch.ts';
import type { ReceivedMessage } from './message.ts';

export interface Letter<From> {
  readonly message: ReceivedMessage;
  readonly from: From;
}

export class Inbox<From> {
  readonly #owner: string;
  readonly #watch: Watch;
  readonly #letters: (Letter<From> & { taken: boolean })[] = [];

  constructor(owner: string, watch: Watch) {
    this.#owner = owner;
    this.#watch = watch;
  }

  get messages(): ReceivedMessage[] {
    return this.#letters.map(({ message }) => message);
  }

  put(message: ReceivedMessage, from: From): void {
    this.#letters.push({ message, from, taken: false });
    this.#watch.changed();
  }

  async take(isMeant: (letter: Letter<From>) => boolean, what: string, timeoutMs?: number): Promise<Letter<From>> {
    const look = () => {
      const letter = this.#letters.find((candidate) => !candidate.taken && isMeant(candidate));
      if (letter) letter.taken = true;
      return letter;
    };
    return this.#watch.until(look, () => `${this.#owner} to get ${what}; untaken are ${this.#untaken()}`, timeoutMs);
  }

  #untaken(): string {
    const left = this.#letters.filter(({ taken }) => !taken).slice(-5);
    return left.map(({ message }) => `${message.from}: ${message.body.toString().slice(0, 60)}`).join(' | ') || 'none';
  }
}
