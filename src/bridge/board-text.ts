// What stands on a board: who is there, by how far, with what they say. Pure.

import type { Availability, Contact, Content, Run } from './events.ts';
import { bold, lines, say } from './say.ts';

export interface BoardSubject {
  readonly address: string;
  readonly networkName: string;
  /** Why nobody can be seen just now; undefined while all is well. */
  readonly trouble: string | undefined;
  readonly contacts: readonly Contact[];
}

const HEADINGS: readonly (readonly [Exclude<Availability, 'offline'>, string])[] = [
  ['online', 'Online'],
  ['busy', 'Busy'],
  ['away', 'Away'],
];
/** A message holds only so much, and nobody reads more. */
const MOST_PEOPLE = 150;
const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });
const LONGEST_NAME = 100;
const LONGEST_MESSAGE = 200;

export function boardText({ address, networkName, trouble, contacts }: BoardSubject): Content {
  const title = say(bold('Who is there'), ` – ${address} on ${networkName}`);
  if (trouble !== undefined) return lines(title, say(`You are not signed in just now. ${trouble}`.trimEnd()));
  const there = contacts.filter(({ presence }) => presence.availability !== 'offline').toSorted(byName);
  const shown = new Set(there.slice(0, MOST_PEOPLE));
  const away = contacts.length - there.length;
  return lines(
    title,
    ...HEADINGS.flatMap(([availability, heading]) => {
      const people = [...shown].filter(({ presence }) => presence.availability === availability);
      return people.length === 0 ? [] : [say(bold(heading)), ...people.map((contact) => personLine(contact, heading))];
    }),
    ...(there.length > shown.size ? [say(`… and ${there.length - shown.size} more`)] : []),
    say(there.length === 0 ? 'Nobody is there.' : `${away === 0 ? 'Nobody' : away} offline.`),
  );
}

function personLine({ name, presence: { label, message } }: Contact, heading: string): Content {
  const pieces: (string | Run)[] = [`• ${clip(name, LONGEST_NAME)}`];
  if (label !== heading) pieces.push(` (${label})`);
  const words = message === undefined ? '' : clip(message, LONGEST_MESSAGE);
  if (words !== '') pieces.push(' – ', { text: words, italic: true });
  return say(...pieces);
}

/** One line of so many characters, as people count them. */
function clip(text: string, length: number): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  if (line.length <= length) return line;
  // a character may be as long as it likes
  const looked = line.slice(0, 16 * length);
  const characters = Array.from(GRAPHEMES.segment(looked), ({ segment }) => segment);
  if (looked === line && characters.length <= length) return line;
  return `${characters.slice(0, Math.min(length, characters.length) - 1).join('')}…`;
}

function byName(a: Contact, b: Contact): number {
  return a.name.localeCompare(b.name, 'en') || (a.id < b.id ? -1 : 1);
}
