// The targets in groups, each of which has a process of its own. A new parser is a target in one of these.

import type { Target } from './target.ts';

type Load = () => Promise<readonly Target[]>;

/** Loaded where they are needed: what one brings along is not to be part of another's memory. */
const GROUPS: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['protocol', async () => (await import('./targets/protocol.ts')).protocol],
  ['messages', async () => (await import('./targets/messages.ts')).messages],
  ['matrix', async () => (await import('./targets/matrix.ts')).matrix],
  ['commands', async () => (await import('./targets/commands.ts')).commands],
  ['servers', async () => (await import('./targets/servers.ts')).servers],
  ['stored', async () => (await import('./targets/stored.ts')).stored],
  ['kept', async () => (await import('./targets/kept.ts')).kept],
  ['answers', async () => (await import('./targets/answers.ts')).answers],
  ['typed', async () => (await import('./targets/typed.ts')).typed],
]);

/** With faults on purpose, for the fuzzer's own test: only where they are asked for. */
const PLANTED: Load = async () => (await import('./targets/planted.ts')).planted;

export async function loadGroup(name: string): Promise<readonly Target[]> {
  const load = name === 'planted' ? PLANTED : GROUPS.get(name);
  if (load === undefined) throw new RangeError(`there is no group ${name}`);
  return load();
}

/** The dearest first: they are not to be the last to begin. */
export async function loadAll(): Promise<ReadonlyMap<string, readonly Target[]>> {
  const loaded = [...GROUPS].map(async ([name, load]) => [name, await load()] as const);
  return new Map(await Promise.all(loaded));
}
