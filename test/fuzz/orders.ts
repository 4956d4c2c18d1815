// What a run of the fuzzer is asked for on the command line, and what each target gets of it.

import type { Target } from './target.ts';

export interface Wanted {
  readonly executions: number;
  readonly seconds: number;
  readonly seed: number;
  /** These alone, each with its own number of executions, or a part of the whole. */
  readonly targets: ReadonlyMap<string, number | undefined>;
  /** One input, instead of all that. */
  readonly replay: { readonly target: string; readonly input: Uint8Array } | undefined;
}

export const USAGE = `Usage: npm run test:fuzz [-- executions=N] [seconds=N] [seed=N] [TARGET[=N] …]
       npm run test:fuzz -- replay=TARGET:BASE64`;

/** Half a minute on two cores that have nothing else to do. */
const EXECUTIONS = 1_050_000;

export function readWanted(argv: readonly string[]): Wanted {
  const numbers = new Map([
    ['executions', EXECUTIONS],
    ['seconds', 24 * 60 * 60],
    ['seed', 1],
  ]);
  const targets = new Map<string, number | undefined>();
  let replay: Wanted['replay'];
  for (const word of argv) {
    const [name = '', value] = word.split(/=(.*)/s, 2);
    if (name === 'replay') {
      const [target = '', input = ''] = (value ?? '').split(':');
      replay = { target, input: Buffer.from(input, 'base64') };
      continue;
    }
    const number = value === undefined ? undefined : Number(value);
    if (number !== undefined && !(Number.isSafeInteger(number) && number > 0))
      throw new RangeError(`${word}: not a number`);
    if (numbers.has(name) && number !== undefined) numbers.set(name, number);
    else targets.set(name, number);
  }
  return {
    executions: numbers.get('executions')!,
    seconds: numbers.get('seconds')!,
    seed: numbers.get('seed')!,
    targets,
    replay,
  };
}

/** How often each target is to be fed. */
export function share(all: readonly Target[], { executions, targets }: Wanted): ReadonlyMap<string, number> {
  const unknown = [...targets.keys()].filter((name) => !all.some((target) => target.name === name));
  if (unknown.length > 0)
    throw new RangeError(
      `there is no target ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`,
    );
  const chosen = targets.size === 0 ? all : all.filter(({ name }) => targets.has(name));
  const shares = chosen.reduce((sum, target) => sum + target.share, 0);
  return new Map(
    chosen.map((target) => [target.name, targets.get(target.name) ?? Math.ceil((executions * target.share) / shares)]),
  );
}
