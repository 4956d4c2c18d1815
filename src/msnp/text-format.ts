// X-MMS-IM-Format: the look of a whole message. Knows the header's value; not the message.

import { percentDecode, percentEncode } from './encoding.ts';

export interface TextFormat {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  /** 0xRRGGBB; 0 is the default look. */
  readonly color: number;
  /** Undefined or empty: no wish. */
  readonly font?: string;
  /** All letters of the font are of one width. */
  readonly fixedPitch: boolean;
  readonly rightToLeft: boolean;
}

export const PLAIN: TextFormat = {
  bold: false,
  italic: false,
  underline: false,
  strike: false,
  color: 0,
  fixedPitch: false,
  rightToLeft: false,
};

const DEFAULT_FONT = 'Segoe UI';
/** Family and pitch, a digit each. */
const SWISS_VARIABLE = '22';
const MODERN_FIXED = '31';
/** Longer names crashed old clients. */
const MAX_FONT = 31;

export function readTextFormat(value: string): TextFormat {
  const fields = new Map<string, string>();
  for (const part of value.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0) fields.set(part.slice(0, equals).trim().toUpperCase(), part.slice(equals + 1).trim());
  }
  const effects = (fields.get('EF') ?? '').toUpperCase();
  const font = percentDecode(fields.get('FN') ?? '');
  return {
    bold: effects.includes('B'),
    italic: effects.includes('I'),
    underline: effects.includes('U'),
    strike: effects.includes('S'),
    color: readColor(fields.get('CO') ?? ''),
    ...(font === '' ? {} : { font }),
    fixedPitch: /^[0-9a-f]1$/i.test(fields.get('PF') ?? ''),
    rightToLeft: fields.get('RL') === '1',
  };
}

/** FN stands first: an old switchboard closed the connection otherwise. */
export function writeTextFormat(format: TextFormat): string {
  const font =
    Array.from(format.font ?? '')
      .slice(0, MAX_FONT)
      .join('') || DEFAULT_FONT;
  const effects = [format.bold && 'B', format.italic && 'I', format.underline && 'U', format.strike && 'S'];
  const parts = [
    `FN=${percentEncode(font)}`,
    `EF=${effects.filter((letter) => letter !== false).join('')}`,
    `CO=${swap(format.color).toString(16)}`,
    'CS=0',
    `PF=${format.fixedPitch ? MODERN_FIXED : SWISS_VARIABLE}`,
  ];
  if (format.rightToLeft) parts.push('RL=1');
  return parts.join('; ');
}

function readColor(hex: string): number {
  return /^[0-9a-f]{1,8}$/i.test(hex) ? swap(Number.parseInt(hex, 16) & 0xff_ffff) : 0;
}

/** 0xBBGGRR, as the wire has it, to 0xRRGGBB and back. */
function swap(color: number): number {
  return ((color & 0xff) << 16) | (color & 0xff00) | ((color >> 16) & 0xff);
}
