// Names that people type: in quotes or without, and one after the other. Knows quotes; not what is called so.

/** As keyboards make them. */
const QUOTED = /^\s*(?:"([^"]*)"|“([^”]*)”|„([^“”]*)[“”]|«([^»]*)»)/u;

/** A name without the quotes around it. */
export function unquoted(text: string): string {
  const [name, rest] = quotedAt(text) ?? [text.trim(), ''];
  return rest.trim() === '' ? name : text.trim();
}

/** All ways to read `one to another`. In quotes there is but one. */
export function pairsIn(text: string): readonly (readonly [before: string, after: string])[] {
  const quoted = quotedAt(text);
  if (quoted) {
    const after = /^\s+to\s+(.*)$/su.exec(quoted[1])?.[1];
    return after === undefined ? [] : [[quoted[0], unquoted(after)]];
  }
  return Array.from(text.matchAll(/\s+to\s+/gu), (match) => [
    text.slice(0, match.index).trim(),
    unquoted(text.slice(match.index + match[0].length)),
  ]);
}

/** The name in quotes that a text begins with, and what follows. */
function quotedAt(text: string): readonly [name: string, rest: string] | undefined {
  const match = QUOTED.exec(text);
  return match ? [match.slice(1).find((group) => group !== undefined) ?? '', text.slice(match[0].length)] : undefined;
}
