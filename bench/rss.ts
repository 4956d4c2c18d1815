// rss.idle: memory of the whole program, one user signed in, when nothing happens. Corpus: a contact list of 20.

import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import type { Bench } from './report.ts';
import { Program } from './support/program.ts';

const CONTACTS = Array.from({ length: 20 }, (_, index) => `bob${index}@example.com`);
const SETTLED_MS = 5_000;

export const rss: Bench = async ({ postgres }) => {
  const { createDatabase } = await postgres();
  const program = await Program.start(await createDatabase(), CONTACTS);
  try {
    await delay(SETTLED_MS);
    return {
      figures: [{ name: 'rss.idle', value: residentMib(program.bridge.pid), unit: 'MiB' }],
      notes: [`${SETTLED_MS / 1000} s after the sign-in, with PostgreSQL`],
    };
  } finally {
    await program.stop();
  }
};

function residentMib(pid: number | undefined): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}
