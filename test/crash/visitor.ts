// One who signs in and out all day, step by step, and tells a password each time. Knows the dialogue; not who dies meanwhile.

import type { HomeserverDouble } from '../support/homeserver/homeserver.ts';
import type { Person } from '../support/homeserver/person.ts';
import type { Room } from '../support/homeserver/room.ts';
import type { Move, Talker } from './traffic.ts';

export interface VisitorOptions {
  readonly homeserver: HomeserverDouble;
  readonly person: Person;
  readonly room: Room;
  readonly bot: string;
  readonly address: string;
  readonly password: string;
}

/**
 * Whoever gets no answer asks anew, but not before a late one is past: an answer to the talk before, taken for one to this, would have
 * a password said that nobody asks for.
 */
const PATIENCE_MS = 10_000;

export class Visitor implements Talker {
  readonly #options: VisitorOptions;
  readonly #secrets: string[] = [];
  #isBusy = false;

  constructor(options: VisitorOptions) {
    this.#options = options;
  }

  get moves(): readonly Move[] {
    return this.#isBusy ? [] : [{ weight: 1, make: async () => this.#visit() }];
  }

  /** Passwords that were told, and those that still stand there. */
  get secrets(): { readonly told: number; readonly shown: number } {
    const { room } = this.#options;
    const shown = this.#secrets.filter((event) => room.event(event)?.content['body'] !== undefined);
    return { told: this.#secrets.length, shown: shown.length };
  }

  async #visit(): Promise<void> {
    const { address, password } = this.#options;
    this.#isBusy = true;
    try {
      await this.#ask('login', /address/u);
      await this.#ask(address, /password\?/u);
      const { event, answer } = this.#say(password, /You are signed in|already|restarted/u);
      this.#secrets.push(await event);
      await answer;
      await this.#ask(`logout ${address}`, /signed out/u);
    } catch {
      // a life has ended in between: whatever stands open there is given up
      await this.#say('cancel', /cancel/u).answer.catch(() => undefined);
    } finally {
      this.#isBusy = false;
    }
  }

  async #ask(words: string, expected: RegExp): Promise<void> {
    await this.#say(words, expected).answer;
  }

  #say(words: string, expected: RegExp): { readonly event: Promise<string>; readonly answer: Promise<unknown> } {
    const { homeserver, person, room, bot } = this.#options;
    const from = room.timeline.length;
    const isAnswer = (): true | undefined =>
      room.timeline
        .slice(from)
        .some(({ sender, content }) => sender === bot && expected.test(JSON.stringify(content['body'] ?? ''))) ||
      undefined;
    const event = person.say(room.id, words);
    const answer = event.then(async () => homeserver.waitFor(isAnswer, `an answer to ${words}`, PATIENCE_MS));
    return { event, answer };
  }
}
