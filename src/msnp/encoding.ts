// How text travels inside a command line and inside payloads. Knows percent signs and character sets, not commands.

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });
const looseUtf8 = new TextDecoder('utf-8');
const windows1252 = new TextDecoder('windows-1252');
const utf8 = new TextEncoder();

/** Percent-encodes everything that a server might split on or stumble over; never throws. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** Undoes percent-encoding; a sign that encodes nothing stays as it is, raw UTF-8 passes. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
  }
  // not all of it is well encoded
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => looseUtf8.decode(Buffer.from(run.replaceAll('%', ''), 'hex')));
}

/** Strict UTF-8, else Windows-1252: what clients without a charset have always meant. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return windows1252.decode(bytes); // not UTF-8
    throw error;
  }
}

export function encodeText(text: string): Uint8Array {
  return utf8.encode(text);
}

/** Bytes of `text` in UTF-8. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
