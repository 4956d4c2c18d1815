// What users ask of the bot: to do something once for somebody on MSN. Knows the words and their answers; not who dies
// meanwhile.

import type { Person } from '../support/homeserver/person.ts';
import type { Room } from '../support/homeserver/room.ts';
import type { Command } from './history.ts';
import type { MsnLog } from './msn-log.ts';
import type { Move, Talker } from './traffic.ts';

interface Errand {
  /** What is said. */
  readonly words: string;
  readonly room: Room;
  readonly address: string;
  readonly answer: RegExp;
  readonly done: (log: MsnLog) => number;
}

/** Each is said once for each person, so that the person says which it was. */
const KINDS = [
  { word: 'nudge', answer: /^You nudged /u, done: (log: MsnLog, address: string) => log.nudges(address) },
  { word: 'add', answer: / is on your contact list\.$/u, done: (log: MsnLog, address: string) => log.adds(address) },
] as const;

/** Why it was not done, whomever it was about. */
const NAMELESS =
  /^You are not signed in just now\.|it may or may not have been done|^The connection broke|^The server did not/u;

export class Errands {
  readonly #given: Errand[] = [];

  /** Somebody to run the next one, about this address. */
  next(person: Person, room: Room, address: string): Talker {
    const kind = KINDS[this.#given.length % KINDS.length]!;
    const errand: Errand = {
      words: `${kind.word} ${address}`,
      room,
      address,
      answer: kind.answer,
      done: (log) => kind.done(log, address),
    };
    let isGiven = false;
    const give: Move = {
      weight: 1,
      make: async () => {
        isGiven = true;
        this.#given.push(errand);
        await person.say(room.id, errand.words);
      },
    };
    return {
      get moves() {
        return isGiven ? [] : [give];
      },
    };
  }

  /** What became of them. */
  read(log: MsnLog, bot: string): Command[] {
    return [...Map.groupBy(this.#given, ({ room }) => room)].flatMap(([room, errands]) => {
      const said = room.timeline
        .filter(({ sender, type }) => sender === bot && type === 'm.room.message')
        .map(({ content }) => content['body'] as string);
      const refusals = said.filter((body) => NAMELESS.test(body));
      return errands.map(({ words, address, answer, done }, index): Command => {
        const named = said.filter((body) => body.includes(address));
        // answers come in order: a refusal that names nobody is of the first who has none; what is left over is one too many
        const own = named.length === 0 ? refusals.splice(0, 1) : [];
        const last = index === errands.length - 1 ? refusals.splice(0) : [];
        const answers = [...named, ...own, ...last].map((body) => (answer.test(body) ? 'done' : 'refused'));
        return { name: words, done: done(log), answers };
      });
    });
  }
}
