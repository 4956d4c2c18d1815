// What may stand in a text or a name that goes from one side to the other. Knows characters only.

// C0 but tab and newline, DEL and C1; embeddings, overrides and isolates of text direction, which can disguise what follows.
// The three marks that only hint at a direction (U+061C, U+200E, U+200F) stay: who writes Arabic or Hebrew needs them for
// brackets and numbers, and a letter of the language in their place would do the same to what is beside it.
// oxlint-disable-next-line no-control-regex
const UNWANTED = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
/** Names stand among words of others, and two that look alike must be alike: all that has to do with direction goes. */
const DIRECTION = /\p{Bidi_Control}/gu;
const LINE_ENDS = /\r\n?|\u2028|\u2029/g;

export function cleanText(text: string): string {
  return text.replaceAll(LINE_ENDS, '\n').replaceAll(UNWANTED, '').toWellFormed();
}

/** A name on one line, of at most `graphemes` characters as people count them and 255 bytes. */
export function cleanName(name: string, graphemes = 100): string {
  // A grapheme may be as long as it likes: cut roughly first.
  const line = cleanText(name.slice(0, 4000)).replaceAll(DIRECTION, '').replaceAll(/\s+/g, ' ').trim();
  return cut(line, graphemes, 255).trimEnd();
}

/** The longest beginning within both limits that breaks no character. */
export function cut(text: string, graphemes: number, bytes: number): string {
  if (text.length <= graphemes && text.length * 3 <= bytes) return text;
  let out = '';
  let count = 0;
  let size = 0;
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    count++;
    size += Buffer.byteLength(segment);
    if (count > graphemes || size > bytes) break;
    out += segment;
  }
  return out;
}

/** As it stands in an event, where quotes, backslashes and line ends take two bytes. */
export function bytesInJson(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
