// Reads a small XML document into a tree, forgivingly, within bounds. Knows elements, attributes and text; not what
// they mean.

import { SaxesParser } from 'saxes';
import { isRefused, refused } from './refused.ts';
import type { Refused } from './refused.ts';
import { BOUNDS, NotAcceptable, refuseFaults } from './xml.ts';
import type { XmlRefusal } from './xml.ts';

export interface XmlElement {
  readonly name: string;
  /** Names in lower case. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All text within, that of children too. */
  readonly text: string;
}

/**
 * An `&` that begins no entity is taken for itself: addresses stand unescaped in documents of the time.
 */
export function readTree(xml: string): XmlElement | Refused<XmlRefusal> {
  if (xml.length > BOUNDS.length) return refused('too-long');
  const tree = read(xml);
  if (!isRefused(tree) || tree.refused !== 'malformed') return tree;
  return read(xml.replace(/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-f]{1,6});)/gi, '&amp;'));
}

export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((each) => each.name === name);
}

interface Growing extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

function read(xml: string): XmlElement | Refused<XmlRefusal> {
  const open: Growing[] = [];
  let root: XmlElement | undefined;
  let elements = 0;
  const parser = new SaxesParser();
  refuseFaults(parser);
  parser.on('opentag', ({ name, attributes }) => {
    elements += 1;
    if (open.length >= BOUNDS.depth) throw new NotAcceptable('too-deep');
    if (elements > BOUNDS.elements) throw new NotAcceptable('too-many-elements');
    const named = Object.entries(attributes).map(([key, value]): [string, string] => [key.toLowerCase(), value]);
    open.push({ name, attributes: new Map(named), children: [], text: '' });
  });
  parser.on('closetag', () => {
    const element = open.pop();
    const parent = open.at(-1);
    if (element === undefined) return;
    if (parent === undefined) root = element;
    else {
      parent.children.push(element);
      parent.text += element.text;
    }
  });
  const append = (text: string): void => {
    const inner = open.at(-1);
    if (inner !== undefined) inner.text += text;
  };
  parser.on('text', append);
  parser.on('cdata', append);
  try {
    parser.write(xml).close();
  } catch (error) {
    if (error instanceof NotAcceptable) return refused(error.reason);
    throw error;
  }
  return root ?? refused('malformed');
}
