import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../../src/bridge/secret.ts';
import { loadSealer, type KeySource, putKeyFirst } from '../../src/store/keys.ts';
import { Sealer } from '../../src/store/sealed.ts';

const [ONE, TWO] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
/** The id of the key that a box was sealed with. */
const idOf = (box: Buffer): string => box.toString('hex', 1, 9);

describe('a box', () => {
  const sealer = new Sealer([ONE]);

  test('opens where it was sealed, and differs each time', () => {
    const boxes = [sealer.seal('grüße', 'here'), sealer.seal('grüße', 'here')];
    expect(boxes.map((box) => sealer.open(box, 'here'))).toEqual(['grüße', 'grüße']);
    expect(boxes[0]).not.toEqual(boxes[1]);
    expect(sealer.open(sealer.seal('', 'here'), 'here')).toBe('');
  });

  test('opens nowhere else, and not after any change', () => {
    const box = sealer.seal('secret', 'here');
    expect(() => sealer.open(box, 'there')).toThrow(/changed or moved/);
    for (let at = 0; at < box.length; at++) {
      const changed = Buffer.from(box);
      changed[at]! ^= 1;
      expect(() => sealer.open(changed, 'here')).toThrow(/sealed/);
    }
    for (let size = 0; size < box.length; size++)
      expect(() => sealer.open(box.subarray(0, size), 'here')).toThrow(/sealed/);
  });

  test('of an old key opens as long as that key is in the ring', () => {
    const old = sealer.seal('secret', 'here');
    const both = new Sealer([TWO, ONE]);
    expect(both.open(old, 'here')).toBe('secret');
    expect(idOf(both.seal('x', 'here'))).toBe(idOf(new Sealer([TWO]).seal('x', 'here')));
    expect(() => new Sealer([TWO]).open(old, 'here')).toThrow(/a key that is not here/);
  });
});

describe('the key', () => {
  let folder: string;
  let source: KeySource & { readonly type: 'file' };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keys-test-'));
    source = { type: 'file', path: join(folder, 'deep', 'secret.key') };
  });
  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('is made at the first start, for its owner only, and found again', async () => {
    const box = (await loadSealer(source, [])).seal('secret', 'here');
    expect((await stat(source.path)).mode & 0o777).toBe(0o600);
    expect((await loadSealer(source, [idOf(box)])).open(box, 'here')).toBe('secret');
  });

  test('is never made anew while something is sealed', async () => {
    const box = (await loadSealer(source, [])).seal('secret', 'here');
    await rm(source.path);
    await expect(loadSealer(source, [idOf(box)])).rejects.toThrow(`${source.path} is missing`);
    await expect(stat(source.path)).rejects.toThrow('ENOENT');
  });

  test('has to be the one that was used', async () => {
    const box = new Sealer([ONE]).seal('secret', 'here');
    await loadSealer(source, []);
    await expect(loadSealer(source, [idOf(box)])).rejects.toThrow(`The key in ${source.path} is not the one`);
    await writeFile(source.path, `${await readFile(source.path, 'utf8')}${ONE.toString('base64')}\n`);
    expect((await loadSealer(source, [idOf(box)])).open(box, 'here')).toBe('secret');
  });

  test('gets a new one in front of it, which seals from then on, and none is lost', async () => {
    await expect(putKeyFirst(source.path)).rejects.toThrow(`${source.path} cannot be read`);
    const box = (await loadSealer(source, [])).seal('secret', 'here');
    expect(await putKeyFirst(source.path)).toBe(2);
    const both = await loadSealer(source, [idOf(box)]);
    expect(both.open(box, 'here')).toBe('secret');
    const fresh = both.seal('secret', 'here');
    expect(idOf(fresh)).not.toBe(idOf(box));
    expect(await putKeyFirst(source.path)).toBe(3);
    const all = await loadSealer(source, [idOf(box), idOf(fresh)]);
    expect([box, fresh].map((one) => all.open(one, 'here'))).toEqual(['secret', 'secret']);
    expect((await stat(source.path)).mode & 0o777).toBe(0o600);
  });

  test('is not touched if the file holds something else', async () => {
    await loadSealer(source, []);
    await writeFile(source.path, 'no key\n');
    await expect(putKeyFirst(source.path)).rejects.toThrow('holds no key');
    expect(await readFile(source.path, 'utf8')).toBe('no key\n');
  });

  test('must be 32 bytes of base64; the sentence names the place and not the key', async () => {
    for (const wrong of ['', 'short', `${ONE.toString('base64')} !`, Buffer.alloc(31).toString('base64')]) {
      const value: KeySource = { type: 'value', name: 'BRIDGE_KEY', value: new Secret(wrong) };
      await expect(loadSealer(value, [])).rejects.toThrow('BRIDGE_KEY holds no key');
    }
    const good: KeySource = { type: 'value', name: 'BRIDGE_KEY', value: new Secret(ONE.toString('base64')) };
    await expect(loadSealer(good, [])).resolves.toBeInstanceOf(Sealer);
  });
});
