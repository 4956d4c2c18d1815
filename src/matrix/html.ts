// Flattens what a client wrote in HTML to styled runs, whatever it is fed, in linear time.
// Knows what tags mean to a reader of plain text; not what a network can show.

import type { Run } from '../bridge/events.ts';
import { type HtmlToken, htmlTokens } from './html-tokens.ts';
import { isPill, mentionOf, safeLink } from './links.ts';
import { RunWriter, type Style } from './run-writer.ts';

interface Frame {
  readonly name: string;
  readonly style: Style;
  readonly hidden: boolean;
  readonly verbatim: boolean;
  /** A line prefix was opened with it. */
  readonly indented: boolean;
  /** `ol`: the number of its next item; `tr`: how many cells it has had. */
  count: number;
}

/** An event has no more bytes than that. */
const MAX_INPUT = 65_536;
const MAX_DEPTH = 100;

const STYLES = new Map<string, Style>([
  ['b', { bold: true }],
  ['strong', { bold: true }],
  ['i', { italic: true }],
  ['em', { italic: true }],
  ['u', { underline: true }],
  ['s', { strike: true }],
  ['del', { strike: true }],
  ['strike', { strike: true }],
  ['code', { code: true }],
  ['tt', { code: true }],
  ['pre', { code: true }],
]);

/** How many line ends stand before and after. */
const BLOCKS = new Map<string, 1 | 2>([
  ['p', 2],
  ['h1', 2],
  ['h2', 2],
  ['h3', 2],
  ['h4', 2],
  ['h5', 2],
  ['h6', 2],
  ['blockquote', 1],
  ['pre', 1],
  ['div', 1],
  ['ul', 1],
  ['ol', 1],
  ['li', 1],
  ['table', 1],
  ['caption', 1],
  ['tr', 1],
  ['details', 1],
  ['summary', 1],
]);

const VOID = new Set(['br', 'hr', 'img', 'wbr', 'input', 'meta', 'link', 'col', 'area', 'source']);
const HIDDEN = new Set(['mx-reply', 'title', 'head', 'template', 'textarea', 'select', 'svg', 'math']);
const HEX_COLOR = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;

export function readHtml(html: string): readonly Run[] {
  const reader = new HtmlReader();
  for (const token of htmlTokens(html.slice(0, MAX_INPUT))) {
    reader.token(token);
    if (reader.full) break;
  }
  return reader.end();
}

class HtmlReader {
  readonly #out = new RunWriter();
  readonly #stack: Frame[] = [{ name: '', style: {}, hidden: false, verbatim: false, indented: false, count: 0 }];
  /** Tags too deep to be kept; their ends are not to close others. */
  #tooDeep = 0;

  get full(): boolean {
    return this.#out.full;
  }

  get #top(): Frame {
    const top = this.#stack.at(-1);
    if (top === undefined) throw new Error('the outermost frame was closed');
    return top;
  }

  token(token: HtmlToken): void {
    switch (token.type) {
      case 'text':
        return this.#text(token.text);
      case 'open':
        return this.#open(token.name, token.attributes);
      case 'close':
        return this.#close(token.name);
    }
  }

  end(): readonly Run[] {
    return this.#out.end();
  }

  #text(text: string): void {
    const { hidden, verbatim, style } = this.#top;
    if (hidden) return;
    if (verbatim) this.#out.verbatim(text, style);
    else this.#out.flowing(text, style);
  }

  #open(name: string, attributes: ReadonlyMap<string, string>): void {
    if (VOID.has(name)) return this.#single(name, attributes);
    if (this.#stack.length >= MAX_DEPTH) {
      this.#tooDeep++;
      return;
    }
    // An item or a row ends where the next begins, as browsers have it.
    if (name === 'li' && this.#top.name === 'li') this.#pop();
    const outer = this.#top;
    const style = styleOf(name, attributes, outer.style);
    const hidden = outer.hidden || HIDDEN.has(name);
    if (!hidden) this.#before(name, attributes, outer);
    this.#stack.push({
      name,
      style,
      hidden,
      verbatim: outer.verbatim || name === 'pre',
      indented: !hidden && (name === 'blockquote' || name === 'li'),
      count: name === 'ol' ? startOf(attributes) : 0,
    });
  }

  /** What stands in the text before the content of a tag. */
  #before(name: string, attributes: ReadonlyMap<string, string>, outer: Frame): void {
    const breaks = BLOCKS.get(name);
    if (breaks !== undefined) this.#out.breakLine(name === 'p' && outer.name === 'li' ? 1 : breaks);
    if (name === 'blockquote') this.#out.indent('> ', '> ');
    if (name === 'li') this.#out.indent(outer.name === 'ol' ? `${outer.count++}. ` : '- ', '  ');
    if ((name === 'td' || name === 'th') && outer.count++ > 0) this.#out.flowing(' | ', {});
    const spoiler = attributes.get('data-mx-spoiler');
    if (spoiler !== undefined) this.#out.flowing(spoiler === '' ? '[spoiler] ' : `[spoiler: ${spoiler}] `, {});
  }

  #single(name: string, attributes: ReadonlyMap<string, string>): void {
    if (this.#top.hidden) return;
    if (name === 'br') this.#out.newline();
    if (name === 'img') this.#text(attributes.get('alt') ?? attributes.get('title') ?? '');
    if (name === 'hr') {
      this.#out.breakLine(1);
      this.#out.flowing('----------', {});
      this.#out.breakLine(1);
    }
  }

  #close(name: string): void {
    if (this.#tooDeep > 0) {
      this.#tooDeep--;
      return;
    }
    const at = this.#stack.findLastIndex((frame) => frame.name === name);
    if (at <= 0) return;
    while (this.#stack.length > at) this.#pop();
  }

  #pop(): void {
    const frame = this.#stack.pop();
    if (frame === undefined || frame.hidden) return;
    const breaks = BLOCKS.get(frame.name);
    if (breaks !== undefined) this.#out.breakLine(frame.name === 'p' && this.#top.name === 'li' ? 1 : breaks);
    if (frame.indented) this.#out.unindent();
  }
}

function styleOf(name: string, attributes: ReadonlyMap<string, string>, outer: Style): Style {
  let style = outer;
  const own = STYLES.get(name);
  if (own !== undefined) style = { ...style, ...own };
  if (name === 'span' || name === 'font') {
    const color = colorOf(attributes.get('data-mx-color') ?? attributes.get('color') ?? '');
    if (color !== undefined) style = { ...style, color };
  }
  if (name === 'a') {
    const link = safeLink(attributes.get('href') ?? '');
    const mention = link === undefined ? undefined : mentionOf(link);
    if (mention !== undefined) style = { ...style, mention };
    // The text of a pill is the name that it stands for.
    else if (link !== undefined && !isPill(link)) style = { ...style, link };
  }
  return style;
}

function colorOf(value: string): string | undefined {
  const digits = HEX_COLOR.exec(value)?.[1]?.toLowerCase();
  if (digits === undefined) return undefined;
  return `#${digits.length === 3 ? digits.replaceAll(/./g, '$&$&') : digits}`;
}

function startOf(attributes: ReadonlyMap<string, string>): number {
  const start = attributes.get('start') ?? '';
  return /^\d{1,6}$/.test(start) ? Number(start) : 1;
}
