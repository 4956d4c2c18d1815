// text/x-mms-emoticon: which codes of the text to come are pictures of the sender's own. Knows codes; not the pictures.

import { decodeText } from './encoding.ts';
import type { ChatMessage } from './message.ts';

const TYPES = new Set(['text/x-mms-emoticon', 'text/x-mms-animemoticon']);
/** Five are sent at most; a list of other clients may be longer. */
const MAX_CODES = 20;
const MAX_CODE = 32;
const MAX_BYTES = 16 * 1024;

/** Undefined: a message of another kind. */
export function readEmoticonCodes(message: ChatMessage): readonly string[] | undefined {
  if (message.type !== 'other' || !TYPES.has(message.contentType)) return undefined;
  // code, picture, code, picture …, with or without a tab at the end
  const words = decodeText(message.body.subarray(0, MAX_BYTES)).split('\t', 2 * MAX_CODES);
  return words
    .filter((_, index) => index % 2 === 0)
    .map((code) => code.trim())
    .filter((code) => code !== '' && code.length <= MAX_CODE);
}
