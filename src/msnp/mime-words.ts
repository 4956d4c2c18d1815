// Encoded words of mail headers (RFC 2047): names and subjects that are not ASCII. Knows charsets; not which header.

import { decodeText } from './encoding.ts';

/** The charset may be quoted and carry a language; a blank may stand before the end. */
const WORD = /=\?("?)([\w.:+-]{1,40})(?:\*[\w-]{0,20})?\1\?([bq])\?([^?]{0,2000})\?=/gi;

interface Run {
  readonly charset: string;
  readonly bytes: readonly Buffer[];
  readonly raw: string;
}

/** What cannot be decoded stays as it is; line ends and other controls become blanks. */
export function decodeWords(text: string): string {
  let decoded = '';
  let run: Run | undefined;
  let from = 0;
  for (const match of text.matchAll(WORD)) {
    const [whole, , charset = '', kind = '', body = ''] = match;
    const between = text.slice(from, match.index);
    const word = { charset: charset.toLowerCase(), bytes: [toBytes(kind, body)], raw: whole };
    from = match.index + whole.length;
    if (run !== undefined && between.trim() === '') {
      // neighbours belong together, the blank between them is none; a character may lie in two of them
      if (run.charset === word.charset) {
        run = { ...run, bytes: [...run.bytes, ...word.bytes], raw: run.raw + between + whole };
        continue;
      }
      decoded += toText(run);
    } else {
      decoded += (run === undefined ? '' : toText(run)) + between;
    }
    run = word;
  }
  decoded += (run === undefined ? '' : toText(run)) + text.slice(from);
  return decoded.replace(/\p{Cc}+/gu, ' ').trim();
}

function toBytes(kind: string, body: string): Buffer {
  if (kind.toLowerCase() === 'b') return Buffer.from(body, 'base64');
  const text = body.trimEnd().replaceAll('_', ' ');
  const bytes = text.split(/(=[0-9a-f]{2})/i).map((part) => {
    return /^=[0-9a-f]{2}$/i.test(part) ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part);
  });
  return Buffer.concat(bytes);
}

function toText({ charset, bytes, raw }: Run): string {
  const joined = Buffer.concat([...bytes]);
  // who says ASCII and sends more means one of these two
  if (charset === 'us-ascii' || charset === 'ascii') return decodeText(joined);
  try {
    return new TextDecoder(charset).decode(joined);
  } catch (error) {
    if (error instanceof RangeError) return raw; // a charset that nobody here knows
    throw error;
  }
}
