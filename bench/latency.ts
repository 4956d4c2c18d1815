// latency.n2m and latency.m2n: how long a text is in the bridge, from a switchboard's socket to the request at the
// homeserver, and from a transaction to the switchboard's socket; journal included, the program in a process of its own.
// Corpus: 200 texts a second of some 30 letters, in turn over 20 chats with 20 contacts; both ways one after the other.

import { setTimeout as delay } from 'node:timers/promises';
import { type Bench, format, percentile } from './report.ts';
import { Program, until, USER } from './support/program.ts';

const CONTACTS = Array.from({ length: 20 }, (_, index) => `bob${index}@example.com`);
const PER_SECOND = 200;
const WARM_UP = 3 * PER_SECOND;
const MEASURED = 10 * PER_SECOND;

export const latency: Bench = async ({ postgres }) => {
  const { createDatabase, description } = await postgres();
  const program = await Program.start(await createDatabase(), CONTACTS);
  try {
    await program.openChats(CONTACTS);
    const toMatrix = await measure(
      (heard) =>
        (program.homeserver.onSent = ({ type, body, at }) => type === 'm.room.message' && heard(String(body), at)),
      (contact, text) => program.switchboards.say(contact, text),
    );
    program.homeserver.onSent = () => undefined;
    const toNetwork = await measure(
      (heard) => (program.switchboards.onSaid = ({ text, at }) => heard(text, at)),
      (contact, text) => program.homeserver.say(program.roomWith(contact) ?? '', USER, text),
    );
    return {
      figures: [
        { name: 'latency.n2m.p50', value: percentile(toMatrix, 0.5), unit: 'ms', goal: { atMost: 10 } },
        { name: 'latency.n2m.p99', value: percentile(toMatrix, 0.99), unit: 'ms' },
        { name: 'latency.m2n.p50', value: percentile(toNetwork, 0.5), unit: 'ms', goal: { atMost: 10 } },
        { name: 'latency.m2n.p99', value: percentile(toNetwork, 0.99), unit: 'ms' },
      ],
      notes: [
        description,
        `${MEASURED} texts each way, ${PER_SECOND} a second, ${CONTACTS.length} chats; slowest ` +
          `${format(Math.max(...toMatrix))} ms to Matrix, ${format(Math.max(...toNetwork))} ms to the network`,
      ],
    };
  } finally {
    await program.stop();
  }
};

/** Sends at an even pace and waits for all to arrive. Milliseconds, without those of the warming up. */
async function measure(
  listen: (heard: (text: string, at: number) => void) => void,
  say: (contact: string, text: string) => void,
): Promise<readonly number[]> {
  const sent = new Map<string, number>();
  const took: number[] = [];
  listen((text, at) => {
    const since = sent.get(text);
    if (since === undefined) return;
    sent.delete(text);
    took.push(at - since);
  });
  const total = WARM_UP + MEASURED;
  const begin = performance.now();
  for (let count = 0; count < total; count++) {
    const early = begin + (count * 1000) / PER_SECOND - performance.now();
    if (early > 0) await delay(early);
    const text = `message ${count}: the quick brown fox`;
    sent.set(text, performance.now());
    say(CONTACTS[count % CONTACTS.length]!, text);
  }
  await until(() => sent.size === 0, `${sent.size} texts to arrive`, 30_000);
  return took.slice(WARM_UP);
}
