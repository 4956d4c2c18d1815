// What stands in a UBX or UUX: a person's line of text and what they listen to. Knows the document; not when it is sent.

import { decodeText, encodeText } from './encoding.ts';
import { accepted } from './refused.ts';
import { escapeXml, readElements } from './xml.ts';

const ENTITY = /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,4}));/gi;
const SIGNS = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

export interface PersonalMessage {
  readonly message: string;
  /** As sent: parts between literal `\0`, kept as it is. */
  readonly media: string;
}

export function readPersonalMessage(payload: Uint8Array): PersonalMessage {
  const xml = decodeText(payload).trim();
  const elements = xml === '' ? new Map<string, string>() : accepted(readElements(xml, ['PSM', 'CurrentMedia']));
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
  return xml.slice(from + name.length + 2, to).replace(ENTITY, toSign);
}

function toSign(entity: string, hex?: string, decimal?: string, name = ''): string {
  const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  if (code >= 0x20 && code <= 0x10_ffff) return String.fromCodePoint(code);
  return SIGNS.get(name.toLowerCase()) ?? entity;
}
