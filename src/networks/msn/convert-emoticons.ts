// Text codes ↔ emoji, for those who want that. Careful: a code in the middle of a word or an address is left alone, because
// what is replaced cannot be had back. Pure; knows no message.

import type { Content } from '../../bridge/events.ts';
import { EMOTICONS, HUG, NEAREST } from './emoticons.ts';

interface Code {
  readonly code: string;
  /** What stands for it; undefined: a picture of the sender's own, which stays as it is written. */
  readonly emoji: string | undefined;
}

const CHARITY = '🎗️';
/** By their first character, the longest first. */
const CODES = byFirstCharacter([
  { code: HUG[1], emoji: HUG[0] },
  ...EMOTICONS.flatMap(([emoji, ...codes]) => codes.map((code) => ({ code, emoji }))),
]);
const LONGEST = Math.max(...[...CODES.values()].flat().map(({ code }) => code.length));
/** Of an emoji without its variants, the code to write; the first that says so counts. */
const WRITTEN = new Map(
  [...EMOTICONS, ...NEAREST.flatMap(([code, emoji]) => emoji.split(' ').map((one) => [one, code] as const))]
    .filter(([emoji]) => emoji !== CHARITY)
    .map(([emoji, code = '']) => [plainEmoji(emoji), code] as const)
    .toReversed(),
);

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const ADDRESS = /:\/\/|^www\.|^mailto:|^[^@]+@[^@.]+\.[^@]/i;
const EMOJI = /\p{Extended_Pictographic}/u;
const ALPHANUMERIC = /[\p{L}\p{N}]/u;
const JOINER = '\u200d';

/** `own`: codes of pictures of the sender's own, which count first. */
export function withEmoji(content: Content, own: readonly string[] = []): Content {
  const codes = own.length === 0 ? CODES : byFirstCharacter([...own.map(ownCode), ...[...CODES.values()].flat()]);
  return mapWords(content, (word) => emojiIn(word, codes));
}

export function withCodes(content: Content): Content {
  return mapWords(content, (word) => (EMOJI.test(word) ? codesIn(word) : word));
}

function mapWords(content: Content, map: (word: string) => string): Content {
  const mapText = (text: string): string =>
    text
      .split(/(\s+)/)
      .map((word) => (ADDRESS.test(word) ? word : map(word)))
      .join('');
  return { ...content, runs: content.runs.map((run) => (run.code ? run : { ...run, text: mapText(run.text) })) };
}

function emojiIn(word: string, codes: ReadonlyMap<string, readonly Code[]>): string {
  let out = '';
  /** Where the last code ended: it is no neighbour. */
  let end = 0;
  for (let at = 0; at < word.length;) {
    const found = codes
      .get(word.charAt(at))
      ?.find((one) => word.startsWith(one.code, at) && mayStand(one, word, at, end));
    out += found?.emoji ?? found?.code ?? word.charAt(at);
    at += found?.code.length ?? 1;
    if (found) end = at;
  }
  return out;
}

function mayStand({ code, emoji }: Code, word: string, at: number, end: number): boolean {
  if (emoji === undefined) return true;
  // of a charity; words that are emphasised look alike
  if (/^\*[a-z\d]/.test(code)) return word === code;
  const follows = at > end && ALPHANUMERIC.test(word.charAt(at - 1));
  const goesOn = ALPHANUMERIC.test(word.charAt(at + code.length));
  return !(follows && /^[(:;8]/.test(code)) && !(goesOn && ALPHANUMERIC.test(code.slice(-1)));
}

function codesIn(word: string): string {
  let out = '';
  let afterCode = false;
  for (const { segment } of graphemes.segment(word)) {
    for (const { text, isCode } of piecesOf(segment)) {
      const isApart = isCode
        ? (!afterCode && ALPHANUMERIC.test(out.slice(-1))) || growsTogether(out, text)
        : afterCode && ALPHANUMERIC.test(text);
      out += isApart ? ` ${text}` : text;
      afterCode = isCode;
    }
  }
  return out;
}

/** What is to be written for one emoji; one that is put together of others, and is not known as a whole, in its parts. */
function piecesOf(segment: string): readonly { readonly text: string; readonly isCode: boolean }[] {
  const plain = plainEmoji(segment);
  const parts = WRITTEN.has(plain) ? [plain] : plain.split(JOINER);
  if (!parts.some((part) => WRITTEN.has(part))) return [{ text: segment, isCode: false }];
  return parts.map((part) => ({ text: WRITTEN.get(part) ?? part, isCode: WRITTEN.has(part) }));
}

/** Whether a code would be read where one begins before and ends in the other. */
function growsTogether(before: string, code: string): boolean {
  for (let length = 1; length < LONGEST && length <= before.length; length++) {
    const tail = before.slice(-length);
    const longer = CODES.get(tail.charAt(0)) ?? [];
    if (
      longer.some(
        (one) => one.code.length > length && one.code.startsWith(tail) && code.startsWith(one.code.slice(length)),
      )
    )
      return true;
  }
  return false;
}

/** Without the wish for colour, skin and gender. */
function plainEmoji(emoji: string): string {
  return emoji.replaceAll(/\uFE0F|[\u{1F3FB}-\u{1F3FF}]|\u200D[♀♂]/gu, '');
}

function ownCode(code: string): Code {
  return { code, emoji: undefined };
}

/** Of two that are as long as each other the earlier one counts. */
function byFirstCharacter(codes: readonly Code[]): ReadonlyMap<string, readonly Code[]> {
  const sorted = codes.filter(({ code }) => code !== '').toSorted((a, b) => b.code.length - a.code.length);
  return Map.groupBy(sorted, ({ code }) => code.charAt(0));
}
