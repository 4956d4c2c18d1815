// Bridges as others write them, ended by SIGKILL at random and at moments that only the other side sees: the same words, the
// same homeserver, the same judge. Figures to compare ours with; nothing is wanted of them.

import { setTimeout as delay } from 'node:timers/promises';
import { seeded } from '../../msnp/support/random.ts';
import { judge } from '../checker/checker.ts';
import { atHomeserver, messageHeard, messageWritten } from '../edges.ts';
import { PeerWorld } from '../peers/world.ts';
import type { Round } from '../report.ts';
import { isOver } from '../stage.ts';
import { Traffic } from '../traffic.ts';

const PEERS = { botsdk: 'peer: matrix-bot-sdk', bridge: 'peer: matrix-appservice-bridge' } as const;

export interface PeerOptions {
  readonly peer: keyof typeof PEERS;
  readonly kills: number;
  readonly seed: number;
  readonly until?: number;
  readonly progress?: (line: string) => void;
}

const GRACE_MS = 50;
const LATEST_RANDOM_MS = 1_200;
const LATEST_VISIT = 20;
const PER_SECOND = 60;
const QUIET_MS = 1_000;
const PATIENCE_MS = 30_000;

export async function killPeer({ peer, kills, seed, until, progress = () => undefined }: PeerOptions): Promise<Round> {
  const random = seeded(seed);
  const world = await PeerWorld.build(random);
  const traffic = new Traffic(world.talkers, random, PER_SECOND);
  try {
    const edges = [
      messageWritten(world.network),
      messageHeard(world.network),
      ...atHomeserver(world.homeserver, 'a message', /\/send\//u),
    ];
    let next = world.warm(peer);
    let count = 0;
    for (; count < kills && !isOver(until); count++) {
      const life = (world.life = next);
      await life.begin();
      await life.ready;
      traffic.start();
      next = world.warm(peer);
      // one in so many at random
      const edge = edges[random(edges.length + 1)];
      const disarm = edge?.arm(1 + random(LATEST_VISIT), () => life.kill(edge.name));
      const limit = setTimeout(() => life.kill('at random'), edge ? LATEST_RANDOM_MS : random(LATEST_RANDOM_MS));
      const ended = await life.ended;
      clearTimeout(limit);
      disarm?.();
      if (ended.how.startsWith('ended by itself')) throw new Error(`a peer ${ended.how}: see KEEP_CRASHES`);
      world.noteEnd(ended, GRACE_MS);
      progress(`${count + 1} ${ended.how}`);
    }
    world.life = next;
    await next.begin();
    await next.ready;
    await traffic.stop();
    await settled(world);
    world.noteEnd({ at: Date.now(), how: 'the end', waits: next.waits }, GRACE_MS);
    return { name: PEERS[peer], tried: { kills: count }, verdict: judge(world.history()) };
  } finally {
    await traffic.stop();
    await world.stop();
  }
}

/** All that was pushed is accepted, and has had time. */
async function settled({ homeserver }: PeerWorld): Promise<void> {
  await homeserver.waitUntilPushed(PATIENCE_MS);
  await delay(QUIET_MS);
}
