// The law of the house: floors, circles, forbidden words. docs/architecture.md is its commentary.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');

interface SourceFile {
  /** Below the folder that was read. */
  readonly path: string;
  readonly text: string;
  /** Without comments and without the contents of strings. */
  readonly bare: string;
  readonly imports: readonly string[];
}

function filesOf(folder: string): readonly SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name): SourceFile => {
      const text = readFileSync(join(folder, name), 'utf8');
      return { path: name, text, bare: withoutCommentsAndStrings(text), imports: importsOf(text) };
    });
}

const files = filesOf(SRC);

interface Floor {
  readonly ours: readonly string[];
  readonly packages: readonly RegExp[];
}

/** Folder → what it may import of ours, and which packages. Every folder is a floor, but for those of the app. */
const FLOORS: Readonly<Record<string, Floor>> = {
  bridge: { ours: ['bridge'], packages: [/^node:(crypto|util)$/] },
  msnp: { ours: ['msnp'], packages: [/^node:(crypto|buffer)$/, /^saxes$/] },
  matrix: {
    ours: ['matrix', 'bridge'],
    packages: [/^node:/, /^matrix-appservice-bridge$/, /^@vector-im\/matrix-bot-sdk$/, /^undici$/],
  },
  store: {
    ours: ['store', 'bridge'],
    packages: [/^node:/, /^kysely(\/|$)/, /^pg$/, /^pg-types$/, /^@electric-sql\/pglite/],
  },
};

/** A network stands on the core, and on a protocol library that bears its name. */
function networkFloor(name: string): Floor {
  const library = { msn: ['msnp'] }[name] ?? [];
  return { ours: [`networks/${name}`, ...library, 'bridge'], packages: [/^node:/, /^undici$/] };
}

const ruleOf = (floor: string): Floor | undefined =>
  floor.startsWith('networks/') ? networkFloor(floor.slice('networks/'.length)) : FLOORS[floor];

/** What a file imports and must not. */
function forbiddenImports({ path, imports }: Pick<SourceFile, 'path' | 'imports'>): string[] {
  const floor = floorOf(path);
  if (floor === undefined) return [];
  const rule = ruleOf(floor);
  if (!rule) return [`${path} is on no floor`];
  const isFine = (name: string): boolean => {
    if (!name.startsWith('.')) return rule.packages.some((pattern) => pattern.test(name));
    const target = floorOf(relative(SRC, resolve(SRC, dirname(path), name)));
    const isMigration = floor === 'store' && /^(\.\.\/)+migrations\//.test(name);
    return isMigration || (target !== undefined && rule.ours.includes(target));
  };
  return imports.filter((name) => !isFine(name)).map((name) => `${path} imports ${name}`);
}

test('every floor imports only what lies below it', () => {
  expect(files.flatMap(forbiddenImports)).toEqual([]);
});

test('another network has its law before it has a file', () => {
  const imports = ['node:net', '../../bridge/events.ts', './ids.ts', '../msn/ids.ts', '../../msnp/frame.ts', 'kysely'];
  expect(forbiddenImports({ path: 'networks/other/network.ts', imports })).toEqual([
    'networks/other/network.ts imports ../msn/ids.ts',
    'networks/other/network.ts imports ../../msnp/frame.ts',
    'networks/other/network.ts imports kysely',
  ]);
  expect(forbiddenImports({ path: 'somewhere/else.ts', imports: [] })).toEqual(['somewhere/else.ts is on no floor']);
  for (const path of ['bridge/a.ts', 'matrix/a.ts', 'store/a.ts', 'msnp/a.ts'])
    expect(forbiddenImports({ path, imports: ['../networks/other/network.ts'] })).toHaveLength(1);
});

test('the doubles import nothing of ours: no mistake can hide on both sides', () => {
  const support = join(ROOT, 'test/support');
  const doubles = filesOf(support).filter(({ path }) => /^(msn-server|msn-person|homeserver)[/.]/.test(path));
  expect(doubles.length).toBeGreaterThan(50);
  const isOurs = ({ path, name }: { readonly path: string; readonly name: string }): boolean => {
    const target = relative(support, resolve(support, dirname(path), name));
    return name.startsWith('.') && !/^(msn-server|msn-person|homeserver)[/.]/.test(target);
  };
  expect(doubles.flatMap(({ path, imports }) => imports.map((name) => ({ path, name })).filter(isOurs))).toEqual([]);
});

test('there is no circle among files, types included', () => {
  const edges = new Map(
    files.map((file) => [
      file.path,
      file.imports
        .filter((name) => name.startsWith('.'))
        .map((name) => relative(SRC, resolve(SRC, dirname(file.path), name))),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  expect(circles).toEqual([]);
});

test('only the rooms for it touch the clock, chance and the environment', () => {
  const allowed = /^(clock|main|app)\.ts$|^config\/|^cli\/|^networks\/[^/]+\/io\.ts$/;
  const forbidden =
    /\bDate\.now\b|\bnew Date\(\)|\bset(Timeout|Interval|Immediate)\(|\bMath\.random\b|\bprocess\.env\b|\bperformance\.now\b/;
  expect(
    files.filter((file) => !allowed.test(file.path) && forbidden.test(file.bare)).map((file) => file.path),
  ).toEqual([]);
});

test('only io opens sockets for a network', () => {
  const wrong = files.filter(
    (file) =>
      file.path.startsWith('networks/') &&
      !/\/io(-[a-z]+)?\.ts$/.test(file.path) &&
      file.imports.some((name) => /^(node:(net|tls|dns|http|https)(\/promises)?|undici)$/.test(name)),
  );
  expect(wrong.map((file) => file.path)).toEqual([]);
});

test('the core, the Matrix side and the store name no network, comments included', () => {
  const wrong = files.filter(
    (file) => /^(bridge|matrix|store)\//.test(file.path) && /msn|messenger|escargot|passport/i.test(file.text),
  );
  expect(wrong.map((file) => file.path)).toEqual([]);
});

test('no version is compared outside the dialect table', () => {
  const pattern = /(version|dialect[\w.]*)\s*(>=|<=|<|>)\s*\d|['"]MSNP\d+['"]\s*(===|!==)|(===|!==)\s*['"]MSNP\d+['"]/i;
  const wrong = files.filter(
    (file) => /^(msnp|networks)\//.test(file.path) && file.path !== 'msnp/dialect.ts' && pattern.test(file.text),
  );
  expect(wrong.map((file) => file.path)).toEqual([]);
});

describe('every file', () => {
  test('begins by saying what it knows', () => {
    expect(files.filter((file) => !file.text.startsWith('// ')).map((file) => file.path)).toEqual([]);
  });

  test('has one subject: at most 400 lines', () => {
    expect(files.filter((file) => file.text.split('\n').length > 401).map((file) => file.path)).toEqual([]);
  });

  test('is no barrel and swallows no error', () => {
    expect(
      files
        .filter((file) => file.path.endsWith('index.ts') || /catch\s*(\([^)]*\))?\s*\{\s*\}/.test(file.bare))
        .map((file) => file.path),
    ).toEqual([]);
  });
});

/** `bridge`, `networks/msn`; undefined for what belongs to the app. */
function floorOf(path: string): string | undefined {
  const [first = '', second = '', ...rest] = path.split('/');
  if (second === '' || ['cli', 'config'].includes(first)) return undefined;
  return first === 'networks' && rest.length > 0 ? `${first}/${second}` : first;
}

function importsOf(text: string): string[] {
  return [
    ...text.matchAll(/(?:^|\n)(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function withoutCommentsAndStrings(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'/g, '');
}
