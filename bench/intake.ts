// intake.ratio: transactions a second that the bridge commits and answers, against bare node:http and one INSERT.
// Corpus: one text of some 60 letters a transaction, as Synapse writes it; one transaction at a time, as it sends them.

import { Client } from 'undici';
import type { IntakePorts } from './children/intake-server.ts';
import { type Bench, format } from './report.ts';
import { Child } from './support/child.ts';
import { atOnce, compare } from './support/rounds.ts';

const HS_TOKEN = 'hs-token';

export const intake: Bench = async ({ postgres }) => {
  const { createDatabase, description } = await postgres();
  const child = await Child.start<IntakePorts>(
    new URL('children/intake-server.ts', import.meta.url),
    await createDatabase(),
    HS_TOKEN,
  );
  const bridge = new Homeserver(child.ready.bridge);
  const bare = new Homeserver(child.ready.bare);
  try {
    const { ratio, subject, baseline } = await compare(
      (ms) => atOnce(1, ms, () => bridge.push()),
      (ms) => atOnce(1, ms, () => bare.push()),
      { pairs: 31, ms: 400, warmUpMs: 3000 },
    );
    return {
      figures: [{ name: 'intake.ratio', value: ratio, unit: '', goal: { atLeast: 0.8 } }],
      notes: [
        description,
        `transactions a second, one at a time, one event each: ${format(subject)}, bare ${format(baseline)}`,
      ],
    };
  } finally {
    await Promise.all([bridge.close(), bare.close()]);
    await child.stop();
  }
};

class Homeserver {
  readonly #client: Client;
  #count = 0;

  constructor(port: number) {
    this.#client = new Client(`http://127.0.0.1:${port}`);
  }

  async push(): Promise<void> {
    this.#count += 1;
    const { statusCode, body } = await this.#client.request({
      method: 'PUT',
      path: `/_matrix/app/v1/transactions/${this.#count}`,
      headers: { authorization: `Bearer ${HS_TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify({ events: [event(this.#count)] }),
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`a transaction was answered with ${statusCode}`);
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function event(count: number): object {
  return {
    age: 57,
    content: {
      body: `message ${count}: the quick brown fox jumps over the lazy dog`,
      'm.mentions': {},
      msgtype: 'm.text',
    },
    event_id: `$${String(count).padStart(43, 'e')}`,
    origin_server_ts: Date.now(),
    room_id: `!room${count % 20}:bench.example.com`,
    sender: '@alice:bench.example.com',
    type: 'm.room.message',
    unsigned: { age: 57 },
    user_id: '@alice:bench.example.com',
  };
}
