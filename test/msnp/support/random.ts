// Chance that can be had again: the same seed gives the same numbers.

export type Random = (below: number) => number;

/** mulberry32 */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Cuts bytes into pieces of chance sizes, small ones mostly; copies, as a socket would give them. */
export function cut(bytes: Uint8Array, random: Random): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + random(random(3) === 0 ? 400 : 24);
    pieces.push(bytes.slice(at, at + size));
    at += size;
  }
  return pieces;
}
