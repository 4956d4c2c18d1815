// Lists by what they have in common, and what follows what. Pure.

export function grouped<One>(all: readonly One[], by: (one: One) => string): Map<string, One[]> {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const group = groups.get(by(one));
    if (group) group.push(one);
    else groups.set(by(one), [one]);
  }
  return groups;
}

export function neighbours<One>(all: readonly One[]): (readonly [One, One])[] {
  return all.slice(1).map((one, index) => [all[index]!, one] as const);
}

/** The first of those that are the same, in their order. */
export function firstOfEach<One>(all: readonly One[], by: (one: One) => string): One[] {
  const seen = new Set<string>();
  return all.filter((one) => !seen.has(by(one)) && seen.add(by(one)));
}

/** The name of a message. */
export function keyOf({ conversation, n }: { readonly conversation: string; readonly n: number }): string {
  return `${conversation} ${n}`;
}
