// Judges a history: what was lost, doubled, reordered, or told wrongly. Pure; knows no bridge and no clock.

import type { End, Heard, History, Said, Shown, Written } from './history.ts';

export const COUNTS = [
  'm2n.said',
  'm2n.lost',
  'm2n.doubled',
  'm2n.reordered',
  'm2n.uncertain',
  'm2n.failed',
  'm2n.misreported',
  'm2n.unintended',
  'm2n.unbounded',
  'n2m.written',
  'n2m.owed',
  'n2m.lost',
  'n2m.doubled',
  'n2m.reordered',
  'n2m.invented',
  'rooms.doubled',
  'stuck',
] as const;

export type Count = (typeof COUNTS)[number];

/** What must be 0. The rest says how much was tried, or has its bound in `m2n.unbounded`. */
export const FAULTS = [
  'm2n.lost',
  'm2n.doubled',
  'm2n.reordered',
  'm2n.misreported',
  'm2n.unintended',
  'm2n.unbounded',
  'n2m.lost',
  'n2m.doubled',
  'n2m.reordered',
  'n2m.invented',
  'rooms.doubled',
  'stuck',
] as const satisfies readonly Count[];

export interface Verdict {
  readonly counts: Readonly<Record<Count, number>>;
  /** A sentence for each fault, the first of them. */
  readonly charges: readonly string[];
}

/** Two connections are two streams: what went over both within this time has no order that anybody could keep. */
const NO_ORDER_MS = 50;
const MOST_CHARGES = 40;

export function judge(history: History): Verdict {
  const bench = new Bench();
  judgeMatrixToNetwork(history, bench);
  judgeNetworkToMatrix(history, bench);
  bench.add('stuck', history.waiting, () => `${history.waiting} rows still wait in the journal`);
  return bench.verdict();
}

class Bench {
  readonly #counts = Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<Count, number>;
  readonly #charges: string[] = [];

  add(name: Count, times: number, charge?: () => string): void {
    this.#counts[name] += times;
    if (times > 0 && charge && this.#charges.length < MOST_CHARGES) this.#charges.push(`${name}: ${charge()}`);
  }

  verdict(): Verdict {
    return { counts: this.#counts, charges: this.#charges };
  }
}

function judgeMatrixToNetwork(history: History, bench: Bench): void {
  const heard = grouped(history.heard, keyOf);
  const told = new Map<string, Set<string>>();
  for (const { event, how } of history.told) told.set(event, (told.get(event) ?? new Set()).add(how));

  for (const said of history.said) {
    const times = heard.get(keyOf(said))?.length ?? 0;
    const words = told.get(said.event) ?? new Set();
    const what = `${keyOf(said)} (${said.event})`;
    bench.add('m2n.said', 1);
    bench.add('m2n.uncertain', words.has('uncertain') ? 1 : 0);
    bench.add('m2n.failed', words.has('failed') ? 1 : 0);
    if (times === 0 && !words.has('uncertain') && !words.has('failed')) {
      bench.add('m2n.lost', 1, () => `${what} was never heard, and its sender was not told`);
    }
    bench.add('m2n.doubled', Math.max(0, times - 1), () => `${what} was heard ${times} times`);
    if (times > 0 && words.has('failed') && !words.has('uncertain')) {
      bench.add('m2n.misreported', 1, () => `${what} was heard, and its sender was told that it was not`);
    }
  }
  for (const [conversation, all] of grouped(history.said, (one) => one.conversation)) {
    const order = new Map(all.map((one, index) => [keyOf(one), index]));
    const arrivals = firstOfEach(history.heard.filter((one) => one.conversation === conversation));
    for (const [before, after] of neighbours(arrivals)) {
      if ((order.get(keyOf(before)) ?? 0) < (order.get(keyOf(after)) ?? Infinity)) continue;
      bench.add('m2n.reordered', 1, () => `${keyOf(after)} was heard after ${keyOf(before)}`);
    }
  }
  judgeIntents(history, bench);
}

/** What the tables said at each end: who was told “uncertain” had bytes out then, and no conversation had two at once. */
function judgeIntents(history: History, bench: Bench): void {
  if (history.ends.every((end) => end.left === undefined)) return;
  const saidAs = new Map(history.said.map((said) => [said.event, said]));
  const firstHeard = new Map<string, Heard>();
  for (const one of history.heard) if (!firstHeard.has(keyOf(one))) firstHeard.set(keyOf(one), one);
  const under = new Set<string>();
  for (const end of history.ends) {
    const open = new Map<string, number>();
    for (const { event, intent } of end.left ?? []) {
      const said = saidAs.get(event);
      if (!said) continue;
      const at = firstHeard.get(keyOf(said))?.at ?? Infinity;
      if (!intent && at < end.at) {
        bench.add('m2n.unintended', 1, () => `${keyOf(said)} was heard before its intent was recorded (${end.how})`);
      }
      if (!intent) continue;
      under.add(event);
      const count = (open.get(said.conversation) ?? 0) + 1;
      open.set(said.conversation, count);
      if (count > 1) bench.add('m2n.unbounded', 1, () => `${said.conversation} had ${count} under way (${end.how})`);
    }
  }
  for (const event of new Set(history.told.filter(({ how }) => how === 'uncertain').map((one) => one.event))) {
    if (!under.has(event))
      bench.add('m2n.unbounded', 1, () => `${event} is uncertain, but was not under way at an end`);
  }
}

function judgeNetworkToMatrix(history: History, bench: Bench): void {
  const written = new Map(history.written.map((one) => [keyOf(one), one]));
  const shown = grouped(history.shown, keyOf);
  for (const frame of written.values()) {
    const times = shown.get(keyOf(frame))?.length ?? 0;
    const owed = isOwed(frame, history.ends[frame.life]);
    bench.add('n2m.written', 1);
    bench.add('n2m.owed', owed ? 1 : 0);
    if (owed && times === 0) bench.add('n2m.lost', 1, () => `${keyOf(frame)} never came to its room`);
    bench.add('n2m.doubled', Math.max(0, times - 1), () => `${keyOf(frame)} stands in its room ${times} times`);
  }
  for (const [key] of shown) {
    if (!written.has(key)) bench.add('n2m.invented', 1, () => `${key} stands in a room, but nobody wrote it`);
  }
  for (const [conversation, rooms] of history.rooms) {
    bench.add('rooms.doubled', Math.max(0, rooms - 1), () => `${conversation} has ${rooms} rooms`);
  }
  for (const all of grouped(history.shown, (one) => one.conversation).values()) {
    for (const [before, after] of neighbours(firstOfEach(all))) {
      const [one, other] = [written.get(keyOf(before)), written.get(keyOf(after))];
      if (!one || !other || !overtook(one, other)) continue;
      bench.add('n2m.reordered', 1, () => `${keyOf(after)} stands after ${keyOf(before)}`);
    }
  }
}

function isOwed(frame: Written, end: End | undefined): boolean {
  return end === undefined || frame.at <= end.at - end.graceMs;
}

/** `before` stands first in the room: was it written after? */
function overtook(before: Written, after: Written): boolean {
  if (before.connection === after.connection) return before.n > after.n;
  return before.at - after.at >= NO_ORDER_MS;
}

function keyOf({ conversation, n }: Pick<Said | Shown, 'conversation' | 'n'>): string {
  return `${conversation} ${n}`;
}

function firstOfEach<One extends { readonly conversation: string; readonly n: number }>(all: readonly One[]): One[] {
  const seen = new Set<string>();
  return all.filter((one) => !seen.has(keyOf(one)) && seen.add(keyOf(one)));
}

function neighbours<One>(all: readonly One[]): (readonly [One, One])[] {
  return all.slice(1).map((one, index) => [all[index]!, one] as const);
}

function grouped<One>(all: readonly One[], by: (one: One) => string): Map<string, One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const group = groups.get(by(one));
    if (group) group.push(one);
    else groups.set(by(one), [one]);
  }
  return groups;
}
