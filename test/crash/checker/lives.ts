// Lives with one fault each, and what they are to be convicted of. Knows names and counts; not how anybody lives.

import type { FaultName } from '../children/faults.ts';
import { type Conduct, type Fault, RIGHT } from '../peers/in-process.ts';
import type { Found } from './bench.ts';

const [handOver, delivered] = RIGHT.m2n.steps;
const failed = { do: 'tell', status: 'FAIL', sentence: 'Your message was not delivered.' } as const;
const elsewhere = { do: 'hand over', elsewhere: true } as const;

/** A small bridge, faulty at one message: what it does then. */
export const PEERS: readonly (readonly [string, Fault['direction'], Conduct, Found])[] = [
  ['loses a message', 'm2n', { steps: [] }, { 'm2n.lost': 1 }],
  ['says “delivered” and has not', 'm2n', { steps: [delivered] }, { 'm2n.lost': 1 }],
  ['says it twice', 'm2n', { steps: [handOver, handOver, delivered] }, { 'm2n.doubled': 1 }],
  ['delivers and says nothing', 'm2n', { steps: [handOver] }, { 'm2n.untold': 1 }],
  ['delivers and says “not delivered”', 'm2n', { steps: [handOver, failed] }, { 'm2n.misreported': 1 }],
  ['says one thing and then another', 'm2n', { steps: [handOver, delivered, failed] }, { 'm2n.contradicted': 1 }],
  ['lets a message be overtaken', 'm2n', { late: true, steps: [handOver, delivered] }, { 'm2n.reordered': 1 }],
  ['tells a stranger too', 'm2n', { steps: [handOver, elsewhere, delivered] }, { 'm2n.misdirected': 1 }],
  ['loses what was written to it', 'n2m', { steps: [] }, { 'n2m.lost': 1 }],
  ['shows it twice', 'n2m', { steps: [handOver, handOver] }, { 'n2m.doubled': 1 }],
  ['shows it after the next one', 'n2m', { late: true, steps: [handOver] }, { 'n2m.reordered': 1 }],
  ['shows it in another room', 'n2m', { steps: [elsewhere] }, { 'n2m.misdirected': 1 }],
  ['shows what nobody wrote', 'n2m', { steps: [handOver, { do: 'invent' }] }, { 'n2m.invented': 1 }],
];

export interface Circumstances {
  /** The life is ended when its fault has struck, and a right one comes after it. */
  readonly isKilled?: true;
  readonly patienceMs?: number;
}

/** The bridge itself, spoilt. */
export const BRIDGES: readonly (readonly [FaultName, Found, Circumstances])[] = [
  // whoever does not know that it is out sends it again
  ['sends before it is written down that it will', { 'm2n.unintended': 1, 'm2n.doubled': 1 }, { isKilled: true }],
  ['has two messages of one chat under way', { 'm2n.unbounded': 1 }, { isKilled: true }],
  ['makes the room of a chat twice', { 'rooms.doubled': 1 }, {}],
  ['sends an event twice and does not take it back', { 'events.doubled': 1 }, {}],
  ['does twice what it was told', { 'commands.doubled': 1 }, {}],
  ['does not do what it was told, and says “done”', { 'commands.misreported': 1 }, {}],
  ['does what it was told, and does not answer', { 'commands.unanswered': 1 }, {}],
  ['answers twice', { 'commands.answered_twice': 1 }, {}],
  ['leaves a password standing', { 'secrets.shown': 1 }, {}],
  ['forgets a row', { stuck: 1 }, { patienceMs: 5_000 }],
];
