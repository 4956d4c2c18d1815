// Cases that are bytes of a server, and all the places where such bytes can come. Knows what is wanted of a stream; not
// what is in it.

import assert from 'node:assert/strict';

import type { DialectName } from '../../../src/msnp/dialect.ts';
import { MsnpProtocolError } from '../../../src/msnp/errors.ts';
import type { Role } from '../../../src/msnp/frame.ts';
import { deliveriesOf } from './deliveries.ts';
import { assertPlain } from './harmless.ts';
import type { Entry, HostileCase } from './kind.ts';
import { machine, observe, STAGES } from './machines.ts';
import type { Seen, Stage, Surroundings } from './machines.ts';
import { Scene } from './scene.ts';

/** `refused`: the connection ends with a fault of the peer's. `told`: exactly these events, and it is listened on. */
export type WantedOfStream = { readonly refused: RegExp } | { readonly told: readonly object[] };

export interface StreamCase extends HostileCase {
  readonly bytes: Uint8Array;
  readonly wanted: WantedOfStream;
  /** Both, unless said otherwise. */
  readonly roles?: readonly Role[];
  /** All, unless said otherwise. */
  readonly stages?: readonly Stage[];
  /** Three of different times, unless said otherwise. */
  readonly dialects?: readonly DialectName[];
}

/** The oldest, the newest, and the one in the middle of which both sides have something. */
const DIALECTS: readonly DialectName[] = ['MSNP2', 'MSNP8', 'MSNP12'];
const BOTH: readonly Role[] = ['notification', 'switchboard'];

export function streamEntries(one: StreamCase): readonly Entry<StreamCase>[] {
  const { roles = BOTH, stages, dialects: spoken = DIALECTS } = one;
  return roles.flatMap((role) => {
    const at = STAGES[role].filter((stage) => stages?.includes(stage) ?? true);
    const places = spoken.flatMap((dialect) => at.map((stage): Surroundings => ({ role, dialect, stage })));
    const byHttp = at.map((stage): Surroundings => ({ role, dialect: spoken.at(-1)!, stage, gateway: true }));
    const live = at.some((stage) => stage === 'ready' || stage === 'inside');
    return [
      ...[...places, ...byHttp].flatMap((where) => machineEntries(where, one.bytes)),
      ...(live ? sceneEntries(role, spoken.includes('MSNP8') ? 'MSNP8' : spoken.at(-1)!) : []),
    ];
  });
}

function machineEntries(where: Surroundings, all: Uint8Array): readonly Entry<StreamCase>[] {
  const { role, dialect, stage, gateway } = where;
  return deliveriesOf(all).map(({ name, sequences }) => ({
    name: `${role}, ${dialect}, ${stage}, ${gateway ? 'over the gateway, ' : ''}${name}`,
    enter: ({ bytes, wanted }) => {
      for (const pieces of sequences(bytes)) judge(observe(role, machine(where), pieces), wanted);
    },
  }));
}

function judge({ events, closes, listens }: Seen, wanted: WantedOfStream): void {
  if ('refused' in wanted) {
    const [error] = closes;
    assert.equal(closes.length, 1, 'it is closed, once');
    assert.ok(error instanceof MsnpProtocolError, 'with a fault of the peer’s');
    assert.match(error.message, wanted.refused);
    assert.equal(listens, false, 'and nothing more is listened to');
    return;
  }
  assert.deepEqual(closes, [], 'it is not closed');
  assert.equal(events.length, wanted.told.length, JSON.stringify(events));
  assert.partialDeepStrictEqual(events, wanted.told);
  assert.equal(listens, true, 'it is listened on');
}

/** The whole client, on a link in memory and on a real socket. */
function sceneEntries(role: Role, dialect: DialectName): readonly Entry<StreamCase>[] {
  return (['memory', 'socket'] as const).map((over) => ({
    name: `${role} of a client, ${dialect}, over ${over === 'memory' ? 'a link in memory' : 'a socket'}`,
    enter: async ({ bytes, wanted }) => {
      const scene = await Scene.open({ dialect, over });
      try {
        await (role === 'notification' ? tellClient(scene, bytes, wanted) : tellConversation(scene, bytes, wanted));
        assert.deepEqual(scene.errors, [], 'no mistake of ours');
      } finally {
        await scene.close();
      }
    },
  }));
}

async function tellClient(scene: Scene, bytes: Uint8Array, wanted: WantedOfStream): Promise<void> {
  scene.tell(bytes);
  if ('told' in wanted) {
    await scene.talks('probe');
    for (const event of scene.events) if (event.type === 'notice') assertPlain(event.text);
    return;
  }
  await scene.until(() => scene.state?.kind === 'disconnected', 'the connection has ended');
  assert.match(scene.state?.sentence ?? '', /sent something that makes no sense/);
  assert.ok(scene.logged('notification server broke the protocol'));
}

async function tellConversation(scene: Scene, bytes: Uint8Array, wanted: WantedOfStream): Promise<void> {
  const conversation = await scene.ring();
  conversation.write(bytes);
  if ('told' in wanted) return scene.talks('probe', conversation);
  await scene.until(() => scene.logged('switchboard broke the protocol'), 'the conversation has ended');
  assert.equal(scene.state?.kind, 'connected', 'the login stands');
  await scene.talks('probe');
}
