// Which keys a place of config.yaml may have, and which of them somebody may have meant. Knows the schema's form only.

import { z } from 'zod';

/** Of the section at a path; none where there is no section, or where its keys are the user's own choice. */
export function knownKeys(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const inner = unwrapped(schema);
  const [step, ...rest] = path;
  if (inner instanceof z.ZodObject) {
    if (step === undefined) return Object.keys(inner.shape);
    const value: unknown = Object.hasOwn(inner.shape, step) ? inner.shape[String(step)] : undefined;
    return value instanceof z.ZodType ? knownKeys(value, rest) : [];
  }
  return inner instanceof z.ZodRecord && step !== undefined ? knownKeys(inner.valueType, rest) : [];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodPipe) return unwrapped(schema.in); // of what is transformed: what is written in the file
  const isWrapped =
    schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return isWrapped ? unwrapped(schema.unwrap()) : schema;
}

/** A slip of the hand, a word left unfinished, or another way to write two words as one. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[_-]/gu, '');
  const asked = plain(word).slice(0, 50);
  const slips = Math.ceil(asked.length / 4);
  const ranked = known
    .map((one) => ({ one, away: plain(one).startsWith(asked) ? 0 : distance(asked, plain(one)) }))
    .toSorted((a, b) => a.away - b.away);
  return ranked.find(({ away }) => away <= slips)?.one;
}

/** How many letters have to be put, taken, changed, or swapped with their neighbour. */
function distance(from: string, to: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let at = 1; at <= from.length; at++) {
    const next = [at];
    for (let column = 1; column <= to.length; column++) {
      const same = from[at - 1] === to[column - 1] ? 0 : 1;
      const swapped = at > 1 && from[at - 1] === to[column - 2] && from[at - 2] === to[column - 1];
      next.push(
        Math.min(
          (row[column] ?? 0) + 1,
          (next[column - 1] ?? 0) + 1,
          (row[column - 1] ?? 0) + same,
          swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    before = row;
    row = next;
  }
  return row[to.length] ?? 0;
}
