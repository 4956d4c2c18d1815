// People on MSN who ask to be let in, in the versions that tell of it differently: a line of the reverse list with a list
// version or without, a pending list, or a reverse list alone. What is tapped or said becomes what the server keeps.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIST_BITS } from '../support/msn-server/account.ts';
import { House, type Visitor } from './house.ts';

const ALICE = 'alice@example.com';
const ASKING = ['dave', 'erin', 'frank', 'greg', 'heidi', 'ivan', 'judy', 'kim'];

describe.each(['MSNP2', 'MSNP7', 'MSNP8', 'MSNP10', 'MSNP11', 'MSNP12'])('in %s', (dialect) => {
  let house: House;
  let alice: Visitor;

  beforeAll(async () => {
    house = await House.build({ dialects: [dialect], accounts: ['alice', 'bob', 'carol', ...ASKING] });
    alice = await house.signedIn('alice');
  });
  afterAll(async () => house.pullDown());

  /** Somebody puts Alice on their list; resolves to the question. */
  async function asks(name: string): Promise<string> {
    const person = await house.onMsn(name);
    await person.addContact(ALICE);
    return question(name);
  }

  /** Resolves when its answers are there to tap. */
  async function question(name: string): Promise<string> {
    const asked = await alice.person.waitFor(
      ({ room_id, content }) => room_id === alice.room && textOf(content).includes(`${name}@example.com`),
    );
    await alice.person.waitFor(
      ({ type, content }) => type === 'm.reaction' && JSON.stringify(content).includes('⏰') && isAbout(content, asked),
    );
    return asked.event_id;
  }

  async function tap(name: string, key: string, answer: RegExp): Promise<void> {
    await alice.person.react(alice.room, await question(name), key);
    await alice.hears(answer);
  }

  /** What the server keeps of somebody. */
  function lists(name: string): string[] {
    const kept = [...(house.msn.world.account(ALICE)?.contact(`${name}@example.com`)?.lists ?? [])];
    return kept.toSorted((one, other) => LIST_BITS[one] - LIST_BITS[other]);
  }

  test('nobody is let in by themselves', async () => {
    await asks('dave');
    expect(lists('dave')).not.toContain('AL');
    expect(await alice.asks('requests', /Answer with/)).toMatch(/^.*dave/i);
  });

  test('one tap lets them see her', async () => {
    await tap('dave', '✅', /may now see you and write to you\.$/);
    expect(lists('dave')).toEqual(['AL', 'RL']);
  });

  test('another puts them on her list, too', async () => {
    await asks('erin');
    await tap('erin', '➕', /and is on your list\.$/);
    expect(lists('erin')).toEqual(['FL', 'AL', 'RL']);
    expect(await alice.asks('list', /Contacts of/)).toContain('erin@example.com');
  });

  test('another shuts them out', async () => {
    await asks('frank');
    await tap('frank', '🚫', /is blocked\.$/);
    expect(lists('frank')).toEqual(['BL', 'RL']);
  });

  test('later is later', async () => {
    await asks('greg');
    await tap('greg', '⏰', /waits\./);
    expect(lists('greg')).not.toContain('AL');
    await alice.asks('answer greg@example.com accept', /may now see you/);
    expect(lists('greg')).toEqual(['AL', 'RL']);
  });

  test.each([
    ['heidi', 'add heidi@example.com', /is on your contact list/],
    ['ivan', 'block ivan@example.com', /is blocked/],
  ])('a command answers %s as well, and a late tap is told so', async (name, command, done) => {
    await asks(name);
    await alice.asks(command, done);
    await nobodyWaits();
    await tap(name, '✅', /was answered already\.$/);
  });

  test('an answer from another place counts', async () => {
    await asks('judy');
    house.msn.tell(ALICE, hasVersions() ? 'ADD 0 AL 999 judy@example.com Judy' : 'ADC 0 AL N=judy@example.com');
    await nobodyWaits();
    await tap('judy', '🚫', /was answered already\.$/);
  });

  test('who takes her off their list again is not shown, and can be answered all the same', async () => {
    await asks('kim');
    house.msn.tell(ALICE, `REM 0 RL ${hasVersions() ? '999 ' : ''}kim@example.com`);
    await nobodyWaits();
    await tap('kim', '✅', /may now see you/);
  });

  test('nothing of this was against the rules of a strict server', () => {
    expect(house.msn.violations).toEqual([]);
    expect(house.homeserver.violations).toEqual([]);
  });

  function hasVersions(): boolean {
    return house.msn.log.some(({ user, line }) => user === ALICE && line.startsWith('ADD 0 RL'));
  }

  async function nobodyWaits(): Promise<void> {
    for (let list = ''; list !== 'Nobody waits for an answer.';) list = await alice.asks('requests', /waits|Answer/);
  }
});

function textOf(content: Readonly<Record<string, unknown>>): string {
  const { body } = content;
  return typeof body === 'string' && body.includes('has put you') ? body : '';
}

function isAbout(content: object, { event_id }: { readonly event_id: string }): boolean {
  return JSON.stringify(content).includes(event_id);
}
