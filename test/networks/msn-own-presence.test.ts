// How the user is seen by contacts: from the server double's side of the wire.

import { describe, expect, test } from 'vitest';
import type { WantedPresence } from '../../src/bridge/network.ts';
import { refusal } from '../support/msn-server/faults.ts';
import type { LogEntry } from '../support/msn-server/journal.ts';
import { ALICE, BOB, type OurLogin, type Stage, eventually, makeClient, setStage, signInPerson } from './msn-stage.ts';

const SONG = String.raw`\0Music\01\0{1} – {0}\0Help!\0The Beatles\0`;

async function signIn(stage: Stage, wanted: WantedPresence, epoch = 1): Promise<OurLogin> {
  const ours = makeClient(stage);
  ours.client.connect(epoch, wanted);
  await eventually(() => ours.sink.kinds.includes('connected'));
  return ours;
}

const from = (stage: Stage, address: string): LogEntry[] =>
  stage.server.received.filter(({ user, side }) => user === address && side === 'NS');

/** What alice's client asked to change of how she is seen, in order. */
function changes(stage: Stage): string[] {
  return from(stage, ALICE)
    .filter(
      ({ verb, args }) => verb === 'CHG' || verb === 'UUX' || (verb === 'PRP' && args[1] === 'MFN') || verb === 'REA',
    )
    .map(
      ({ verb, args, payload }) =>
        `${verb} ${verb === 'UUX' ? payload.toString() : (args.at(verb === 'CHG' ? 1 : -1) ?? '')}`,
    );
}

/** What bob was told of alice, in order. */
function seenBy(stage: Stage, address: string): string[] {
  const told = stage.server.log.filter(
    ({ direction, user, args, verb }) =>
      direction === 'out' && user === address && ['NLN', 'FLN', 'UBX'].includes(verb) && args.includes(ALICE),
  );
  return told.map(({ verb, args }) => (verb === 'NLN' ? `NLN ${args[0]} ${args[2]}` : verb));
}

const document = (message: string, media = ''): string =>
  `UUX <Data><PSM>${message}</PSM><CurrentMedia>${media}</CurrentMedia></Data>`;

describe.each(['MSNP8', 'MSNP12'] as const)('with %s', (dialect) => {
  test('contacts see the user come once, as they are to be seen', async () => {
    const stage = await setStage({ profile: { dialects: [dialect] } });
    await signInPerson(stage, BOB);
    await signIn(stage, { status: 'Be right back', nick: 'Alice in the woods' });
    expect(changes(stage).slice(0, 3)).toEqual(['CHG HDN', expect.stringMatching(/^(PRP|REA) Alice%20in/), 'CHG BRB']);
    await eventually(() => seenBy(stage, BOB).length > 0);
    expect(seenBy(stage, BOB)).toEqual(['NLN BRB Alice%20in%20the%20woods']);
  });

  test('at a reconnect they see them go and come, and nothing else', async () => {
    const stage = await setStage({ profile: { dialects: [dialect] } });
    const wanted = { status: 'Away', nick: 'Alice B.' };
    await signInPerson(stage, BOB);
    const { client, sink } = await signIn(stage, wanted);
    stage.server.cut(ALICE);
    await eventually(() => sink.kinds.at(-1) === 'disconnected');
    client.connect(2, wanted);
    await eventually(() => sink.kinds.at(-1) === 'connected');
    await eventually(() => seenBy(stage, BOB).length === 3);
    expect(seenBy(stage, BOB)).toEqual(['NLN AWY Alice%20B.', 'FLN', 'NLN AWY Alice%20B.']);
  });
});

test('who wants to appear offline is never seen, and is connected all the same', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const { client } = await signIn(stage, { status: 'Appear offline', message: 'nobody knows' });
  await eventually(() => changes(stage).length === 2);
  expect(changes(stage)).toEqual(['CHG HDN', document('nobody knows')]);
  await client.setPresence({ status: 'Online', message: 'nobody knows' });
  await eventually(() => seenBy(stage, BOB).includes('UBX'));
  expect(seenBy(stage, BOB)).toEqual(['NLN NLN Alice', 'UBX']);
  // told while hidden it may have stayed with the server
  expect(changes(stage).slice(2)).toEqual(['CHG NLN', document('nobody knows')]);
});

test('a name that the account has already is not set again', async () => {
  const stage = await setStage();
  const { client } = await signIn(stage, { nick: 'Alice' });
  await client.setPresence({ nick: 'Alice', status: 'Busy' });
  await client.setPresence({ nick: 'Alicia', status: 'Busy' });
  expect(changes(stage)).toEqual(['CHG HDN', 'CHG NLN', 'CHG BSY', 'PRP Alicia']);
});

test('the personal message and the song are told once the user is seen, and again at each sign-in', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const wanted = { message: 'gone <fishing>', playing: 'The Beatles – Help!' };
  const { client, sink } = await signIn(stage, wanted);
  await bob.waitForPersonalMessage(ALICE, 'gone <fishing>');
  expect(bob.presenceOf(ALICE).personalMessage).toContain(`<CurrentMedia>${SONG}</CurrentMedia>`);
  expect(changes(stage)).toEqual(['CHG HDN', 'CHG NLN', document('gone &lt;fishing&gt;', SONG)]);
  await client.setPresence({ ...wanted, message: 'back' });
  await bob.waitForPersonalMessage(ALICE, 'back');
  stage.server.cut(ALICE);
  await eventually(() => sink.kinds.at(-1) === 'disconnected');
  client.connect(2, { message: 'back' });
  await eventually(() => seenBy(stage, BOB).filter((line) => line === 'UBX').length > 2);
  expect(changes(stage).slice(-3)).toEqual(['CHG HDN', 'CHG NLN', document('back')]);
});

test('what was chosen while signing in counts when the sign-in is through', async () => {
  const stage = await setStage();
  const release = stage.server.faults.add({ verb: 'SYN' }, { type: 'delay', ms: 50 });
  const { client, sink } = makeClient(stage);
  client.connect(1, { status: 'Online' });
  await stage.server.waitFor(({ verb, direction }) => verb === 'SYN' && direction === 'in');
  await client.setPresence({ status: 'Out to lunch', nick: 'Hungry' });
  release();
  await eventually(() => sink.kinds.includes('connected'));
  expect(changes(stage)).toEqual(['CHG HDN', 'PRP Hungry', 'CHG LUN']);
});

test('a server that wants it slower is asked again a little later', async () => {
  const stage = await setStage();
  const isShown = ({ args }: { readonly args: readonly string[] }): boolean => args[1] !== 'HDN';
  stage.server.faults.add({ verb: 'CHG', where: isShown }, refusal(800), 1);
  const { client, sink } = makeClient(stage);
  client.connect(1, { status: 'Busy' });
  await eventually(() => stage.log.lines.some(({ text }) => text === 'command refused'));
  expect(sink.kinds).toEqual(['connecting']);
  stage.clock.advance(3_000);
  await eventually(() => sink.kinds.includes('connected'));
  expect(changes(stage)).toEqual(['CHG HDN', 'CHG BSY', 'CHG BSY']);
});

test('a name and a message that come too fast for the server are told it again a little later, and nobody is bothered', async () => {
  const stage = await setStage();
  for (const verb of ['PRP', 'UUX']) stage.server.faults.add({ verb, user: ALICE }, refusal(800), 1);
  const { sink } = await signIn(stage, { nick: 'Al', message: 'hi' });
  const isRefused = ({ text }: { readonly text: string }): boolean => /name or message/.test(text);
  await eventually(() => stage.log.lines.filter(isRefused).length === 2);
  stage.clock.advance(3_000);
  await eventually(() => changes(stage).length === 6);
  expect(changes(stage)).toEqual(['CHG HDN', 'PRP Al', 'CHG NLN', document('hi'), 'PRP Al', document('hi')]);
  expect(sink.events.filter(({ type }) => type === 'notice')).toEqual([]);
});

test('what the server does not take is told, and asked for anew when it is chosen anew', async () => {
  const stage = await setStage({ refusals: 'documented' });
  const { client } = await signIn(stage, {});
  stage.server.faults.add({ verb: 'PRP' }, refusal(209), 1);
  await expect(client.setPresence({ nick: 'Rude' })).rejects.toThrow('The server does not take that name.');
  await client.setPresence({ status: 'Busy' });
  await client.setPresence({ nick: 'Rude', status: 'Busy' });
  expect(changes(stage).slice(2)).toEqual(['PRP Rude', 'CHG BSY', 'PRP Rude']);
});

test('a name that was chosen and that the server does not take any more is told, once', async () => {
  const stage = await setStage({ refusals: 'documented' });
  stage.server.faults.add({ verb: 'PRP' }, refusal(209));
  const { client, sink } = makeClient(stage);
  for (const epoch of [1, 2]) {
    client.connect(epoch, { nick: 'Rude' });
    await stage.server.waitFor(({ verb, direction }) => verb === '209' && direction === 'out', {
      after: stage.server.mark,
    });
    await eventually(() => sink.kinds.at(-1) === 'connected');
    stage.server.cut(ALICE);
    await eventually(() => sink.kinds.at(-1) === 'disconnected');
  }
  expect(sink.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))).toEqual([
    'Your contacts do not see the name “Rude”: The server does not take that name. “nick” chooses another one.',
  ]);
});

test('a version of the protocol without personal messages says so to who wants one', async () => {
  const stage = await setStage({ profile: { dialects: ['MSNP8'] } });
  const { client, sink } = await signIn(stage, { message: 'from another life' });
  await expect(client.setPresence({ message: 'hello' })).rejects.toThrow(/version of the protocol cannot do that/);
  await client.setPresence({ message: 'from another life', status: 'Busy' });
  expect(sink.kinds.at(-1)).toBe('connected');
});

test('contacts’ songs stand beside what they say', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const { sink } = await signIn(stage, {});
  const said = (): unknown =>
    sink.events.flatMap((event) => (event.type === 'contact' ? [event.contact.presence.message] : [])).at(-1);
  await bob.setPersonalMessage('hi', String.raw`\0Music\01\0{0} - {1}\0Yesterday\0The Beatles\0`);
  await eventually(() => said() === 'hi – ♫ Yesterday - The Beatles');
  await bob.setPersonalMessage('', String.raw`\0Games\01\0Playing {0}\0Chess\0`);
  await eventually(() => said() === '🎮 Playing Chess');
  await bob.setPersonalMessage('', String.raw`\0Games\00\0Playing {0}\0Chess\0`);
  await eventually(() => said() === undefined);
});

test.each([
  ['RCT 5', 'in 5 minutes', 300_000],
  ['RCT 1', 'in a minute', 60_000],
  ['RCT 999999', 'in 999999 minutes', 86_400_000],
] as const)('OUT %s: nobody comes back before', async (reason, when, afterMs) => {
  const stage = await setStage();
  const { sink } = await signIn(stage, {});
  stage.server.signOut(ALICE, reason);
  await eventually(() => sink.kinds.at(-1) === 'disconnected');
  expect(sink.states.at(-1)).toEqual({
    kind: 'disconnected',
    sentence: `Double asks us to come back ${when}.`,
    afterMs,
  });
});
