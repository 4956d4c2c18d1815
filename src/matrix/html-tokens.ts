// Cuts HTML into tags and text, whatever it is fed, looking at each character a bounded number of times.
// Knows the grammar; not what any tag means.

export type HtmlToken =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'open'; readonly name: string; readonly attributes: ReadonlyMap<string, string> }
  | { readonly type: 'close'; readonly name: string };

const MAX_ATTRIBUTES = 16;
const NAME_START = /[a-z]/i;
const NAME = /[a-z][a-z0-9-]{0,31}/iy;
const ATTRIBUTE_NAME = /[^\s"'<>/=]{1,64}/y;
const UNQUOTED = /[^\s>]*/y;
const BLANKS = /\s*/y;
const BETWEEN_ATTRIBUTES = /[\s/]*/y;
/** Their content is no text, and no tags either. */
const RAW = new Set(['script', 'style']);

export function* htmlTokens(html: string): Generator<HtmlToken> {
  const cursor = new Cursor(html);
  let textFrom = 0;
  for (;;) {
    const lt = html.indexOf('<', cursor.at);
    if (lt === -1) break;
    const next = html.charAt(lt + 1);
    const markup = NAME_START.test(next) || next === '!' || next === '?' || next === '/';
    if (!markup) {
      cursor.at = lt + 1;
      continue;
    }
    if (lt > textFrom) yield { type: 'text', text: decodeEntities(html.slice(textFrom, lt)) };
    cursor.at = lt + 1;
    if (next === '!' || next === '?') {
      cursor.skipPast(html.startsWith('<!--', lt) ? '-->' : '>');
    } else if (next === '/') {
      cursor.at = lt + 2;
      const name = cursor.match(NAME).toLowerCase();
      cursor.skipPast('>');
      if (name !== '') yield { type: 'close', name };
    } else {
      const name = cursor.match(NAME).toLowerCase();
      const attributes = readAttributes(cursor);
      if (RAW.has(name)) cursor.skipPastTag(name);
      else yield { type: 'open', name, attributes };
    }
    textFrom = cursor.at;
  }
  if (textFrom < html.length) yield { type: 'text', text: decodeEntities(html.slice(textFrom)) };
}

/** Reads up to and past the `>`, or to the end: a tag that never ends swallows the rest, as in browsers. */
function readAttributes(cursor: Cursor): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  while (!cursor.ended) {
    cursor.match(BETWEEN_ATTRIBUTES);
    if (cursor.take('>')) return attributes;
    const name = cursor.match(ATTRIBUTE_NAME).toLowerCase();
    if (name === '') {
      cursor.at++;
      continue;
    }
    cursor.match(BLANKS);
    let value = '';
    if (cursor.take('=')) {
      cursor.match(BLANKS);
      value = cursor.quoted() ?? cursor.match(UNQUOTED);
    }
    if (attributes.size < MAX_ATTRIBUTES && !attributes.has(name)) attributes.set(name, decodeEntities(value));
  }
  return attributes;
}

class Cursor {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get ended(): boolean {
    return this.at >= this.#text.length;
  }

  match(sticky: RegExp): string {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.#text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  take(character: string): boolean {
    if (this.#text[this.at] !== character) return false;
    this.at++;
    return true;
  }

  /** The value in quotes that stands here; without a closing quote it reaches to the end. */
  quoted(): string | undefined {
    const quote = this.#text[this.at];
    if (quote !== '"' && quote !== "'") return undefined;
    const from = this.at + 1;
    const end = this.#text.indexOf(quote, from);
    this.at = end === -1 ? this.#text.length : end + 1;
    return this.#text.slice(from, end === -1 ? undefined : end);
  }

  skipPast(mark: string): void {
    const found = this.#text.indexOf(mark, this.at);
    this.at = found === -1 ? this.#text.length : found + mark.length;
  }

  skipPastTag(name: string): void {
    const closing = new RegExp(`</${name}`, 'gi');
    closing.lastIndex = this.at;
    this.at = closing.exec(this.#text)?.index ?? this.#text.length;
    this.skipPast('>');
  }
}

const ENTITY = /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,8}));/gi;
const NAMED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
  ['hellip', '…'],
  ['ndash', '–'],
  ['mdash', '—'],
  ['copy', '©'],
  ['reg', '®'],
  ['euro', '€'],
]);

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(ENTITY, (whole, hex: string | undefined, decimal: string | undefined, name = '') => {
    if (hex !== undefined) return fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return fromCodePoint(Number.parseInt(decimal, 10));
    return NAMED.get(String(name)) ?? whole;
  });
}

function fromCodePoint(code: number): string {
  return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
}
