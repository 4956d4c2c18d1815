// Parsers with faults on purpose: the fuzzer must find each of them.

import { seedsOf, textOf } from '../target.ts';
import type { Target } from '../target.ts';

const kept: Uint8Array[] = [];

function spend(ms: number): void {
  const before = process.threadCpuUsage();
  for (;;) {
    const { user, system } = process.threadCpuUsage(before);
    if ((user + system) / 1_000 > ms) return;
  }
}

export const planted: readonly Target[] = [
  {
    name: 'planted-crash',
    share: 1,
    seeds: () => seedsOf(['length 12 end']),
    run: (input) => {
      if (/length 4294967296/.test(textOf(input))) throw new RangeError('planted');
    },
  },
  {
    name: 'planted-slow',
    share: 1,
    words: ['slow'],
    seeds: () => seedsOf(['a b c d']),
    run: (input) => {
      if (textOf(input).includes('slow')) spend(60);
    },
  },
  {
    name: 'planted-endless',
    share: 1,
    words: ['for ever'],
    seeds: () => seedsOf(['a b c d']),
    run: (input) => {
      if (textOf(input).includes('for ever')) for (;;);
    },
  },
  {
    name: 'planted-leak',
    share: 1,
    seeds: () => seedsOf(['x']),
    run: () => {
      kept.push(Buffer.alloc(64 * 1024, 1));
    },
  },
];
