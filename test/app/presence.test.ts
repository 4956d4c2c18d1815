// Presence both ways: contacts are seen in Matrix, and the user is seen on the network.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MsnPerson } from '../support/msn-person.ts';
import type { LogEntry } from '../support/msn-server/journal.ts';
import { House, type Visitor } from './house.ts';

let house: House;
let alice: Visitor;
let bob: MsnPerson;
let ghost: string;

beforeAll(async () => {
  house = await House.build();
  alice = await house.signedIn('alice');
  bob = await house.onMsn('bob');
  ghost = house.ghost('msn', 'test', 'bob@example.com');
  await bob.say('alice@example.com', 'hello');
  await alice.person.waitForText(await alice.enters(), 'hello');
});
afterAll(async () => house.pullDown());

async function sees(presence: string, message: string): Promise<void> {
  await house.homeserver.waitFor(() => {
    const shown = house.homeserver.presence(ghost);
    return shown?.state === presence && (shown.statusMessage ?? '') === message;
  }, `bob to be ${presence} “${message}”`);
}

test('a contact is shown as they are, with what Matrix has no word for as text', async () => {
  await sees('online', '');
  await bob.setStatus('PHN');
  await sees('unavailable', 'On the phone');
  await bob.setStatus('AWY');
  await bob.setPersonalMessage('back at five');
  await sees('unavailable', 'Away – back at five');
});

test('somebody who never wrote has no account in Matrix, and none is made to show their presence', async () => {
  await house.onMsn('carol');
  await bob.setStatus('NLN');
  await sees('online', 'back at five');
  expect(house.homeserver.isRegistered(house.ghost('msn', 'test', 'carol@example.com'))).toBe(false);
});

test('the user chooses how contacts see them', async () => {
  await alice.asks('presence on the phone', /seen as: On the phone/);
  await bob.waitForPresence('alice@example.com', 'PHN');
  await alice.asks('presence asleep', /no such status/);
  await alice.asks('presence appear offline', /Appear offline/);
  await bob.waitForPresence('alice@example.com', 'FLN');
  await alice.asks('presence auto', /Matrix presence counts/);
  await bob.waitForPresence('alice@example.com', 'NLN');
});

test('the choice outlives a restart', async () => {
  await alice.asks('presence busy', /Busy/);
  await house.close();
  await house.open();
  await bob.waitForPresence('alice@example.com', 'BSY', { timeoutMs: 20_000 });
  expect(await alice.asks('presence', /seen as/)).toContain('Busy');
});

/** What alice's connection asks to change of how she is seen. */
const wishes = (after: number): string[] =>
  house.msn.received
    .filter(({ seq, user, verb }) => seq > after && user === 'alice@example.com' && /^(CHG|UUX|PRP)$/.test(verb))
    .map(({ verb, args, payload }) => (verb === 'CHG' ? `CHG ${args[1]}` : verb === 'UUX' ? payload.toString() : verb));

test('the user’s presence in Matrix is how contacts see them, as long as nothing else is chosen', async () => {
  await alice.asks('presence auto', /Matrix presence counts/);
  await alice.person.setPresence('unavailable');
  await bob.waitForPresence('alice@example.com', 'AWY');
  await alice.person.setPresence('org.matrix.msc3026.busy');
  await bob.waitForPresence('alice@example.com', 'BSY');
  await alice.person.setPresence('online');
  await bob.waitForPresence('alice@example.com', 'NLN');
  await alice.person.setPresence('offline');
  await bob.waitForPresence('alice@example.com', 'AWY');
  await alice.asks('presence on the phone', /On the phone/);
  await alice.person.setPresence('online');
  await house.homeserver.waitUntilPushed();
  await alice.asks('presence auto', /Matrix presence counts/);
  await bob.waitForPresence('alice@example.com', 'NLN');
});

test('the status message in Matrix is the personal message, unless one is chosen', async () => {
  await alice.person.setPresence('online', 'in the <garden>');
  await bob.waitForPersonalMessage('alice@example.com', 'in the <garden>');
  await alice.asks('message writing letters', /Your contacts read: writing letters/);
  await bob.waitForPersonalMessage('alice@example.com', 'writing letters');
  await alice.asks(`message ${'x'.repeat(130)}`, /at most 129 characters on MSN; this one has 130/);
  await alice.asks('message auto', /status message of your Matrix account counts/);
  await bob.waitForPersonalMessage('alice@example.com', 'in the <garden>');
  await alice.person.setPresence('online', '');
  await bob.waitForPersonalMessage('alice@example.com', '');
});

test('songs are seen on both sides', async () => {
  await alice.asks('playing The Beatles – Help!', /Your contacts see: ♫ The Beatles – Help!/);
  const song = String.raw`\0Music\01\0{1} – {0}\0Help!\0The Beatles\0`;
  await bob.waitForPresence('alice@example.com', ({ personalMessage = '' }) => personalMessage.includes(song));
  await bob.setPersonalMessage('', String.raw`\0Music\01\0{0} - {1}\0Yesterday\0The Beatles\0`);
  await sees('online', '♫ Yesterday - The Beatles');
  expect(await alice.asks('list', /Contacts of/)).toContain('Online: ♫ Yesterday - The Beatles');
  await bob.setPersonalMessage('');
  await sees('online', '');
});

test('what was chosen is told again after a restart, once contacts can see it, and they see one change', async () => {
  await alice.asks('message back soon', /Your contacts read: back soon/);
  await alice.asks('presence be right back', /Be right back/);
  await house.close();
  await bob.waitForPresence('alice@example.com', 'FLN');
  const mark = house.msn.mark;
  await house.open();
  const isTold = ({ direction, user, verb }: LogEntry): boolean =>
    direction === 'out' && user === 'bob@example.com' && verb === 'UBX';
  await house.msn.waitFor(isTold, { after: mark });
  const [hidden, shown, document] = wishes(mark);
  expect([hidden, shown]).toEqual(['CHG HDN', 'CHG BRB']);
  expect(document).toContain('<PSM>back soon</PSM><CurrentMedia>\\0Music');
  const seen = house.msn.log.filter(
    ({ seq, direction, user, verb }) =>
      seq > mark && direction === 'out' && user === 'bob@example.com' && /^(NLN|FLN|UBX)$/.test(verb),
  );
  expect(seen.map(({ verb }) => verb)).toEqual(['NLN', 'UBX']);
  await alice.asks('playing', /listen to nothing/);
});

test('after a restart the homeserver is asked how the user is there', async () => {
  await alice.person.setPresence('unavailable');
  await alice.asks('presence auto', /Matrix presence counts/);
  await house.close();
  await bob.waitForPresence('alice@example.com', 'FLN');
  await house.open();
  await bob.waitForPresence('alice@example.com', 'AWY');
});

test('the name in Matrix becomes the nick of those who want that', async () => {
  await alice.person.setDisplayName('Alice the Gardener');
  await house.homeserver.waitUntilPushed();
  expect(bob.presenceOf('alice@example.com').name).toBe('Alice');
  await alice.asks('nick auto', /your name in Matrix counts: Alice the Gardener/);
  const named = async (name: string): Promise<void> =>
    void (await bob.waitForPresence('alice@example.com', (seen) => seen.name === name));
  await named('Alice the Gardener');
  await alice.person.setDisplayName('Alice the Sailor');
  await named('Alice the Sailor');
});

test('a new nick is seen', async () => {
  await alice.asks('nick Alice in Wonderland', /Alice in Wonderland/);
  await house.msn.waitFor(({ verb, line }) => verb === 'NLN' && line.includes('Alice%20in%20Wonderland'));
  expect(house.msn.violations).toEqual([]);
});

test('when the login goes, its contacts are not seen any more', async () => {
  await house.msn.goDown();
  await sees('offline', '');
  await house.msn.comeBack();
});
