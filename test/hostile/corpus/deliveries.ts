// How bytes reach us: at once, in crumbs, cut somewhere. Knows nothing of what they say.

export interface Delivery {
  readonly name: string;
  /** Each a way of its own to bring the whole. */
  readonly sequences: (bytes: Uint8Array) => readonly (readonly Uint8Array[])[];
}

/** So many places are tried where something long is cut. */
const MOST_CUTS = 8;
const MOST_CRUMBS = 512;
const LARGE = 100_000;

const DELIVERIES: readonly Delivery[] = [
  { name: 'whole', sequences: (bytes) => [[bytes]] },
  { name: 'in crumbs', sequences: (bytes) => [crumbs(bytes)] },
  { name: 'cut in two', sequences: (bytes) => cuts(bytes).map((at) => [bytes.slice(0, at), bytes.slice(at)]) },
];

/** What is larger than any read comes at once: it is cut anyway. */
export function deliveriesOf(bytes: Uint8Array): readonly Delivery[] {
  return bytes.length > LARGE ? DELIVERIES.slice(0, 1) : DELIVERIES;
}

/** Single bytes, or larger crumbs where that would be too many. */
function crumbs(bytes: Uint8Array): readonly Uint8Array[] {
  const size = Math.ceil(bytes.length / MOST_CRUMBS);
  return Array.from({ length: Math.ceil(bytes.length / size) || 0 }, (_, index) =>
    bytes.slice(index * size, (index + 1) * size),
  );
}

/** Every place, or those near both ends: there the heads and the terminators lie. */
function cuts(bytes: Uint8Array): readonly number[] {
  const places = Array.from({ length: Math.max(bytes.length - 1, 0) }, (_, index) => index + 1);
  if (places.length <= MOST_CUTS) return places;
  return [...places.slice(0, MOST_CUTS / 2), ...places.slice(-MOST_CUTS / 2)];
}
