// Puts styled text together to lines, with the blanks, line ends and line prefixes that a reader of plain text expects.
// Knows no tags.

import type { Run } from '../bridge/events.ts';
import { cleanText } from './text.ts';

export type Style = Omit<Run, 'text'>;

interface Prefix {
  readonly first: string;
  readonly rest: string;
  used: boolean;
}

const MAX_TEXT = 65_536;
const MAX_RUNS = 2_000;
const PLAIN: Style = {};
const STYLE_KEYS = ['bold', 'italic', 'underline', 'strike', 'code', 'color', 'link', 'mention'] as const;

export class RunWriter {
  readonly #runs: { text: string; readonly style: Style }[] = [];
  readonly #prefixes: Prefix[] = [];
  #size = 0;
  /** Line ends to come before the next text. */
  #breaks = 0;
  /** The style of a blank to come before the next text of this line. */
  #blank: Style | undefined;

  get full(): boolean {
    return this.#size >= MAX_TEXT;
  }

  /** Text in which any white space is one blank, and none at either end of a line. */
  flowing(text: string, style: Style): void {
    const flat = cleanText(text).replaceAll(/[ \t\n]+/g, ' ');
    const words = flat.slice(flat.startsWith(' ') ? 1 : 0, flat.endsWith(' ') ? -1 : undefined);
    if (flat.startsWith(' ')) this.#blank ??= style;
    if (words === '') return;
    this.#write(words, style);
    if (flat.endsWith(' ')) this.#blank = style;
  }

  /** Text that stands as it was written. */
  verbatim(text: string, style: Style): void {
    for (const [i, line] of cleanText(text).split('\n').entries()) {
      if (this.full) return;
      if (i > 0) this.newline();
      if (line !== '') this.#write(line, style);
    }
  }

  newline(): void {
    if (this.#runs.length > 0) this.#breaks++;
    this.#blank = undefined;
  }

  /** At least so many line ends between what was and what comes. */
  breakLine(atLeast: number): void {
    if (this.#runs.length > 0) this.#breaks = Math.max(this.#breaks, atLeast);
    this.#blank = undefined;
  }

  /** From the next line on: what stands before its first line, and before its others. */
  indent(first: string, rest: string): void {
    this.#prefixes.push({ first, rest, used: false });
  }

  unindent(): void {
    this.#prefixes.pop();
  }

  end(): readonly Run[] {
    return this.#runs.map(({ text, style }) => ({ text, ...style }));
  }

  #write(text: string, style: Style): void {
    const last = this.#runs.at(-1);
    if (last === undefined || this.#breaks > 0) {
      const between = last !== undefined && sameStyle(last.style, style) ? style : PLAIN;
      this.#append('\n'.repeat(Math.min(this.#breaks, MAX_TEXT)), between);
      this.#append(this.#linePrefix(), PLAIN);
    } else if (this.#blank !== undefined) {
      this.#append(' ', this.#blank);
    }
    this.#breaks = 0;
    this.#blank = undefined;
    this.#append(text, style);
  }

  #linePrefix(): string {
    let prefix = '';
    for (const one of this.#prefixes) {
      prefix += one.used ? one.rest : one.first;
      one.used = true;
    }
    return prefix;
  }

  #append(text: string, style: Style): void {
    const kept = text.length > MAX_TEXT - this.#size ? text.slice(0, MAX_TEXT - this.#size).toWellFormed() : text;
    if (kept === '') return;
    this.#size += kept.length;
    const last = this.#runs.at(-1);
    if (last !== undefined && (sameStyle(last.style, style) || this.#runs.length >= MAX_RUNS)) last.text += kept;
    else this.#runs.push({ text: kept, style });
  }
}

function sameStyle(a: Style, b: Style): boolean {
  return a === b || STYLE_KEYS.every((key) => a[key] === b[key]);
}
