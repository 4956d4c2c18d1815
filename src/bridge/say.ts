// Small words to put the bot's sentences together. Knows styles, not how any side shows them.

import type { Content, Run } from './events.ts';
import { type Table, tableText } from './table-text.ts';

type Piece = string | Run;

export function say(...pieces: readonly Piece[]): Content {
  return { type: 'text', runs: pieces.map((piece) => (typeof piece === 'string' ? { text: piece } : piece)) };
}

export function bold(text: string): Run {
  return { text, bold: true };
}

export function code(text: string): Run {
  return { text, code: true };
}

export function link(text: string, url: string): Run {
  return { text, link: url };
}

/** The first row is the head. */
export function table(rows: Table): Run {
  const clean = rows.map((row) => row.map((cell) => cell.replaceAll(/\s+/gu, ' ').trim()));
  return { text: tableText(clean), table: clean };
}

/** Joins contents with a line break between them. */
export function lines(...contents: readonly Content[]): Content {
  return {
    type: 'text',
    runs: contents.flatMap((content, index) => (index === 0 ? content.runs : [{ text: '\n' }, ...content.runs])),
  };
}

/** A time as people read it, to the minute. */
export function minutes(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A link to a room that Matrix clients open themselves. */
export function roomLink(name: string, room: string): Run {
  return link(name, `https://matrix.to/#/${encodeURIComponent(room)}`);
}
