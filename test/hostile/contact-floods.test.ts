// A server that floods us with news of contacts. What it can make us tell, keep and do has an end.

import { expect, test } from 'vitest';

import type { RemoteEvent } from '../../src/bridge/events.ts';
import type { ServerKey } from '../../src/bridge/ids.ts';
import { EMPTY_LIST, LISTS } from '../../src/msnp/contacts.ts';
import type { RosterContact } from '../../src/msnp/contacts.ts';
import { Roster } from '../../src/networks/msn/roster.ts';
import { ALICE, eventually, setStage, signInOurs } from '../networks/msn-stage.ts';
import { FakeClock } from '../support/fake-clock.ts';

const person = (index: number): string => `p${index}@example.com`;

function known(index: number): RosterContact {
  return { address: person(index), nick: 'n', lists: LISTS.forward | LISTS.allow, groups: [], properties: {} };
}

function rosterOf(size: number): { roster: Roster; clock: FakeClock; told: RemoteEvent[]; toldContacts: () => number } {
  const told: RemoteEvent[] = [];
  const clock = new FakeClock();
  const roster = new Roster({
    server: 'double' as ServerKey,
    known: EMPTY_LIST,
    clock,
    emit: (event) => told.push(event),
    say: () => undefined,
    onRequest: () => undefined,
  });
  const contacts = Array.from({ length: size }, (_, index) => known(index));
  roster.onRoster({ type: 'roster', unchanged: false, serial: '1', contacts, groups: [], privacy: {}, properties: {} });
  told.length = 0;
  const count = (event: RemoteEvent): number => (event.type === 'roster' ? event.contacts.length : 1);
  return { roster, clock, told, toldContacts: () => told.reduce((sum, event) => sum + count(event), 0) };
}

test('contacts added by the thousand cost each its own word, not the whole list', () => {
  const { roster, toldContacts } = rosterOf(1_000);
  for (let index = 0; index < 2_000; index++) {
    roster.onListChange({
      type: 'list-changed',
      list: 'forward',
      change: 'added',
      address: `new${index}@example.com`,
      nick: 'x',
    });
  }
  expect(toldContacts()).toBe(2_000);
});

test('contacts removed by the thousand are told as whole lists, once a second at most', () => {
  const { roster, clock, told, toldContacts } = rosterOf(3_000);
  for (let index = 0; index < 2_000; index++) {
    roster.onListChange({ type: 'list-changed', list: 'forward', change: 'removed', address: person(index) });
  }
  expect(told).toHaveLength(1);
  clock.advance(1_000);
  expect(told).toHaveLength(2);
  expect(toldContacts()).toBe(2_999 + 1_000);
  clock.advance(60_000);
  expect(told).toHaveLength(2);
});

test('a session that has ended tells nothing more', () => {
  const { roster, clock, told } = rosterOf(10);
  roster.onListChange({ type: 'list-changed', list: 'forward', change: 'removed', address: person(1) });
  roster.onListChange({ type: 'list-changed', list: 'forward', change: 'removed', address: person(2) });
  roster.rest();
  clock.advance(60_000);
  expect(told).toHaveLength(1);
  expect(clock.pending).toBe(0);
});

test('people beyond ten thousand are not kept, and those on no list any more make room', () => {
  const { roster, toldContacts } = rosterOf(9_999);
  const change = (address: string, what: 'added' | 'removed'): void =>
    roster.onListChange({ type: 'list-changed', list: 'forward', change: what, address, nick: 'x' });
  change('first@example.com', 'added');
  change('second@example.com', 'added');
  expect(toldContacts()).toBe(1);
  change('first@example.com', 'removed');
  change('second@example.com', 'added');
  expect(toldContacts()).toBe(1 + 9_999 + 1);
});

test('presence costs nothing more for a contact with much beside it', () => {
  const told: RemoteEvent[] = [];
  const roster = new Roster({
    server: 'double' as ServerKey,
    known: EMPTY_LIST,
    clock: new FakeClock(),
    emit: (event) => told.push(event),
    say: () => undefined,
    onRequest: () => undefined,
  });
  let read = 0;
  const properties = new Proxy({}, { ownKeys: () => (read++, []) });
  roster.onRoster({
    type: 'roster',
    unchanged: false,
    serial: '1',
    contacts: [{ ...known(1), properties }],
    groups: [],
    privacy: {},
    properties: {},
  });
  for (let index = 0; index < 100; index++) {
    roster.onStatus({ type: 'status-changed', address: person(1), status: index % 2 === 0 ? 'NLN' : 'AWY', nick: 'n' });
    roster.onStatus({ type: 'status-changed', address: person(1), status: index % 2 === 0 ? 'NLN' : 'AWY', nick: 'n' });
  }
  expect(told).toHaveLength(1 + 100);
  expect(read).toBe(0);
});

test('groups beyond a thousand are not kept, neither ours nor those of one contact', () => {
  const { roster } = rosterOf(1);
  for (let index = 0; index < 3_000; index++) {
    const group = String(index);
    roster.onChange({ type: 'group-added', group, name: 'x' });
    roster.onChange({ type: 'contact-grouped', change: 'added', address: person(0), group });
  }
  expect(roster.groups).toHaveLength(1_000);
  expect(roster.find(person(0))?.groups).toHaveLength(1_000);
});

test('a server that never stops announcing is heard ten times a minute', async () => {
  const stage = await setStage();
  const { client, sink } = await signInOurs(stage);
  const notices = (): string[] => sink.events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
  const announce = (): void =>
    stage.server.tell(
      ALICE,
      'MSG Hotmail Hotmail',
      'MIME-Version: 1.0\r\nContent-Type: application/x-msmsgssystemmessage\r\n\r\nType: 1\r\nArg1: 5\r\n',
    );
  for (let index = 0; index < 300; index++) announce();
  stage.server.tell(ALICE, 'ADC 0 FL N=last@example.com F=Last');
  await eventually(() => sink.presenceOf('last@example.com') !== undefined);
  expect(notices()).toHaveLength(10);
  stage.clock.advance(60_000);
  expect(notices().slice(10)).toEqual(['So many notices came at once that 290 of them are not shown.']);
  announce();
  await eventually(() => notices().length === 12);
  for (let index = 0; index < 20; index++) announce();
  stage.server.tell(ALICE, 'ADC 0 FL N=very-last@example.com F=Last');
  await eventually(() => sink.presenceOf('very-last@example.com') !== undefined);
  expect(notices()).toHaveLength(21);
  await client.disconnect();
  expect(notices().slice(21)).toEqual(['So many notices came at once that 11 of them are not shown.']);
});

test('of a flood of people who want to be let in a hundred are asked about', async () => {
  const stage = await setStage();
  const { sink } = await signInOurs(stage);
  for (let index = 0; index < 300; index++) stage.server.tell(ALICE, `ADC 0 RL N=s${index}@example.com F=Stranger`);
  stage.server.tell(ALICE, 'ADC 0 FL N=last@example.com F=Last');
  await eventually(() => sink.presenceOf('last@example.com') !== undefined);
  expect(sink.events.filter(({ type }) => type === 'contact-request')).toHaveLength(100);
});
