// Cuts a long text into parts that fit one message each. Knows bytes and graphemes; not how a message is written.

import { byteLength } from './encoding.ts';

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** What every client and switchboard takes as the text of one message. */
export const TEXT_LIMIT = 1202;

/**
 * Parts of at most `limitBytes` each, counted as they go out (UTF-8, line ends as CRLF), cut where a reader would
 * expect it: between paragraphs, lines, sentences, words. A grapheme is cut only if it alone passes the limit.
 */
export function splitText(text: string, limitBytes: number = TEXT_LIMIT): string[] {
  const limit = Math.max(limitBytes, 4); // any character fits
  let rest = text.replace(/\r\n|\r/g, '\n').toWellFormed();
  const parts: string[] = [];
  // a code unit takes a byte or more: only what is short needs to be measured
  while (rest.length > limit || wireLength(rest) > limit) {
    const ends = fittingGraphemes(rest, limit);
    const longest = ends.at(-1) ?? longestCharacters(rest, limit);
    const cut = niceCut(rest.slice(0, longest), rest.charAt(longest), new Set(ends)) ?? longest;
    const part = trimEnd(rest.slice(0, cut));
    if (part !== '') parts.push(part);
    rest = trimStart(rest.slice(cut));
  }
  if (rest !== '' || parts.length === 0) parts.push(rest);
  return parts;
}

function wireLength(text: string): number {
  let length = byteLength(text);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) length += 1;
  return length;
}

/** Where the graphemes end that fit into `limit` together, in code units. */
function fittingGraphemes(text: string, limit: number): number[] {
  // a code unit takes a byte or more, so what fits lies within `limit` units; two more show whether the last one ends
  const window = text.slice(0, limit + 2);
  const ends: number[] = [];
  let used = 0;
  for (const { segment, index } of graphemes.segment(window)) {
    used += wireLength(segment);
    if (used > limit) break;
    ends.push(index + segment.length);
  }
  return ends;
}

/** A single grapheme passes the limit: at least its characters stay whole. */
function longestCharacters(text: string, limit: number): number {
  let length = 0;
  let used = 0;
  for (const character of text) {
    used += wireLength(character);
    if (used > limit) break;
    length += character.length;
  }
  return length;
}

function niceCut(prefix: string, next: string, ends: ReadonlySet<number>): number | undefined {
  const last = (mark: string, from: number, wanted: (at: number) => boolean = () => true): number | undefined => {
    for (let at = prefix.lastIndexOf(mark); at > from; at = prefix.lastIndexOf(mark, at - 1)) {
      if (wanted(at) && ends.has(at + mark.length)) return at + mark.length;
    }
    return undefined;
  };
  const middle = prefix.length / 2;
  return (
    last('\n\n', middle) ??
    last('\n', middle) ??
    last(' ', middle, (at) => /[.!?…。！？]/u.test(prefix.charAt(at - 1))) ??
    (/\s/.test(next) ? undefined : last(' ', prefix.length / 4))
  );
}

function trimEnd(text: string): string {
  return text.replace(/[ \t\n]+$/, '');
}

/** A blank that carries a combining mark is no blank. */
function trimStart(text: string): string {
  const blanks = /^[ \t\n]*/.exec(text)?.[0].length ?? 0;
  if (blanks === 0) return text;
  const last = text.slice(blanks - 1, blanks + 1);
  const carries = [...graphemes.segment(last)].length === 1 && last.length === 2;
  return text.slice(carries ? blanks - 1 : blanks);
}
