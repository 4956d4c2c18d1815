// What a judge writes down: counts by name, and a sentence for each charge. Knows which counts are faults; judges nothing.

export const COUNTS = [
  'm2n.said',
  'm2n.tapped',
  'm2n.lost',
  'm2n.doubled',
  'm2n.reordered',
  'm2n.uncertain',
  'm2n.failed',
  'm2n.misreported',
  'm2n.contradicted',
  'm2n.untold',
  'm2n.misdirected',
  'm2n.overheard',
  'm2n.unintended',
  'm2n.unbounded',
  'n2m.written',
  'n2m.owed',
  'n2m.excused',
  'n2m.excused.lost',
  'n2m.lost',
  'n2m.doubled',
  'n2m.reordered',
  'n2m.misdirected',
  'n2m.overheard',
  'n2m.invented',
  'rooms.doubled',
  'events.doubled',
  'events.taken_back',
  'commands.given',
  'commands.doubled',
  'commands.misreported',
  'commands.unanswered',
  'commands.answered_twice',
  'secrets.told',
  'secrets.shown',
  'stuck',
] as const;

export type Count = (typeof COUNTS)[number];

/** What must be 0. The rest says how much was tried, or has its bound in `m2n.unbounded`. */
export const FAULTS = [
  'm2n.lost',
  'm2n.doubled',
  'm2n.reordered',
  'm2n.misreported',
  'm2n.contradicted',
  'm2n.untold',
  'm2n.misdirected',
  'm2n.unintended',
  'm2n.unbounded',
  'n2m.lost',
  'n2m.doubled',
  'n2m.reordered',
  'n2m.misdirected',
  'n2m.invented',
  'rooms.doubled',
  'events.doubled',
  'commands.doubled',
  'commands.misreported',
  'commands.unanswered',
  'commands.answered_twice',
  'secrets.shown',
  'stuck',
] as const satisfies readonly Count[];

export interface Verdict {
  readonly counts: Readonly<Record<Count, number>>;
  /** A sentence for each fault, the first of them. */
  readonly charges: readonly string[];
}

export type Found = Partial<Record<Count, number>>;

/** The faults that there are. */
export function faultsIn({ counts }: Verdict): Found {
  return Object.fromEntries(FAULTS.filter((name) => counts[name] > 0).map((name) => [name, counts[name]]));
}

const MOST_CHARGES = 40;

export class Bench {
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
