// Parts what the bot says into messages that each fit into an event: between lines, and between the rows of a table, which
// then has its head again. Knows limits and lines; no room.

import type { Content, Run } from '../bridge/events.ts';
import { type Table, tableText } from '../bridge/table-text.ts';
import { cleanRuns, MAX_BODY_BYTES, MAX_HTML_BYTES } from './content.ts';
import { htmlOf } from './html-writer.ts';
import { bytesInJson, cut } from './text.ts';

/** Text, or a row of a table. */
type Line =
  | { readonly type: 'text'; readonly runs: readonly Run[] }
  | { readonly type: 'row'; readonly head: readonly string[]; readonly row: readonly string[]; readonly text: string };

/** In bytes of an event, as plain text and as HTML. */
interface Size {
  readonly body: number;
  readonly html: number;
}

/** What escapes and tags make of it is still shorter than a whole message. */
const LONGEST_LINE_BYTES = 2_000;
const LINE_END: Run = { text: '\n' };
const LINE_END_BYTES = bytesInJson('\n');

export function toPieces(content: Content): readonly Content[] {
  const pieces: Line[][] = [[]];
  let [body, html] = [0, 0];
  for (const line of linesOf(cleanRuns(content))) {
    const size = sizeOf(line);
    const piece = pieces.at(-1)!;
    const isFull = body + size.body > MAX_BODY_BYTES || html + size.html > MAX_HTML_BYTES;
    if (isFull && piece.length > 0) {
      pieces.push([line]);
      [body, html] = [size.body, size.html];
    } else {
      piece.push(line);
      [body, html] = [body + size.body, html + size.html];
    }
  }
  return pieces.length === 1 ? [content] : pieces.map((lines) => ({ ...content, runs: runsOf(lines) }));
}

function linesOf(runs: readonly Run[]): readonly Line[] {
  const lines: Line[] = [];
  let line: Run[] = [];
  /** A table begins and ends lines by itself. */
  let atTable = false;
  const endLine = (): void => {
    if (!atTable) lines.push(...shortLines(line));
    line = [];
    atTable = false;
  };
  for (const run of runs) {
    if (run.table) {
      if (line.length > 0) endLine();
      lines.push(...rowsOf(run.table));
      atTable = true;
      continue;
    }
    for (const [index, text] of run.text.split('\n').entries()) {
      if (index > 0) endLine();
      if (text === '') continue;
      atTable = false;
      line.push({ ...run, text });
    }
  }
  endLine();
  return lines;
}

function rowsOf(table: Table): readonly Line[] {
  const [head = [], ...rows] = table;
  const texts = tableText(table).split('\n');
  return rows.flatMap((row, index): readonly Line[] => {
    const text = texts[index + 1] ?? '';
    return Buffer.byteLength(text) > LONGEST_LINE_BYTES ? shortLines([{ text }]) : [{ type: 'row', head, row, text }];
  });
}

/** A line that no message holds becomes several. */
function shortLines(runs: readonly Run[]): readonly Line[] {
  const lines: Run[][] = [[]];
  let bytes = 0;
  for (const run of runs) {
    for (let rest = run.text; rest !== '';) {
      if (bytes >= LONGEST_LINE_BYTES) {
        lines.push([]);
        bytes = 0;
      }
      // one character that is longer than all that is left goes whole
      const text = cut(rest, Infinity, LONGEST_LINE_BYTES - bytes) || cut(rest, 1, Infinity) || rest;
      lines.at(-1)!.push({ ...run, text });
      bytes += Buffer.byteLength(text);
      rest = rest.slice(text.length);
    }
  }
  return lines.map((line) => ({ type: 'text', runs: line }));
}

/** A row is counted with its table's head: so each may begin a message. */
function sizeOf(line: Line): Size {
  if (line.type === 'text') {
    const body = line.runs.reduce((sum, { text }) => sum + bytesInJson(text), LINE_END_BYTES);
    return { body, html: bytesInJson(htmlOf(line.runs)) + '<br>'.length };
  }
  const { head, row, text } = line;
  const html = bytesInJson(htmlOf([{ text, table: [head, row] }]));
  return { body: bytesInJson(text) + LINE_END_BYTES, html };
}

function runsOf(lines: readonly Line[]): readonly Run[] {
  const runs: Run[] = [];
  let table: (readonly string[])[] = [];
  const endTable = (): void => {
    if (table.length > 0) runs.push({ text: tableText(table), table });
    table = [];
  };
  for (const [index, line] of lines.entries()) {
    const isSame = line.type === 'row' && table[0] === line.head;
    if (!isSame) {
      endTable();
      if (index > 0) runs.push(LINE_END);
    }
    if (line.type === 'text') runs.push(...line.runs);
    else table = isSame ? [...table, line.row] : [line.head, line.row];
  }
  endTable();
  return runs;
}
