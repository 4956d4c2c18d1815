// presence.requests_per_s, presence.wrong_last_states: a thousand changes a second of how contacts are and what they are
// called, from the server's socket to the homeserver's requests, with a board; the program in a process of its own.
// Corpus: 100 contacts with a room each, five seconds; who changes, and how, comes from a fixed seed: of twenty changes
// eleven are of the status, eight of the personal message, one of the name.

import { setTimeout as delay } from 'node:timers/promises';
import { type Bench, format } from './report.ts';
import { Program, until } from './support/program.ts';

const CONTACTS = Array.from({ length: 100 }, (_, index) => `bob${index}@example.com`);
const CHANGES_A_SECOND = 1_000;
const SECONDS = 5;
const BUDGET = 10;
/** What opening chats and a board has begun is over then. */
const SETTLED_MS = 5_000;
/** Enough for every last presence and name, and for a board beside them. */
const PATIENCE_MS = 90_000;

const STATUSES = [
  { code: 'NLN', presence: 'online', words: [] },
  { code: 'AWY', presence: 'unavailable', words: ['Away'] },
  { code: 'BSY', presence: 'unavailable', words: ['Busy'] },
  { code: 'LUN', presence: 'unavailable', words: ['Out to lunch'] },
] as const;

interface Person {
  readonly contact: string;
  name: string;
  status: (typeof STATUSES)[number];
  message: string;
}

export const presence: Bench = async ({ postgres }) => {
  const { createDatabase, description } = await postgres();
  const program = await Program.start(await createDatabase(), CONTACTS);
  const { homeserver } = program;
  try {
    await program.openChats(CONTACTS);
    await program.asks('board on', /I invite you to a room/);
    let board = '';
    homeserver.onSent = ({ type, body }) => {
      if (type === 'm.room.message' && String(body).includes('Who is there')) board = String(body);
    };
    await until(() => board !== '', 'a board');
    await delay(SETTLED_MS);

    const people = CONTACTS.map((contact): Person => ({ contact, name: contact, status: STATUSES[0], message: '' }));
    const requests: number[] = [];
    homeserver.onRequest = (at) => requests.push(at);
    const changes = await change(program, people);
    const wrong = (): number =>
      people.filter((person) => !isRight(program, person)).length + (board.includes(boardEnd(people)) ? 0 : 1);
    const began = performance.now();
    await until(() => wrong() === 0, 'all to be right', PATIENCE_MS).catch(() => undefined);
    const took = performance.now() - began;
    await delay(1_000); // nothing old may come after it
    return {
      figures: [
        { name: 'presence.requests_per_s', value: busiestSecond(requests), unit: '', goal: { atMost: BUDGET } },
        { name: 'presence.wrong_last_states', value: wrong(), unit: '', goal: { atMost: 0 } },
      ],
      notes: [
        description,
        `${changes} changes of ${people.length} contacts in ${SECONDS} s; ${requests.length} requests in all, the last ` +
          `needed one ${format(took / 1_000)} s after the last change`,
      ],
    };
  } finally {
    await program.stop();
  }
};

/** At an even pace; resolves to how many there were. */
async function change(program: Program, people: readonly Person[]): Promise<number> {
  const dice = seeded();
  const begin = performance.now();
  let changes = 0;
  while (performance.now() - begin < SECONDS * 1_000) {
    for (const due = ((performance.now() - begin) / 1_000) * CHANGES_A_SECOND; changes < due; changes++) {
      const person = people[dice(people.length)]!;
      const kind = dice(20);
      if (kind < 8) {
        person.message = `message ${changes}`;
        program.tell(`UBX ${person.contact}`, `<Data><PSM>${person.message}</PSM><CurrentMedia></CurrentMedia></Data>`);
        continue;
      }
      if (kind === 8) person.name = `Bob the ${changes}th`;
      person.status = STATUSES[dice(STATUSES.length)]!;
      program.tell(`NLN ${person.status.code} ${person.contact} ${encodeURIComponent(person.name)} 1073741856 0`);
    }
    await delay(5);
  }
  return changes;
}

/** Who was never told of is as they were. */
function isRight(program: Program, { contact, name, status, message }: Person): boolean {
  const looks = program.homeserver.looksOf(program.ghostOf(contact));
  const words = [...status.words, ...(message === '' ? [] : [message])].join(' – ');
  return looks.name === name && looks.presence === status.presence && looks.message === words;
}

/** The last person that stands on the board. */
function boardEnd(people: readonly Person[]): string {
  const lunch = people.filter(
    ({ status }) => status.presence === 'unavailable' && !status.words.includes('Busy' as never),
  );
  const last = lunch.toSorted((a, b) => a.name.localeCompare(b.name, 'en')).at(-1);
  const label = last?.status.code === 'LUN' ? ' (Out to lunch)' : '';
  return last === undefined ? '' : `• ${last.name}${label}${last.message === '' ? '' : ` – ${last.message}`}`;
}

function seeded(): (sides: number) => number {
  let seed = 20_261_122;
  return (sides) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * sides);
  };
}

/** The most requests that came within any one second. */
function busiestSecond(times: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, time] of times.entries()) {
    while (time - (times[first] ?? time) >= 1_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
