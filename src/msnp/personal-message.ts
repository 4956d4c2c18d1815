// What stands in a UBX or UUX: a person's line of text and what they listen to. Knows the document; not when it is sent.

import { decodeText, encodeText } from './encoding.ts';
import { escapeXml, readElements } from './xml.ts';

export interface PersonalMessage {
  readonly message: string;
  /** As sent: parts between literal `\0`, kept as it is. */
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

export function writePersonalMessage({ message, media }: PersonalMessage): Uint8Array {
  return encodeText(`<Data><PSM>${escapeXml(message)}</PSM><CurrentMedia>${escapeXml(media)}</CurrentMedia></Data>`);
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
