// The small XML documents of the protocol, read forgivingly. Knows elements and text; not what they mean.

import { SaxesParser } from 'saxes';
import { refused } from './refused.ts';
import type { Refused } from './refused.ts';

/** `declared`: documents that declare things are none of the protocol's. */
export type XmlRefusal = 'malformed' | 'declared' | 'too-deep' | 'too-many-elements' | 'too-long';

/** Of every document; more is refused. */
export const BOUNDS = { length: 64 * 1024, depth: 16, elements: 4096 } as const;

const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' } as const;
// oxlint-disable-next-line no-control-regex
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/**
 * The text of the elements named, at whatever depth; of a repeated one the first.
 */
export function readElements(xml: string, names: readonly string[]): ReadonlyMap<string, string> | Refused<XmlRefusal> {
  if (xml.length > BOUNDS.length) return refused('too-long');
  const reading = new Reading(names);
  try {
    reading.read(xml);
  } catch (error) {
    if (error instanceof NotAcceptable) return refused(error.reason);
    throw error;
  }
  return reading.found;
}

/** Text for an element or attribute. What XML cannot hold is left out. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_XML, '')
    .replace(/[&<>"']/g, (sign) => ESCAPES[sign as keyof typeof ESCAPES]);
}

/** Thrown from within the parser, so that a fault ends the work at once. */
export class NotAcceptable extends Error {
  readonly reason: XmlRefusal;

  constructor(reason: XmlRefusal) {
    super(reason);
    this.reason = reason;
  }
}

export function refuseFaults(parser: Pick<SaxesParser, 'on'>): void {
  parser.on('error', () => {
    throw new NotAcceptable('malformed');
  });
  parser.on('doctype', () => {
    throw new NotAcceptable('declared');
  });
}

class Reading {
  readonly found = new Map<string, string>();
  readonly #names: readonly string[];
  #depth = 0;
  #elements = 0;
  /** The element being read, and how deep it began. */
  #current: { readonly name: string; readonly depth: number } | undefined;
  #text = '';

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  read(xml: string): void {
    const parser = new SaxesParser();
    refuseFaults(parser);
    parser.on('opentag', ({ name }) => this.#open(name));
    parser.on('closetag', () => this.#close());
    const append = (text: string): void => {
      this.#text += text;
    };
    parser.on('text', append);
    parser.on('cdata', append);
    parser.write(xml).close();
  }

  #open(name: string): void {
    this.#depth += 1;
    this.#elements += 1;
    if (this.#depth > BOUNDS.depth) throw new NotAcceptable('too-deep');
    if (this.#elements > BOUNDS.elements) throw new NotAcceptable('too-many-elements');
    if (this.#current !== undefined || !this.#names.includes(name) || this.found.has(name)) return;
    this.#current = { name, depth: this.#depth };
    this.#text = '';
  }

  #close(): void {
    if (this.#current?.depth === this.#depth) {
      this.found.set(this.#current.name, this.#text);
      this.#current = undefined;
    }
    this.#depth -= 1;
  }
}
