// Words of people who cannot be: nothing is made of them, and the conversation goes on.

import { expect, test } from 'vitest';

import type { ServerKey } from '../../src/bridge/ids.ts';
import { createMsnNetwork } from '../../src/networks/msn/network.ts';
import { eventually, makeClient } from '../networks/msn-stage.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';
import { startHostileServer } from './hostile-server.ts';

const SENDERS: readonly (readonly [rule: string, sender: string])[] = [
  ['the database takes no NUL', 'a\u0000b@example.com'],
  ['an index of the database takes no long key', `${'x'.repeat(4_000)}@example.com`],
  ['a control character is in no name', 'a\u0001b@example.com'],
  ['what is shown does not turn the text around it', 'a\u202eb@example.com'],
  ['a line separator is in no name', 'a\u2028b@example.com'],
];

test.each(SENDERS)('%s: a message of such a sender is dropped', async (_rule, sender) => {
  const server = await startHostileServer();
  const log = keptLog();
  const profile = {
    key: 'hostile' as ServerKey,
    name: 'Hostile',
    notification: { host: '127.0.0.1', port: server.port },
    nexusUrl: server.loginUrl,
    loginUrl: server.loginUrl,
    tls: { minVersion: 'TLSv1.2' },
    dialects: ['MSNP8'],
    privateAddresses: true,
    confirmsDelivery: false,
    credentialHosts: [],
  } as const;
  const { client, sink } = makeClient({
    network: createMsnNetwork({ profiles: [profile], clock: new FakeClock(), log }),
  });
  client.connect(1, {});
  await eventually(() => sink.kinds.includes('connected'));
  const conversation = await server.ring();
  const say = (from: string, words: string): void => {
    const payload = `Content-Type: text/plain\r\n\r\n${words}`;
    conversation.write(`MSG ${from} Name ${payload.length}\r\n${payload}`);
  };
  say(sender, 'I am nobody');
  say('bob@example.com', 'I am Bob');
  await eventually(() => sink.texts.length > 0);
  expect(sink.texts).toEqual(['I am Bob']);
  expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
