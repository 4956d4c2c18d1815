// Sealed boxes that somebody with access to the database has changed, cut or moved: none of them opens.

import assert from 'node:assert/strict';

import { BridgeError } from '../../../src/bridge/errors.ts';
import { Sealer } from '../../../src/store/sealed.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';

interface BoxCase extends HostileCase {
  /** What becomes of a box, and of the place where it is looked for. */
  readonly change: (box: Buffer, place: string) => { readonly box: Buffer; readonly place: string };
}

const KEY = Buffer.alloc(32, 7);
const OTHER_KEY = Buffer.alloc(32, 8);
const TEXT = 'canary password';
const PLACES = [
  'session password msn/own/alice@example.com',
  'session ticket msn/own/alice@example.com',
  'inbox matrix $event',
];

const ENTRIES: readonly Entry<BoxCase>[] = PLACES.map((place) => ({
  name: place,
  enter: ({ change }) => {
    const sealer = new Sealer([KEY]);
    const sealed = sealer.seal(TEXT, place);
    assert.equal(sealer.open(sealed, place), TEXT);
    const { box, place: where } = change(Buffer.from(sealed), place);
    assert.throws(
      () => sealer.open(box, where),
      (error: unknown) => {
        assert.ok(error instanceof BridgeError, String(error));
        assert.equal(error.code, 'database');
        assert.doesNotMatch(`${error.message} ${error.stack} ${String(error.cause)}`, /canary/);
        return true;
      },
    );
  },
}));

const WHOLE = 'a box opens as it was sealed, or not at all';
const THERE = 'a box opens where it was put';
const KEYED = 'a box opens with the key that it names';

const flipped = (rule: string, name: string, at: number): BoxCase => ({
  rule,
  name,
  change: (box, place) => {
    const index = at < 0 ? box.length + at : at;
    box[index] = (box[index] ?? 0) ^ 1;
    return { box, place };
  },
});
const changed = (rule: string, name: string, change: (box: Buffer) => Buffer): BoxCase => ({
  rule,
  name,
  change: (box, place) => ({ box: change(box), place }),
});

const CASES: readonly BoxCase[] = [
  flipped(WHOLE, 'another version', 0),
  flipped(KEYED, 'another key', 1),
  flipped(WHOLE, 'another nonce', 9),
  flipped(WHOLE, 'another tag', 21),
  flipped(WHOLE, 'another first letter', 37),
  flipped(WHOLE, 'another last letter', -1),
  changed(WHOLE, 'nothing', () => Buffer.alloc(0)),
  changed(WHOLE, 'a version alone', (box) => box.subarray(0, 1)),
  changed(WHOLE, 'half a tag', (box) => box.subarray(0, 30)),
  changed(WHOLE, 'a box without its text', (box) => box.subarray(0, 37)),
  changed(WHOLE, 'a letter less', (box) => box.subarray(0, -1)),
  changed(WHOLE, 'a letter more', (box) => Buffer.concat([box, Buffer.of(0)])),
  changed(WHOLE, 'zeros', (box) => Buffer.alloc(box.length)),
  changed(KEYED, 'a box of somebody else’s', () => new Sealer([OTHER_KEY]).seal(TEXT, PLACES[0] ?? '')),
  { rule: THERE, name: 'the place of another account', change: (box, place) => ({ box, place: `${place}x` }) },
  {
    rule: THERE,
    name: 'the place of another column',
    change: (box, place) => ({ box, place: place.replace(/^\w+ \w+/, 'session other') }),
  },
  { rule: THERE, name: 'no place', change: (box) => ({ box, place: '' }) },
];

export const boxes = kind('sealed boxes', CASES, () => ENTRIES);
