// parse.ratio: cutting what MSN servers sent into frames, with every cap and check, against the least that would do.
// Corpus: all that servers said in the recordings of test/transcripts, in chunks as a socket gives them.

import { readdirSync } from 'node:fs';
import { MsnpProtocolError } from '../src/msnp/errors.ts';
import { type Frame, FrameReader, type Role } from '../src/msnp/frame.ts';
import { readTranscript, type Said } from '../test/support/transcript.ts';
import { type Bench, format } from './report.ts';
import { NaiveFramer } from './support/naive-framer.ts';
import { compare } from './support/rounds.ts';

interface Stream {
  readonly role: Role;
  readonly chunks: readonly Buffer[];
  readonly frames: number;
}

const SEGMENT = 1460;
/** How many commands a server writes before the bridge comes to read. */
const MOST_IN_A_CHUNK = 4;

export const parse: Bench = async () => {
  const streams = corpus();
  const frames = sum(streams.map((stream) => stream.frames));
  const chunks = streams.flatMap((stream) => stream.chunks);
  const bytes = sum(chunks.map((chunk) => chunk.length));
  const { ratio, subject, baseline } = await compare(
    (ms) => repeat(ms, frames, () => sum(streams.map(cutWell))),
    (ms) => repeat(ms, frames, () => sum(streams.map(cutNaively))),
    { pairs: 21, ms: 200, warmUpMs: 600 },
  );
  return {
    figures: [{ name: 'parse.ratio', value: ratio, unit: '', goal: { atLeast: 0.5 } }],
    notes: [
      `corpus: ${streams.length} streams, ${frames} frames, ${bytes} bytes in ${chunks.length} chunks`,
      `frames a second: ${format(subject)} with all caps, ${format(baseline)} naively`,
    ],
  };
};

/** Streams that both ways read alike; recordings whose payloads are not kept as bytes are none. */
function corpus(): readonly Stream[] {
  const random = dice(1863);
  const names = readdirSync(new URL('../test/transcripts/', import.meta.url)).sort();
  const connections = names
    .filter((name) => name.endsWith('.txt'))
    .flatMap((name) => readTranscript(name.slice(0, -4)));
  return connections.flatMap(({ kind, said }) => {
    const fromServer = said.filter(({ from }) => from === 'server');
    if (kind === 'http' || fromServer.length === 0) return [];
    const stream = { role: kind, chunks: toChunks(fromServer, random), frames: fromServer.length };
    return isReadAlike(stream, fromServer) ? [stream] : [];
  });
}

function isReadAlike(stream: Stream, said: readonly Said[]): boolean {
  const well = readWell(stream);
  const framer = new NaiveFramer();
  const naive = stream.chunks.flatMap((chunk) => framer.push(chunk));
  return (
    well.length === said.length &&
    naive.length === said.length &&
    said.every(({ payload }, index) => {
      const [one, other] = [well[index], naive[index]];
      return (
        one?.args.length === (other?.words.length ?? 0) - 1 &&
        payload.equals(one.payload) &&
        payload.equals(other!.payload)
      );
    })
  );
}

function readWell({ role, chunks }: Stream): readonly Frame[] {
  const reader = new FrameReader(role);
  try {
    return chunks.flatMap((chunk) => [...reader.push(chunk)]);
  } catch (error) {
    if (!(error instanceof MsnpProtocolError)) throw error;
    return [];
  }
}

function toChunks(said: readonly Said[], random: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < said.length;) {
    const count = 1 + Math.floor(random() * MOST_IN_A_CHUNK);
    const written = Buffer.concat(said.slice(at, at + count).map(({ bytes }) => bytes));
    for (let from = 0; from < written.length; from += SEGMENT) chunks.push(written.subarray(from, from + SEGMENT));
    at += count;
  }
  return chunks;
}

function cutWell({ role, chunks }: Stream): number {
  const reader = new FrameReader(role);
  let seen = 0;
  for (const chunk of chunks) for (const frame of reader.push(chunk)) seen += frame.args.length;
  return seen;
}

function cutNaively({ chunks }: Stream): number {
  const framer = new NaiveFramer();
  let seen = 0;
  for (const chunk of chunks) for (const frame of framer.push(chunk)) seen += frame.words.length - 1;
  return seen;
}

/** Frames a second. */
function repeat(ms: number, frames: number, once: () => number): number {
  const begin = performance.now();
  let rounds = 0;
  let seen = 0;
  while (performance.now() - begin < ms) {
    seen += once();
    rounds += 1;
  }
  if (seen === 0) throw new Error('nothing was cut');
  return (rounds * frames) / ((performance.now() - begin) / 1000);
}

/** The same throws in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
