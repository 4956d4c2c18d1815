// Where fuzzing begins: the hand-written corpus, and what real servers and clients said. Knows where these lie.

import { readdirSync } from 'node:fs';

import type { Trials } from '../hostile/corpus/kind.ts';
import { readTranscript } from '../support/transcript.ts';
import type { Connection } from '../support/transcript.ts';

/** What is longer comes of repeats anyway, and costs time at every step. */
const LONGEST = 8 * 1024;

export function fromCorpus(...kinds: readonly (readonly Trials[])[]): readonly Uint8Array[] {
  const inputs = kinds.flat().flatMap(({ input }) => (input === undefined ? [] : [input()]));
  return inputs.filter(({ length }) => length <= LONGEST);
}

const RECORDINGS = new URL('../transcripts/', import.meta.url);
let recordings: readonly Connection[] | undefined;

function recorded(): readonly Connection[] {
  recordings ??= readdirSync(RECORDINGS).flatMap((file) => readTranscript(file.replace(/\.txt$/, '')));
  return recordings;
}

const made = new Map<string, readonly Uint8Array[]>();

/** Each connection as one side said it, and single commands of it. */
export function streams(
  kind: 'notification' | 'switchboard',
  from: 'server' | 'client' = 'server',
): readonly Uint8Array[] {
  const known = made.get(`${kind} ${from}`);
  if (known !== undefined) return known;
  const connections = recorded().filter((connection) => connection.kind === kind);
  const said = connections.map((connection) =>
    connection.said.filter((one) => one.from === from).map(({ bytes }) => bytes),
  );
  const whole = said.map((all) => Buffer.concat(all).subarray(0, LONGEST)).filter(({ length }) => length > 0);
  const found = [...whole, ...distinct(said.flat())];
  made.set(`${kind} ${from}`, found);
  return found;
}

/** What follows the command lines of some verb. */
export function payloads(verb: string): readonly Uint8Array[] {
  const all = recorded().flatMap(({ said }) => said.filter(({ line, payload }) => line.startsWith(`${verb} `) && payload.length > 0)); // prettier-ignore
  return distinct(all.map(({ payload }) => payload));
}

/** One of each kind: what differs in numbers alone is no news. */
function distinct(all: readonly Uint8Array[]): readonly Uint8Array[] {
  const byShape = new Map(
    all.map((bytes) => [
      Buffer.from(bytes)
        .toString('latin1')
        .replaceAll(/[\da-f]+/gi, '0'),
      bytes,
    ]),
  );
  return [...byShape.values()].filter(({ length }) => length > 0 && length <= LONGEST);
}
