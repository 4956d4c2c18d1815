// Many servers answer what they do not like with silence: whatever we wait for, there is an end to it. Each step of the way in,
// in each version, each step into a conversation, and a command that never ends.

import { describe, expect, test } from 'vitest';

import type { BridgeError } from '../../src/bridge/errors.ts';
import type { RemoteUserId, ChatId } from '../../src/bridge/ids.ts';
import { dialect, DIALECT_NAMES, type DialectName } from '../../src/msnp/dialect.ts';
import { createIo, type Io } from '../../src/networks/msn/io.ts';
import { settled } from '../support/fake-clock.ts';
import {
  ALICE,
  BOB,
  CAROL,
  eventually,
  makeClient,
  order,
  pass,
  say,
  setLinkedStage,
  setStage,
  signInOurs,
  signInPerson,
} from './msn-stage.ts';

interface Step {
  readonly name: string;
  readonly verb: string;
  readonly is: (args: readonly string[]) => boolean;
  /** So long it is waited for. */
  readonly withinMs: number;
  readonly sentence: string;
}

const STEP_MS = 15_000;
const DID_NOT_ANSWER = 'Double did not answer in time.';

/** What is asked of the notification server between the first connection and the first sight of us, in its order. */
function stepsOf(name: DialectName): readonly Step[] {
  const { auth, greeting } = dialect(name);
  const within = (step: string, verb: string, is: Step['is'] = () => true): Step => ({
    name: step,
    verb,
    is,
    withinMs: STEP_MS,
    sentence: DID_NOT_ANSWER,
  });
  return [
    within('VER', 'VER'),
    within(greeting, greeting),
    within(`USR ${auth} I`, 'USR', ([, , what]) => what === 'I'),
    within(`USR ${auth} S`, 'USR', ([, , what]) => what === 'S'),
    within('SYN', 'SYN'),
    within('CHG, hidden', 'CHG', ([, status]) => status === 'HDN'),
    // the session stands, and nobody sees us: that is not what was asked for
    {
      ...within('CHG, seen', 'CHG', ([, status]) => status === 'NLN'),
      withinMs: 90_000,
      sentence: 'Double took too long to sign in.',
    },
  ];
}

const CASES = DIALECT_NAMES.flatMap((name) => stepsOf(name).map((step) => [name, step.name, step] as const));

test.each(CASES)('%s: a server that says nothing to %s is given up in time, and asked again', async (name, _, step) => {
  const stage = await setStage({ profile: { dialects: [name] } });
  stage.server.faults.add({ side: 'NS', verb: step.verb, where: ({ args }) => step.is(args) }, { type: 'ignore' }, 1);
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await stage.server.waitFor(({ direction, verb, args }) => direction === 'in' && verb === step.verb && step.is(args));
  await pass(stage, step.withinMs - 1_000);
  expect(sink.kinds).toEqual(['connecting']);
  await pass(stage, 1_000);
  await eventually(() => sink.kinds.length === 2);
  expect(sink.states[1]).toMatchObject({ kind: 'server-down', sentence: step.sentence });

  client.connect(2, {});
  await eventually(() => sink.kinds.at(-1) === 'connected');
});

describe.each(DIALECT_NAMES.filter((name) => dialect(name).auth === 'TWN'))('%s', (name) => {
  test.each([
    ['the nexus', true],
    ['the login server', false],
  ] as const)('%s that says nothing is given up in time, and asked again', async (_, isNexus) => {
    // the time of a request is the clock's here
    const silenced: number[] = [];
    const fetchOf =
      (io: Io): Io['fetch'] =>
      async (request) => {
        if (silenced.length > 0 || request.url.endsWith('pprdr.asp') !== isNexus) return io.fetch(request);
        silenced.push(request.timeoutMs);
        return new Promise((resolve) => {
          stage.clock.after(request.timeoutMs, () => resolve({ type: 'failed', reason: 'timed out' }));
        });
      };
    const stage = await setStage({
      profile: { dialects: [name] },
      io: (profile) => {
        const io = createIo(profile);
        return { ...io, fetch: fetchOf(io) };
      },
    });
    const { client, sink } = makeClient(stage);
    client.connect(1, {});
    await eventually(() => silenced.length === 1);
    await pass(stage, 19_000);
    expect(sink.kinds).toEqual(['connecting']);
    await pass(stage, 1_000);
    await eventually(() => sink.kinds.length === 2);
    expect(sink.states[1]).toMatchObject({
      kind: 'server-down',
      sentence: 'The sign-in service of Double does not work just now.',
    });
    client.connect(2, {});
    await eventually(() => sink.kinds.at(-1) === 'connected');
  });
});

test('a connection that never comes about is given up, whatever the system thinks of it', async () => {
  const stage = await setStage({
    io: (profile) => ({ ...createIo(profile), dial: async () => new Promise(() => undefined) }),
  });
  const { client, sink } = makeClient(stage);
  client.connect(1, {});
  await pass(stage, 90_000);
  expect(sink.kinds).toEqual(['connecting', 'server-down']);
});

test('a command that begins and never ends is the end of its connection within half a minute', async () => {
  const stage = await setLinkedStage();
  const { client, sink } = await signInOurs(stage);
  stage.links.notification.weather = { type: 'halt', bytes: 20 };
  stage.server.alert(ALICE, 'Your stock has fallen');
  await eventually(() => stage.links.notification.vanished > 0);
  // what came before the silence is read, and the half minute begins
  await settled();
  await pass(stage, 29_000);
  expect(sink.kinds.at(-1)).toBe('connected');
  await pass(stage, 1_000);
  await eventually(() => sink.kinds.at(-1) === 'disconnected');
  expect(sink.states.at(-1)?.sentence).toBe('Double sent something that makes no sense.');
  stage.links.notification.weather = { type: 'clear' };
  client.connect(2, {});
  await eventually(() => sink.kinds.at(-1) === 'connected');
});

test.each([
  ['XFR to a switchboard', 'NS', 'XFR', 'network'],
  ['USR of a switchboard', 'SB', 'USR', 'network'],
  ['CAL', 'SB', 'CAL', 'network'],
  ['a message', 'SB', 'MSG', 'uncertain'],
] as const)(
  '%s that is not answered is told in time, and the next message goes through',
  async (_, side, verb, code) => {
    const stage = await setStage();
    const bob = await signInPerson(stage, BOB);
    const ours = await signInOurs(stage);
    const isWord = ({ payload }: { readonly payload: Buffer }): boolean =>
      verb !== 'MSG' || payload.includes('text/plain');
    stage.server.faults.add({ side, verb, where: isWord }, { type: 'ignore' }, 1);
    let outcome: string | undefined;
    say(ours, BOB, 'one').then(
      (delivery) => (outcome = delivery),
      (error: unknown) => (outcome = (error as BridgeError).code),
    );
    await stage.server.waitFor(
      (entry) => entry.direction === 'in' && entry.side === side && entry.verb === verb && isWord(entry),
    );
    await pass(stage, 30_000);
    await eventually(() => outcome !== undefined);
    expect(outcome).toBe(code);
    expect(await say(ours, BOB, 'two')).toBe('accepted');
    await bob.waitForText('two');
    expect(ours.sink.kinds.at(-1)).toBe('connected');
  },
);

test('a call into a conversation that is not answered takes nothing else along', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  stage.server.faults.add({ side: 'SB', verb: 'ANS' }, { type: 'ignore' }, 1);
  const calling = bob.startChat([ALICE]).catch(() => undefined);
  await stage.server.waitFor(({ direction, verb }) => direction === 'in' && verb === 'ANS');
  await pass(stage, 30_000);
  await say(ours, BOB, 'one');
  await bob.waitForText('one');
  expect(ours.sink.kinds.at(-1)).toBe('connected');
  bob.vanish();
  await calling;
});

test('somebody who is called and never comes is told as one who does not answer', async () => {
  const stage = await setStage();
  await signInPerson(stage, CAROL);
  const ours = await signInOurs(stage);
  stage.server.faults.add({ side: 'SB', verb: 'ANS' }, { type: 'ignore' });
  const coming = ours.client.invite!(CAROL as ChatId, `double/${CAROL}` as RemoteUserId).then(
    () => 'came',
    (error: unknown) => (error as BridgeError).code,
  );
  await stage.server.waitFor(({ direction, verb }) => direction === 'in' && verb === 'CAL');
  await pass(stage, 30_000);
  expect(await coming).not.toBe('came');
});

const ASKED = [
  [`add ${CAROL}`, 'ADD or ADC'],
  [`block ${BOB}`, 'ADD or REM'],
  [`remove ${BOB}`, 'REM'],
  ['group add Friends', 'ADG'],
  ['privacy closed', 'BLP'],
  ['phone home 555', 'PRP'],
  ['nick', 'REA or PRP'],
] as const;
const ASKING = (['MSNP7', 'MSNP8', 'MSNP10', 'MSNP12'] as const).flatMap((name) =>
  ASKED.map(([what, verbs]) => [name, what, verbs] as const),
);

test.each(ASKING)('%s: “%s” that is not answered (%s) is told in time, and the session goes on', async (name, what) => {
  const accounts = [{ address: ALICE, name: 'Alice', contacts: [BOB] }, { address: BOB }, { address: CAROL }];
  const stage = await setStage({ accounts, profile: { dialects: [name] } });
  const { client, sink } = await signInOurs(stage);
  const ask = async (): Promise<unknown> =>
    what === 'nick' ? client.setPresence({ nick: 'Alice in the woods' }) : order(stage, { client }, what);
  let isIgnored = false;
  stage.server.faults.intercept = (_, user, { verb }) => {
    if (isIgnored || user !== ALICE || verb === 'PNG') return undefined;
    isIgnored = true;
    return { type: 'ignore' };
  };
  let refused: BridgeError | undefined;
  ask().catch((error: unknown) => (refused = error as BridgeError));
  await eventually(() => isIgnored);
  await pass(stage, 14_000);
  expect(refused).toBeUndefined();
  await pass(stage, 1_000);
  await eventually(() => refused !== undefined);
  expect(refused?.code).toBe('uncertain');
  expect(refused?.message).toMatch(/^The server did not answer; /);
  await ask();
  expect(sink.kinds.at(-1)).toBe('connected');
});
