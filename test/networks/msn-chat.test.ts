// Talking: which switchboard serves what is said, and what becomes of it. Against a double over loopback sockets.

import { describe, expect, test } from 'vitest';

import { BridgeError } from '../../src/bridge/errors.ts';
import { text } from '../../src/bridge/events.ts';
import type { ChatId } from '../../src/bridge/ids.ts';
import { NAK, refusal } from '../support/msn-server/faults.ts';
import type { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import { textsIn } from '../support/msn-person/message.ts';
import { ALICE, BOB, CAROL, eventually, OUR_WORDS, say, setStage, signInOurs, signInPerson } from './msn-stage.ts';

const chat = (address: string): ChatId => address as ChatId;

/** How often clients have asked for a switchboard. */
function requests(server: MsnServerDouble, user: string = ALICE): number {
  return server.received.filter((entry) => entry.verb === 'XFR' && entry.user === user).length;
}

/** The first command of a connection, which has no name yet. */
const isOurs = ({ args }: { readonly args: readonly string[] }): boolean => args.includes(ALICE);

/** How often our client has answered a ring. */
function answers(server: MsnServerDouble): number {
  return server.received.filter((entry) => entry.verb === 'ANS' && isOurs(entry)).length;
}

async function failure(promise: Promise<unknown>): Promise<BridgeError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BridgeError)) throw new Error(`not a BridgeError: ${String(error)}`);
  return error;
}

describe.each(['MSNP8', 'MSNP12'] as const)('with %s', (dialect) => {
  test('two people talk, on one switchboard', async () => {
    const stage = await setStage({ profile: { dialects: [dialect] } });
    const bob = await signInPerson(stage, BOB, { dialect });
    const ours = await signInOurs(stage);
    expect(await say(ours, BOB, 'Hello Bob, ¿qué tal? 😀')).toBe('accepted');
    const heard = await bob.waitForText('Hello Bob, ¿qué tal? 😀');
    await heard.chat.say('ok');
    await heard.chat.say('ok');
    await eventually(() => ours.sink.texts.length === 2);
    expect(ours.sink.messages).toMatchObject([
      { chat: BOB, sender: `double/${BOB}`, senderName: 'Bob', content: text('ok') },
      { chat: BOB, sender: `double/${BOB}`, senderName: 'Bob', content: text('ok') },
    ]);
    expect(new Set(ours.sink.messages.map(({ id }) => id)).size).toBe(2);
    await say(ours, BOB, 'again');
    await bob.waitForText('again');
    expect(requests(stage.server)).toBe(1);
    expect(stage.server.violations).toEqual([]);
  });

  test('what somebody says who calls us arrives, and is answered where it was said', async () => {
    const stage = await setStage({ profile: { dialects: [dialect] } });
    const ours = await signInOurs(stage);
    const bob = await signInPerson(stage, BOB, { dialect });
    await bob.say(ALICE, 'psst');
    await eventually(() => ours.sink.texts.includes('psst'));
    await say(ours, BOB, 'yes?');
    await bob.waitForText('yes?');
    expect(requests(stage.server)).toBe(0);
  });
});

test('an acknowledgement of a server that knows means delivered', async () => {
  const stage = await setStage({ acknowledgements: 'truthful' });
  await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  expect(await say(ours, BOB, 'hello')).toBe('delivered');
});

test('messages said at once share the opening and keep their order', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  const words = ['one', 'two', 'three', 'four', 'five'];
  await Promise.all(words.map((word) => say(ours, BOB, word)));
  expect(textsIn(bob.messages)).toEqual(words);
  expect(requests(stage.server)).toBe(1);
});

test('a long text goes in pieces that each fit', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  const long = 'Übermäßig lange Nachrichten 😀 kommen in Stücken. '.repeat(80).trim();
  const pieces = ours.client.split(text(long));
  expect(pieces.length).toBeGreaterThan(2);
  for (const piece of pieces) await say(ours, BOB, piece);
  await eventually(() => textsIn(bob.messages).length === pieces.length);
  expect(textsIn(bob.messages).join(' ')).toBe(long);
  expect(stage.server.violations).toEqual([]);
});

test('somebody who is not signed in gets nothing, and the sender a sentence', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  let asked = 0;
  const error = await failure(say(ours, BOB, 'hello?', async () => void (asked += 1)));
  expect(error).toMatchObject({ code: 'recipient-offline', retriable: false, message: 'Bob is not signed in.' });
  expect(asked).toBe(0);

  const bob = await signInPerson(stage, BOB);
  await say(ours, BOB, 'there you are');
  await bob.waitForText('there you are');
});

test('somebody who does not answer is given up after twenty seconds', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB, { answersRings: false });
  const ours = await signInOurs(stage);
  const sending = failure(say(ours, BOB, 'hello?'));
  await eventually(() => stage.log.lines.some((line) => line.text === 'callee is rung'));
  stage.clock.advance(20_000);
  expect(await sending).toMatchObject({ code: 'recipient-offline', message: 'Bob does not answer.' });
});

test('a NAK is a message that did not arrive', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  stage.server.faults.add(OUR_WORDS, NAK, 1);
  expect(await failure(say(ours, BOB, 'hello'))).toMatchObject({ code: 'not-delivered' });
  await say(ours, BOB, 'again');
});

test('silence after a message leaves it uncertain', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  stage.server.faults.add(OUR_WORDS, { type: 'swallow' }, 1);
  const sending = failure(say(ours, BOB, 'hello'));
  await stage.server.waitFor(({ payload, direction }) => payload.includes('hello') && direction === 'in');
  stage.clock.advance(30_000);
  expect(await sending).toMatchObject({ code: 'uncertain', retriable: false });
});

test('an acknowledgement after everybody has left says little', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  await say(ours, BOB, 'one');
  stage.server.faults.add(OUR_WORDS, { type: 'delay', ms: 150 }, 1);
  const sending = failure(say(ours, BOB, 'two'));
  await stage.server.waitFor(({ payload }) => payload.includes('two'));
  await bob.leave();
  expect(await sending).toMatchObject({ code: 'uncertain', message: 'At that moment Bob left the conversation.' });
  await say(ours, BOB, 'three');
  await bob.waitForText('three');
});

test('a connection that breaks after the message leaves it uncertain, and the next one opens anew', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  stage.server.faults.add(OUR_WORDS, { type: 'drop' }, 1);
  expect(await failure(say(ours, BOB, 'hello'))).toMatchObject({ code: 'uncertain' });
  await say(ours, BOB, 'again');
  await bob.waitForText('again');
  expect(requests(stage.server)).toBe(2);
});

test('a connection that breaks before the message may be tried again', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  stage.server.faults.add({ side: 'SB', verb: 'CAL', user: ALICE }, { type: 'drop' }, 1);
  let asked = 0;
  const error = await failure(say(ours, BOB, 'hello', async () => void (asked += 1)));
  expect(error).toMatchObject({ code: 'network', retriable: true });
  expect(asked).toBe(0);
});

test.each([
  [800, 'network', true],
  [913, 'not-permitted', false],
] as const)('refusal %i of a switchboard means %s', async (code, kind, retriable) => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  stage.server.faults.add({ verb: 'XFR', user: ALICE }, refusal(code));
  expect(await failure(say(ours, BOB, 'hello'))).toMatchObject({ code: kind, retriable });
});

test('what must happen before the bytes go out and fails stops them', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  const broken = new BridgeError('database', 'The database is away.', { retriable: true });
  expect(await failure(say(ours, BOB, 'never', async () => Promise.reject(broken)))).toBe(broken);
  await say(ours, BOB, 'but this');
  await bob.waitForText('but this');
  expect(textsIn(bob.messages)).toHaveLength(1);
});

test('nothing is sent without being signed in', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  await ours.client.disconnect();
  expect(await failure(say(ours, BOB, 'hello'))).toMatchObject({ code: 'not-connected', retriable: true });
});

test('both call each other at once: one chat, and the answer goes where it was said last', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  const [, theirs] = await Promise.all([say(ours, BOB, 'from us'), bob.startChat([ALICE])]);
  await bob.waitForText('from us');
  await theirs.say('from them');
  await eventually(() => ours.sink.texts.includes('from them'));
  await say(ours, BOB, 'back');
  expect((await bob.waitForText('back')).chat).toBe(theirs);
  expect(ours.sink.messages.map((message) => message.chat)).toEqual([BOB]);
});

test('a third person does not hear what is said to one', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const carol = await signInPerson(stage, CAROL);
  const ours = await signInOurs(stage);
  const group = await bob.startChat([ALICE, CAROL]);
  await group.say('hello all');
  await (await carol.waitForChat([ALICE, BOB])).say('hello from Carol');
  await eventually(() => ours.sink.texts.length === 2);
  expect(ours.sink.messages.map((message) => message.chat)).not.toContain(BOB);
  await say(ours, BOB, 'only for you');
  expect((await bob.waitForText('only for you')).chat).not.toBe(group);
  await carol.leave();
  await bob.waitForChat([ALICE]);
  await say(ours, BOB, 'still only for you');
  expect((await bob.waitForText('still only for you')).chat).not.toBe(group);
  expect(textsIn(carol.messages)).toEqual(['hello all']);
});

test('typing goes both ways, and opens no conversation', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  ours.client.typing(chat(BOB), true);
  await say(ours, BOB, 'hello');
  expect(requests(stage.server)).toBe(1);
  const typed = (): number => bob.messages.filter(({ headers }) => headers.has('typinguser')).length;
  expect(typed()).toBe(0);

  ours.client.typing(chat(BOB), true);
  await bob.waitForTyping(ALICE);
  stage.clock.advance(5_000);
  await bob.waitForTyping(ALICE);
  ours.client.typing(chat(BOB), false);
  stage.clock.advance(60_000);
  expect(typed()).toBe(2);

  await bob.type(ALICE);
  await eventually(() => ours.sink.events.some(({ type }) => type === 'typing'));
  expect(ours.sink.events.find(({ type }) => type === 'typing')).toEqual({
    type: 'typing',
    chat: BOB,
    sender: `double/${BOB}`,
    forMs: 6_000,
  });
});

test('a nudge is told as something that somebody did', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const bob = await signInPerson(stage, BOB);
  await bob.nudge(ALICE);
  await eventually(() => ours.sink.messages.length === 1);
  expect(ours.sink.messages[0]?.content).toEqual({ ...text('sent you a nudge'), emote: true });
});

test('strangers may call, the blocked may not', async () => {
  const accounts = [
    { address: ALICE, contacts: [{ address: BOB, lists: ['BL'] as const }] },
    { address: BOB, contacts: [ALICE] },
    { address: CAROL, contacts: [ALICE] },
  ];
  const stage = await setStage({ accounts });
  const ours = await signInOurs(stage);
  stage.server.flood(ALICE, BOB, 3);
  const carol = await signInPerson(stage, CAROL);
  await carol.say(ALICE, 'do you know me?');
  await eventually(() => ours.sink.texts.includes('do you know me?'));
  expect(answers(stage.server)).toBe(1);
});

test('a second ring of one conversation is not answered', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const bob = await signInPerson(stage, BOB);
  await bob.say(ALICE, 'one');
  await eventually(() => ours.sink.texts.length === 1);
  const ring = stage.server.log.find(({ verb, direction }) => verb === 'RNG' && direction === 'out');
  stage.server.tell(ALICE, ring?.line ?? '');
  await bob.say(ALICE, 'two');
  await eventually(() => ours.sink.texts.length === 2);
  expect(answers(stage.server)).toBe(1);
});

test('a flood of rings is answered a few at a time, and does not keep others out', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const bob = await signInPerson(stage, BOB);
  // Connections of the flood take up their places and say nothing.
  stage.server.faults.add({ verb: 'ANS', where: isOurs }, { type: 'ignore' }, 4);
  stage.server.flood(ALICE, CAROL, 300);
  await eventually(() => answers(stage.server) === 4);
  await bob.say(ALICE, 'let me through');
  await eventually(() => ours.sink.texts.includes('let me through'));
  expect(answers(stage.server)).toBe(5);
});

test('at most sixty-four conversations are open at once', async () => {
  const people = Array.from({ length: 66 }, (_, index) => `p${index}@example.com`);
  const accounts = [{ address: ALICE, contacts: people }, ...people.map((address) => ({ address }))];
  const stage = await setStage({ accounts });
  const ours = await signInOurs(stage);
  const signedIn = await Promise.all(people.map((address) => signInPerson(stage, address)));
  for (const address of people) await say(ours, address, 'hello');
  await eventually(() => signedIn.filter(({ chats }) => chats.some((open) => open.has(ALICE))).length === 64);
  await say(ours, people[0] ?? '', 'and again');
  await signedIn[0]?.waitForText('and again');
  expect(stage.server.violations).toEqual([]);
});

test('a switchboard on which somebody else came first does not keep a message waiting', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  const lines = ['CAL {trid} RINGING 1', `JOI ${CAROL} Carol 0`, `JOI ${BOB} Bob 0`];
  stage.server.faults.add({ side: 'SB', verb: 'CAL' }, { type: 'answer', lines }, 1);
  expect(await failure(say(ours, BOB, 'for your eyes only'))).toMatchObject({ code: 'network', retriable: true });
});

test('a switchboard that says nothing is left', async () => {
  const stage = await setStage();
  const ours = await signInOurs(stage);
  stage.server.faults.add({ verb: 'ANS', where: isOurs }, { type: 'ignore' });
  stage.server.flood(ALICE, CAROL, 1);
  await stage.server.waitFor(({ verb, direction }) => verb === 'ANS' && direction === 'in');
  stage.clock.advance(15_000);
  stage.clock.advance(15_000);
  await eventually(() => stage.log.lines.some((line) => line.text === 'switchboard ended'));
  expect(ours.sink.kinds.at(-1)).toBe('connected');
});

test('a server that breaks the protocol on a switchboard loses that one only', async () => {
  const stage = await setStage();
  const bob = await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  stage.server.faults.add(OUR_WORDS, { type: 'answer', lines: ['MSG bob Bob 99999999'] }, 1);
  expect(await failure(say(ours, BOB, 'hello'))).toMatchObject({ code: 'uncertain' });
  await say(ours, BOB, 'again');
  await bob.waitForText('again');
  expect(ours.sink.kinds.at(-1)).toBe('connected');
});

test('a server may not send us to private addresses unless the operator says so', async () => {
  const stage = await setStage();
  await signInPerson(stage, BOB);
  const ours = await signInOurs(stage);
  stage.server.faults.add(
    { verb: 'XFR', user: ALICE },
    { type: 'answer', lines: ['XFR {trid} SB 169.254.169.254:1863 CKI 1.2.3'] },
  );
  expect(await failure(say(ours, BOB, 'hello'))).toMatchObject({ code: 'network' });
  const reasons = stage.log.lines.map(({ fields }) => ('reason' in fields ? fields.reason : undefined));
  expect(reasons).toContain('the host has no address that may be dialled');
});
