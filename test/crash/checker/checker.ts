// Judges a history: what was lost, doubled, reordered, misdirected, or told wrongly. Pure; knows no bridge and no clock.

import type { History } from '../history.ts';
import { Bench, type Verdict } from './bench.ts';
import { judgeMatrixToNetwork } from './to-network.ts';
import { judgeNetworkToMatrix } from './to-matrix.ts';

export function judge(history: History): Verdict {
  const bench = new Bench();
  judgeMatrixToNetwork(history, bench);
  judgeNetworkToMatrix(history, bench);
  judgeCommands(history, bench);
  for (const what of history.marked.twice) bench.add('events.doubled', 1, () => what);
  bench.add('events.taken_back', history.marked.takenBack);
  bench.add('secrets.told', history.secrets.told);
  bench.add(
    'secrets.shown',
    history.secrets.shown,
    () => `${history.secrets.shown} secrets still stand in their rooms`,
  );
  bench.add('stuck', history.waiting, () => `${history.waiting} rows still wait in the journal`);
  return bench.verdict();
}

function judgeCommands({ commands }: History, bench: Bench): void {
  for (const { name, done, answers } of commands) {
    bench.add('commands.given', 1);
    bench.add('commands.doubled', Math.max(0, done - 1), () => `“${name}” was done ${done} times`);
    bench.add('commands.unanswered', answers.length === 0 ? 1 : 0, () => `“${name}” was not answered`);
    bench.add('commands.answered_twice', Math.max(0, answers.length - 1), () => `“${name}”: ${answers.join(', ')}`);
    const isFalse = answers.includes('done') && done === 0;
    bench.add('commands.misreported', isFalse ? 1 : 0, () => `“${name}” was answered as done, and was not`);
  }
}
