// What somebody listens to or plays, as it stands in a personal message: `app\0type\0enabled\0format\0arg…\0`. Pure.

/** Two characters, a backslash and a zero. */
const SEPARATOR = String.raw`\0`;
/** A format may name the same long argument again and again. */
const LONGEST = 300;

export interface CurrentMedia {
  /** `Music`, `Games` or `Office`; clients know no others. */
  readonly type: string;
  /** The format with its arguments in their places. */
  readonly text: string;
}

/** Undefined: nothing is played just now. */
export function readCurrentMedia(media: string): CurrentMedia | undefined {
  const [, type = '', enabled, format = '', ...args] = media.split(SEPARATOR);
  const text = enabled === '1' ? fill(format, args).trim() : '';
  return text === '' ? undefined : { type, text };
}

export function writeMusic(title: string, artist?: string): string {
  const song = artist === undefined ? ['{0}', title] : ['{1} – {0}', title, artist];
  // a backslash in a title could begin what looks like a separator
  return ['', 'Music', '1', ...song.map((part) => part.replaceAll('\\', '/')), ''].join(SEPARATOR);
}

function fill(format: string, args: readonly string[]): string {
  let text = '';
  for (const piece of format.split(/(\{\d{1,2}\})/)) {
    text += /^\{\d/.test(piece) ? (args[Number(piece.slice(1, -1))] ?? '') : piece;
    if (text.length >= LONGEST) break;
  }
  return text.slice(0, LONGEST);
}
