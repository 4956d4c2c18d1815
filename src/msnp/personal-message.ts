// What stands in a UBX: a person's line of text and what they listen to. Knows the document, not the command.

import { decodeText } from './encoding.ts';
import { readElements } from './xml.ts';

export interface PersonalMessage {
  readonly message: string;
  /** As sent: parts between literal `\0`, see `readMedia`. */
  readonly media: string;
}

export function readPersonalMessage(payload: Uint8Array): PersonalMessage {
  const xml = decodeText(payload).trim();
  const elements = xml === '' ? new Map<string, string>() : readElements(xml, ['PSM', 'CurrentMedia']);
  return {
    message: elements === undefined ? readUnescaped(xml, 'PSM') : (elements.get('PSM') ?? ''),
    media: elements === undefined ? readUnescaped(xml, 'CurrentMedia') : (elements.get('CurrentMedia') ?? ''),
  };
}

/** Old servers relay text that nobody escaped. */
function readUnescaped(xml: string, name: string): string {
  const from = xml.indexOf(`<${name}>`);
  const to = from === -1 ? -1 : xml.indexOf(`</${name}>`, from);
  if (to === -1) return '';
  return xml
    .slice(from + name.length + 2, to)
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
