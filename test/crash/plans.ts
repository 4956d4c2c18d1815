// Where the next life is to end: each place that has been seen gets its turn, the least visited first. Knows names of
// places; not how a life is ended there.

import type { Random } from '../msnp/support/random.ts';
import type { Edge } from './edges.ts';

export type Plan =
  | { readonly type: 'random' }
  | { readonly type: 'point'; readonly point: string; readonly visit: number }
  | { readonly type: 'edge'; readonly edge: Edge; readonly visit: number };

interface Place {
  readonly plan: Exclude<Plan, { type: 'random' }>;
  /** Lives that came here. */
  lives: number;
  turns: number;
  missed: number;
}

const RANDOM_SHARE = 6;
/** What only the first sign-in needs is not waited for in every life. */
const USUAL = 3;
const MOST_MISSES = 2;
const LATEST_VISIT = 6;

export class Plans {
  readonly #random: Random;
  readonly #places = new Map<string, Place>();
  /** Where lives did end. */
  readonly struck = new Map<string, number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Those of another world take the place of the same ones, and have had their turns. */
  addEdges(edges: readonly Edge[]): void {
    for (const edge of edges) {
      const known = this.#places.get(edge.name) ?? { lives: USUAL, turns: 0, missed: 0 };
      this.#places.set(edge.name, { ...known, plan: { type: 'edge', edge, visit: 1 } });
    }
  }

  /** A life has passed this point. Of a call that gives no promise only the point before it is known: that is none. */
  note(point: string): void {
    if (!point.endsWith(' after')) return;
    for (const name of [point, point.replace(/ after$/u, ' before')]) {
      const place = this.#places.get(name);
      if (place) place.lives += 1;
      else {
        const plan = { type: 'point', point: name, visit: 1 } as const;
        this.#places.set(name, { plan, lives: 1, turns: 0, missed: 0 });
      }
    }
  }

  next(): Plan {
    if (this.#random(RANDOM_SHARE) === 0) return { type: 'random' };
    const open = [...this.#places.values()].filter(isOpen);
    const fewest = Math.min(...open.map((place) => place.turns));
    const least = open.filter((place) => place.turns === fewest);
    const place = least[this.#random(least.length)];
    if (!place) return { type: 'random' };
    place.turns += 1;
    // the first time nearly always comes; later ones are under load
    const visit = place.missed === 0 && this.#random(2) === 0 ? 1 + this.#random(LATEST_VISIT) : 1;
    return { ...place.plan, visit };
  }

  /** A life was to end somewhere, and ended so. */
  end(plan: Plan, how: string): void {
    this.struck.set(how, (this.struck.get(how) ?? 0) + 1);
    if (plan.type === 'random') return;
    const name = nameOf(plan);
    const place = this.#places.get(name);
    if (place && how !== name) place.missed += 1;
    else if (place) place.missed = 0;
  }

  /** Places that were seen, and those of them where a life has ended. */
  get tally(): { readonly known: number; readonly struck: number } {
    const usual = [...this.#places].filter(([name, place]) => isOpen(place) || this.struck.has(name));
    return { known: usual.length, struck: usual.filter(([name]) => this.struck.has(name)).length };
  }
}

function isOpen({ lives, missed }: Place): boolean {
  return lives >= USUAL && missed < MOST_MISSES;
}

export function nameOf(plan: Plan): string {
  if (plan.type === 'random') return 'at random';
  return plan.type === 'point' ? plan.point : plan.edge.name;
}
