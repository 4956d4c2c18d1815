// Judges what went from Matrix to the network: each attempt at a message is heard or told of, once, and as it is told.
// Pure; knows no bridge and no clock.

import type { Heard, History, Said } from '../history.ts';
import type { Bench } from './bench.ts';
import { firstOfEach, grouped, keyOf, neighbours } from './groups.ts';

/** How often a message was heard by those who should: each of its words by each of them. */
interface Hearing {
  /** By whom, or which word, it was heard least. */
  readonly least: number;
  readonly most: number;
}

/** What became of a message, as its sender has it. `attempts`: it was said, and then tapped so often. */
interface Outcomes {
  readonly attempts: number;
  readonly delivered: number;
  readonly uncertain: number;
  readonly failed: number;
  readonly sentences: number;
}

export function judgeMatrixToNetwork(history: History, bench: Bench): void {
  const heard = grouped(history.heard, keyOf);
  const outcomesOf = tally(history);
  for (const said of history.said) {
    const listeners = history.chats.get(said.conversation)?.listeners ?? [];
    const outcomes = outcomesOf(said.event);
    bench.add('m2n.said', 1);
    bench.add('m2n.tapped', outcomes.attempts - 1);
    bench.add('m2n.uncertain', outcomes.uncertain);
    bench.add('m2n.failed', outcomes.failed);
    judgeMessage(said, hearingOf(said, listeners, heard.get(keyOf(said)) ?? []), outcomes, bench);
  }
  for (const one of history.heard) {
    const listeners = history.chats.get(one.conversation)?.listeners ?? [];
    if (listeners.includes(one.by)) continue;
    if (mayComeIn(history, listeners, one.by)) bench.add('m2n.overheard', 1);
    else bench.add('m2n.misdirected', 1, () => `${keyOf(one)} was heard by ${one.by}`);
  }
  judgeOrder(history, bench);
  judgeIntents(history, bench);
}

/**
 * Whether there is a chat of these and one more: they call each other in one by one, and what was on its way to the first is heard
 * by whoever the server has let in meanwhile. No client can know before it reads of it.
 */
function mayComeIn({ chats }: History, listeners: readonly string[], newcomer: string): boolean {
  return [...chats.values()].some(({ listeners: all }) => [newcomer, ...listeners].every((one) => all.includes(one)));
}

function tally({ told, taps, sentences }: History): (event: string) => Outcomes {
  const toldOf = grouped(told, ({ event }) => event);
  const tapsOf = grouped(taps, ({ of }) => of);
  const sentencesOf = grouped(sentences, (event) => event);
  return (event) => {
    const all = toldOf.get(event) ?? [];
    const count = (how: string): number => all.filter((one) => one.how === how).length;
    return {
      attempts: 1 + (tapsOf.get(event)?.length ?? 0),
      delivered: count('delivered'),
      uncertain: count('uncertain'),
      failed: count('failed'),
      sentences: sentencesOf.get(event)?.length ?? 0,
    };
  };
}

function hearingOf({ of }: Said, listeners: readonly string[], heard: readonly Heard[]): Hearing {
  const times = listeners.flatMap((listener) => {
    const own = Array.from({ length: of }, () => 0);
    for (const { by, first, count } of heard) {
      if (by === listener) for (let word = first; word < first + count; word++) own[word] = (own[word] ?? 0) + 1;
    }
    return own;
  });
  return { least: Math.min(...times), most: Math.max(...times) };
}

function judgeMessage(said: Said, { least, most }: Hearing, outcomes: Outcomes, bench: Bench): void {
  const { attempts, delivered, uncertain, failed, sentences } = outcomes;
  const what = `${keyOf(said)} (${said.event})`;
  const told = delivered + uncertain + failed;
  // what the failed left out of several pieces may have been said before: no word more than once for each of the others
  const allowed = Math.max(1, attempts - failed);
  if (least < delivered) {
    bench.add('m2n.lost', 1, () => `${what} was told delivered ${delivered} times and heard ${least} times`);
  } else if (least === 0 && told === 0) {
    bench.add('m2n.lost', 1, () => `${what} was never heard, and its sender was not told`);
  } else {
    bench.add('m2n.untold', Math.max(0, attempts - told), () => `${what}: ${attempts} attempts, ${told} outcomes told`);
  }
  bench.add('m2n.doubled', Math.max(0, most - allowed), () => `${what} was heard ${most} times`);
  if (failed === told && failed >= attempts && least > 0) {
    bench.add('m2n.misreported', 1, () => `${what} was heard, and its sender was told that it was not`);
  }
  const tooMany = Math.max(told - attempts, sentences - uncertain - failed, 0);
  bench.add('m2n.contradicted', tooMany, () => {
    const each = `${delivered} delivered, ${uncertain} uncertain, ${failed} failed, ${sentences} sentences`;
    return `${what} was told of too often: ${each} for ${attempts} attempts`;
  });
}

/** What was sent again has lost its place. */
function judgeOrder({ said, taps, heard }: History, bench: Bench): void {
  const again = new Set(taps.map(({ of }) => of));
  for (const [conversation, all] of grouped(said, (one) => one.conversation)) {
    const order = new Map(all.flatMap((one, index) => (again.has(one.event) ? [] : [[keyOf(one), index]])));
    const own = heard.filter((one) => one.conversation === conversation && order.has(keyOf(one)));
    for (const arrivals of grouped(own, ({ by }) => by).values()) {
      const pieces = firstOfEach(arrivals, (one) => `${keyOf(one)} ${one.first}`);
      for (const [before, after] of neighbours(pieces)) {
        const [one, other] = [order.get(keyOf(before)) ?? 0, order.get(keyOf(after)) ?? 0];
        if (one < other || (one === other && before.first < after.first)) continue;
        bench.add('m2n.reordered', 1, () => `${keyOf(after)} was heard after ${keyOf(before)}`);
      }
    }
  }
}

/**
 * What the tables said at each end: who was told “uncertain” had bytes out then, and no conversation had two at once.
 * Beside that a message is in doubt only if its listener went off, at most one each time.
 */
function judgeIntents(history: History, bench: Bench): void {
  if (history.ends.every((end) => end.left === undefined)) return;
  const saidAs = new Map(history.said.map((said) => [said.event, said]));
  const tapped = new Map(history.taps.map(({ event, of }) => [event, of]));
  const firstHeard = new Map<string, number>();
  for (const one of history.heard) if (!firstHeard.has(keyOf(one))) firstHeard.set(keyOf(one), one.at);
  const under = new Set<string>();
  for (const end of history.ends) {
    const open = new Map<string, number>();
    for (const { event, intent } of end.left ?? []) {
      const of = tapped.get(event);
      const said = saidAs.get(of ?? event);
      if (!said) continue;
      const isOut = of === undefined && (firstHeard.get(keyOf(said)) ?? Infinity) < end.at;
      if (!intent && isOut) {
        bench.add('m2n.unintended', 1, () => `${keyOf(said)} was heard before its intent was recorded (${end.how})`);
      }
      if (!intent) continue;
      under.add(said.event);
      const count = (open.get(said.conversation) ?? 0) + 1;
      open.set(said.conversation, count);
      if (count > 1) bench.add('m2n.unbounded', 1, () => `${said.conversation} had ${count} under way (${end.how})`);
    }
  }
  const uncertain = new Set(history.told.filter(({ how }) => how === 'uncertain').map((one) => one.event));
  const inLife = history.said.filter(({ event }) => uncertain.has(event) && !under.has(event));
  for (const [conversation, all] of grouped(inLife, (one) => one.conversation)) {
    for (const said of all.slice(history.chats.get(conversation)?.departures ?? 0)) {
      const what = `${keyOf(said)} (${said.event})`;
      bench.add('m2n.unbounded', 1, () => `${what} is uncertain, but was not under way at an end`);
    }
  }
}
