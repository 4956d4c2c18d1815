// Commands about the contact list, as the server then has it: groups with odd names, being in several, telephones, and the
// whole list in a table.

import { describe, expect, test } from 'vitest';

import { plainText } from '../../src/bridge/events.ts';
import type { Content } from '../../src/bridge/events.ts';
import type { RemoteUserId } from '../../src/bridge/ids.ts';
import { pairsIn, unquoted } from '../../src/networks/msn/commands/quotes.ts';
import { NamesInMemory } from '../support/names-in-memory.ts';
import { ALICE, BOB, CAROL, eventually, makeClient, order, setStage } from './msn-stage.ts';
import type { OurLogin, Stage } from './msn-stage.ts';

const DAVE = 'dave@example.com';
const ERIN = 'erin@example.com';
const ACCOUNTS = [
  {
    address: ALICE,
    name: 'Alice',
    groups: ['Friends', 'Work', 'Back to school'],
    contacts: [{ address: BOB, groups: ['Friends'] }, CAROL, { address: DAVE, lists: ['BL'] as const }],
    properties: { PHH: '555 0001', MBE: 'Y' },
  },
  { address: BOB, name: 'Bob', contacts: [ALICE], properties: { PHM: '555 0100', MOB: 'Y' } },
  { address: CAROL, name: 'Carol' },
  { address: DAVE, name: 'Dave' },
  { address: ERIN, name: 'Erin', contacts: [ALICE] },
];

class Scene {
  readonly stage: Stage;
  readonly ours: OurLogin;

  private constructor(stage: Stage, ours: OurLogin) {
    this.stage = stage;
    this.ours = ours;
  }

  static async open(dialect: 'MSNP8' | 'MSNP12', names = new NamesInMemory()): Promise<Scene> {
    const stage = await setStage({ accounts: ACCOUNTS, profile: { dialects: [dialect] } });
    const ours = makeClient(stage, {}, { names });
    ours.client.connect(1, {});
    await eventually(() => ours.sink.kinds.includes('connected'));
    return new Scene(stage, ours);
  }

  /** The reply, or the sentence that says why not. */
  async says(words: string): Promise<string> {
    try {
      return plainText(await this.run(words));
    } catch (error) {
      return (error as Error).message;
    }
  }

  async run(words: string): Promise<Content> {
    return order(this.stage, this.ours, words);
  }

  /** The names of the groups that the server has somebody in. */
  groupsOf(address: string): string[] {
    const account = this.stage.server.world.account(ALICE);
    const ids = [...(account?.contact(address)?.groups ?? [])];
    return ids.map((id) => account?.groups.get(id)?.name ?? '').toSorted();
  }

  get groups(): string[] {
    return [...(this.stage.server.world.account(ALICE)?.groups.values() ?? [])].map(({ name }) => name);
  }
}

describe.each(['MSNP8', 'MSNP12'] as const)('with %s', (dialect) => {
  test('somebody is moved into one group, put into a second, taken out of one, and of all', async () => {
    const scene = await Scene.open(dialect);
    expect(await scene.says(`group move ${BOB} Work`)).toBe(`${BOB} is in “Work”.`);
    expect(scene.groupsOf(BOB)).toEqual(['Work']);
    expect(await scene.says(`group put ${BOB} friends`)).toBe(`${BOB} is in “Friends”.`);
    expect(scene.groupsOf(BOB)).toEqual(['Friends', 'Work']);
    expect(await scene.says(`group take ${BOB} Work`)).toBe(`${BOB} is not in “Work” any more.`);
    expect(await scene.says(`group take ${BOB} Work`)).toBe(`${BOB} is not in “Work”.`);
    expect(scene.groupsOf(BOB)).toEqual(['Friends']);
    await scene.says(`group put ${BOB} Work`);
    for (let again = 0; again < 2; again++) {
      expect(await scene.says(`group move ${BOB}`)).toBe(`${BOB} is in no group.`);
      expect(scene.groupsOf(BOB)).toEqual([]);
    }
    expect(scene.stage.server.world.account(ALICE)?.has('FL', BOB)).toBe(true);
    expect(await scene.says(`group move ${BOB} Friends`)).toBe(`${BOB} is in “Friends”.`);
    expect(scene.groupsOf(BOB)).toEqual(['Friends']);
    expect(scene.stage.server.violations).toEqual([]);
  });

  test('names with “to” in them are understood, and in quotes always', async () => {
    const scene = await Scene.open(dialect);
    expect(await scene.says('group rename Back to school to School')).toContain('is now called “School”');
    expect(await scene.says('group rename “School” to “Way to work to home”')).toContain('“Way to work to home”');
    expect(await scene.says('group add "Way"')).toContain('a group “Way”');
    expect(await scene.says('group rename Way to work to home to Commute')).toMatch(/^Which group .* in quotes/);
    expect(await scene.says('group rename "way to  WORK to home" to Commute')).toContain('now called “Commute”');
    expect(await scene.says('group delete "Way"')).toContain('“Way” is gone');
    expect(await scene.says(`group rename ${'a to '.repeat(200)}b`)).toBe('No group may have so long a name.');
    expect(await scene.says('group rename Nothing to Something')).toBe(
      'You have no group “Nothing”. “groups” shows those you have.',
    );
    for (const words of ['group rename', 'group rename Work', 'group rename "Work"', 'group add', 'group fly'])
      expect(await scene.says(words)).toMatch(/^Say “group add/);
    expect(scene.groups).toEqual(['Friends', 'Work', 'Commute']);
  });

  test('everybody on any list is in the table, with what is known of them', async () => {
    const names = new NamesInMemory();
    await names.give(`double/${CAROL}` as RemoteUserId, 'Aunt Caroline');
    const scene = await Scene.open(dialect, names);
    await eventually(() => scene.ours.sink.events.some(({ type }) => type === 'contact-request'));
    const { runs } = await scene.run('contacts');
    const table = runs.find((run) => run.table)?.table ?? [];
    expect(table).toEqual([
      ['Name', 'Address', 'Status', 'Groups', 'Notes'],
      ['Aunt Caroline', CAROL, 'Offline', '', 'does not have you'],
      ['Bob', BOB, 'Offline', 'Friends', 'takes messages on the mobile, mobile 555 0100'],
      ['Dave', DAVE, '', '', 'not on your list, blocked'],
      [ERIN, ERIN, '', '', 'not on your list, waits for your answer'],
    ]);
    expect(runs.at(-1)?.text).toBe('2 people on your list, and 2 beside it.');
  });

  test('telephone numbers, and whether messages may go there, are shown and set', async () => {
    const scene = await Scene.open(dialect);
    expect(await scene.says('phone')).toBe(
      'home: 555 0001\nwork: none\nmobile: none\nmessages: contacts may not send any\ndevice: you have a mobile that takes messages',
    );
    await scene.says('phone mobile 555 0100');
    await scene.says('phone device off');
    expect(await scene.says('phone messages ON')).toMatch(
      /mobile: 555 0100\nmessages: contacts may send .*\ndevice: you have none/,
    );
    const kept = scene.stage.server.world.account(ALICE)?.properties;
    expect(Object.fromEntries(kept ?? [])).toEqual({ PHH: '555 0001', PHM: '555 0100', MOB: 'Y', MBE: 'N' });
    expect(await scene.says('phone home')).toContain('home: none');
    for (const words of ['phone messages', 'phone device perhaps', 'phone car 1'])
      expect(await scene.says(words)).toMatch(/^Say for example “phone mobile/);
  });
});

test.each([
  ['a to b', [['a', 'b']]],
  ['a to b to c', [['a', 'b to c'], ['a to b', 'c']]], // prettier-ignore
  ['"a to b" to c', [['a to b', 'c']]],
  ['„a to b“ to “c to d”', [['a to b', 'c to d']]],
  ['"a" b to c', []],
  ['nothing', []],
])('%j is read as %j', (text, pairs) => {
  expect(pairsIn(text)).toEqual(pairs);
});

test.each([
  [' Friends ', 'Friends'],
  ['"Old friends"', 'Old friends'],
  ['“Old” friends', '“Old” friends'],
  ['«Amis»', 'Amis'],
  ['""', ''],
  ['"unclosed', '"unclosed'],
])('%j is the name %j', (typed, name) => {
  expect(unquoted(typed)).toBe(name);
});
