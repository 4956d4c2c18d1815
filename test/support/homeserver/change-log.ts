// Which things changed, in the order of the stream, so that "what since then?" need not look at all of them. Knows
// positions; not what the things are.

interface Row<T> {
  readonly position: number;
  readonly thing: T;
}

export class ChangeLog<T> {
  #rows: Row<T>[] = [];
  #latest = new Map<T, number>();

  note(thing: T, position: number): void {
    this.#rows.push({ thing, position });
    this.#latest.set(thing, position);
    if (this.#rows.length > 1000 + 2 * this.#latest.size) this.#compact();
  }

  /** The things that changed after this position, each once. */
  since(position: number): Set<T> {
    const changed = new Set<T>();
    for (let at = this.#rows.length - 1; at >= 0; at--) {
      const row = this.#rows[at];
      if (!row || row.position <= position) break;
      changed.add(row.thing);
    }
    return changed;
  }

  #compact(): void {
    const rows = Array.from(this.#latest, ([thing, position]) => ({ thing, position }));
    this.#rows = rows.sort((a, b) => a.position - b.position);
  }
}
