// The law of the house: floors, circles, forbidden words. docs/architecture.md is its commentary.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Without comments and without the contents of strings. */
  readonly bare: string;
  readonly imports: readonly string[];
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name): SourceFile => {
    const text = readFileSync(join(SRC, name), 'utf8');
    return { path: name, text, bare: withoutCommentsAndStrings(text), imports: importsOf(text) };
  });

/** Folder → what it may import of ours, and which packages. */
const FLOORS: Readonly<Record<string, { readonly ours: readonly string[]; readonly packages: readonly RegExp[] }>> = {
  bridge: { ours: ['bridge'], packages: [/^node:(crypto|util)$/] },
  msnp: { ours: ['msnp'], packages: [/^node:(crypto|buffer)$/, /^saxes$/] },
  'networks/msn': { ours: ['networks/msn', 'msnp', 'bridge'], packages: [/^node:/, /^undici$/] },
  matrix: {
    ours: ['matrix', 'bridge'],
    packages: [/^node:/, /^matrix-appservice-bridge$/, /^@vector-im\/matrix-bot-sdk$/, /^undici$/],
  },
  store: {
    ours: ['store', 'bridge'],
    packages: [/^node:/, /^kysely(\/|$)/, /^pg$/, /^pg-types$/, /^@electric-sql\/pglite/],
  },
};

test('every floor imports only what lies below it', () => {
  const wrong: string[] = [];
  for (const file of files) {
    const floor = floorOf(file.path);
    const rule = floor === undefined ? undefined : FLOORS[floor];
    if (!rule) continue;
    for (const name of file.imports) {
      const target = name.startsWith('.') ? floorOf(relative(SRC, resolve(SRC, dirname(file.path), name))) : undefined;
      const fine = name.startsWith('.')
        ? (target !== undefined && rule.ours.includes(target)) ||
          (floor === 'store' && /^(\.\.\/)+migrations\//.test(name))
        : rule.packages.some((pattern) => pattern.test(name));
      if (!fine) wrong.push(`${file.path} imports ${name}`);
    }
  }
  expect(wrong).toEqual([]);
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

function floorOf(path: string): string | undefined {
  return Object.keys(FLOORS).find((floor) => path.startsWith(`${floor}/`));
}

function importsOf(text: string): string[] {
  return [
    ...text.matchAll(/(?:^|\n)(?:import|export)\s[^;]*?from\s+'([^']+)'|import\('([^']+)'\)|(?:^|\n)import '([^']+)'/g),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function withoutCommentsAndStrings(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'/g, '');
}
