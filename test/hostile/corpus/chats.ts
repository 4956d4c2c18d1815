// Cases that are messages of a conversation, and all the places where such messages come. What is shown of them is
// harmless, in Matrix too, and the conversation goes on.

import assert from 'node:assert/strict';

import type { DialectName } from '../../../src/msnp/dialect.ts';
import type { SwitchboardEvent } from '../../../src/msnp/switchboard-types.ts';
import { fromMessage } from '../../../src/networks/msn/convert-content.ts';
import { deliveriesOf } from './deliveries.ts';
import { harmlessBody } from './harmless.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase, Trials } from './kind.ts';
import { machine, observe } from './machines.ts';
import type { Surroundings } from './machines.ts';
import { Scene } from './scene.ts';

export interface ChatCase extends HostileCase {
  /** MSG payloads, one after the other. */
  readonly payloads: readonly Uint8Array[];
  /** What of them is to be read in Matrix. */
  readonly shown: readonly (string | RegExp)[];
}

/** A sentence of ours in the place of what cannot be shown. */
export const TOLD = { shown: [/^[a-z ]+, which cannot be [a-z ]+$/] };

export function chatCase(
  rule: string,
  name: string,
  payloads: readonly (string | Uint8Array)[],
  { shown }: Pick<ChatCase, 'shown'>,
  cve?: string,
): ChatCase {
  const bytes = payloads.map((payload) => Buffer.from(payload as string));
  return { rule, name, payloads: bytes, shown, ...(cve !== undefined && { cve }) };
}

const DIALECTS: readonly DialectName[] = ['MSNP2', 'MSNP8', 'MSNP12'];
const BOB = 'bob@example.com';

export function chatKind(name: string, cases: readonly ChatCase[]): readonly Trials[] {
  return kind(name, cases, chatEntries, bytesOf);
}

function chatEntries(one: ChatCase): readonly Entry<ChatCase>[] {
  const role = 'switchboard';
  const places = DIALECTS.flatMap((dialect) =>
    (['inside', 'leaving'] as const).map((stage): Surroundings => ({ role, dialect, stage })),
  );
  const all = [...places, { role, dialect: 'MSNP12', stage: 'inside', gateway: true } as const];
  return [...all.flatMap((where) => machineEntries(where, bytesOf(one))), ...sceneEntries()];
}

function machineEntries(where: Surroundings, all: Uint8Array): readonly Entry<ChatCase>[] {
  const { dialect, stage, gateway } = where;
  return deliveriesOf(all).map(({ name, sequences }) => ({
    name: `${dialect}, ${stage}, ${gateway ? 'over the gateway, ' : ''}${name}`,
    enter: ({ shown }) => {
      for (const pieces of sequences(all)) {
        const { events, closes, sent, listens } = observe('switchboard', machine(where), pieces);
        assert.deepEqual(closes, [], 'it is not closed');
        assertShown(shownOf(events as readonly SwitchboardEvent[]), shown);
        assert.deepEqual(sent, [], 'nothing is answered');
        assert.equal(listens, true, 'it is listened on');
      }
    },
  }));
}

function shownOf(events: readonly SwitchboardEvent[]): readonly string[] {
  return events.flatMap((event) => {
    const content = event.type === 'message' ? fromMessage(event.message, event.nick) : undefined;
    return content === undefined ? [] : [harmlessBody(content)];
  });
}

function sceneEntries(): readonly Entry<ChatCase>[] {
  return (['memory', 'socket'] as const).map((over) => ({
    name: `a client, over ${over === 'memory' ? 'a link in memory' : 'a socket'}`,
    enter: async (one) => {
      const scene = await Scene.open({ dialect: 'MSNP8', over });
      try {
        const conversation = await scene.ring();
        conversation.write(bytesOf(one));
        await scene.talks('probe', conversation);
        const said = scene.events.flatMap((event) => (event.type === 'message' ? [harmlessBody(event.content)] : []));
        assertShown(said, [...one.shown, 'probe']);
        assert.deepEqual(scene.errors, [], 'no mistake of ours');
      } finally {
        await scene.close();
      }
    },
  }));
}

function assertShown(seen: readonly string[], wanted: ChatCase['shown']): void {
  assert.equal(seen.length, wanted.length, JSON.stringify(seen));
  for (const [index, one] of wanted.entries()) {
    if (typeof one === 'string') assert.equal(seen[index], one);
    else assert.match(seen[index] ?? '', one);
  }
}

function bytesOf({ payloads }: ChatCase): Uint8Array {
  return Buffer.concat(payloads.flatMap((payload) => [Buffer.from(`MSG ${BOB} Bob ${payload.length}\r\n`), payload]));
}
