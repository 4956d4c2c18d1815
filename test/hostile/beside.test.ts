// Hostile servers beside an honest one, all of them in one process: what one does to its own users is not to be felt by others.

import { expect, test } from 'vitest';

import { plainText } from '../../src/bridge/events.ts';
import type { ServerKey } from '../../src/bridge/ids.ts';
import { createMsnNetwork } from '../../src/networks/msn/network.ts';
import {
  ALICE,
  BOB,
  eventually,
  makeClient,
  type OurLogin,
  pass,
  say,
  setStage,
  signInPerson,
  type Stage,
} from '../networks/msn-stage.ts';
import type { HostileServer } from './hostile-server.ts';
import { startHostileServer } from './stage.ts';

const SERVERS = 10;
const ROUNDS = 20;

interface Attack {
  readonly name: string;
  readonly strike: (server: HostileServer) => Promise<void> | void;
  /** What becomes of those who sit on such a server, half a minute later. */
  readonly ends: 'cut off' | 'as before';
}

const ATTACKS: readonly Attack[] = [
  {
    name: 'a command that comes byte by byte and never ends',
    strike: (server) => {
      server.tell('MSG Hotmail Hotmail 60000\r\n');
      for (let drop = 0; drop < 200; drop++) server.tell('x');
    },
    ends: 'cut off',
  },
  {
    name: 'a line without an end, in small pieces',
    strike: (server) => {
      for (let drop = 0; drop < 200; drop++) server.tell('NLN ');
    },
    ends: 'cut off',
  },
  {
    name: 'switchboards that begin a message and fall silent',
    strike: async (server) => {
      for (let ring = 0; ring < 8; ring++) {
        const board = await server.ring(`bob${ring}@example.com`);
        board.write(`MSG bob${ring}@example.com Bob 60000\r\n${'x'.repeat(59_000)}`);
      }
    },
    ends: 'as before',
  },
  {
    name: 'a flood of the largest messages',
    strike: (server) => {
      const largest = `MSG Hotmail Hotmail 65536\r\n${'x'.repeat(65_536)}`;
      for (let count = 0; count < 100; count++) server.tell(largest);
    },
    ends: 'as before',
  },
  {
    name: 'a flood of the smallest commands',
    strike: (server) => server.tell('QNG 50\r\n'.repeat(100_000)),
    ends: 'as before',
  },
  {
    name: 'a flood of presence, each of another person',
    strike: (server) => {
      const crowd = Array.from({ length: 20_000 }, (_, index) => `NLN NLN p${index}@example.com P${index} 0\r\n`);
      server.tell(crowd.join(''));
    },
    ends: 'as before',
  },
  {
    name: 'alerts that are bombs of XML',
    strike: (server) => {
      const bomb = `<NOTIFICATION>${'<a>'.repeat(8_000)}`;
      for (let count = 0; count < 200; count++) server.tell(`NOT ${bomb.length}\r\n${bomb}`);
    },
    ends: 'as before',
  },
  {
    name: 'a gigabyte of an alert that is announced and does not come',
    strike: (server) => server.tell(`NOT 999999999\r\n${'x'.repeat(1_000_000)}`),
    ends: 'as before',
  },
];

/** One program that serves an honest server and hostile ones, a user of ours signed in on each. */
async function setUp(): Promise<{
  stage: Stage;
  honest: OurLogin;
  hostile: readonly { readonly server: HostileServer; readonly ours: OurLogin }[];
}> {
  const stage = await setStage();
  const servers = await Promise.all(Array.from({ length: SERVERS }, async () => startHostileServer()));
  const profiles = servers.map(({ profile }, index) => ({ ...profile, key: `hostile${index}` as ServerKey }));
  const { clock, log } = stage;
  const network = createMsnNetwork({ profiles: [stage.profile, ...profiles], clock, log });
  const on = (server: string, epoch: number): OurLogin => {
    const ours = makeClient({ network }, { server });
    ours.client.connect(epoch, {});
    return ours;
  };
  const honest = on('double', 1);
  const hostile = servers.map((server, index) => ({ server, ours: on(`hostile${index}`, index + 2) }));
  await eventually(() =>
    [honest, ...hostile.map(({ ours }) => ours)].every(({ sink }) => sink.kinds.includes('connected')),
  );
  return { stage, honest, hostile };
}

test.each(ATTACKS)('a conversation goes on beside $name', async ({ strike, ends }) => {
  const { stage, honest, hostile } = await setUp();
  const bob = await signInPerson(stage, BOB);
  const chat = await bob.startChat([ALICE]);
  const striking = Promise.all(hostile.map(async ({ server }) => strike(server)));
  for (let round = 0; round < ROUNDS; round++) {
    await chat.say(`question ${round}`);
    await eventually(() => honest.sink.texts.includes(`question ${round}`));
    await say(honest, BOB, `answer ${round}`);
    await bob.waitForText(`answer ${round}`);
  }
  await striking;
  expect(honest.sink.messages.map(({ content }) => plainText(content))).toEqual(
    Array.from({ length: ROUNDS }, (_, round) => `question ${round}`),
  );
  await pass(stage, 30_000);
  for (const { ours } of hostile) {
    await eventually(() => (ours.sink.kinds.at(-1) === 'connected') === (ends === 'as before'));
  }
  expect(honest.sink.kinds.at(-1)).toBe('connected');
});
