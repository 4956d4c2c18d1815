// The contact list as SYN gives it, and GCF. Knows each dialect's lines; not how lists are edited.
import { LIST_BITS, type Account, type Contact, type Group } from '../account.ts';
import type { Dialect } from '../dialects.ts';
import { encodeName } from '../wire.ts';
import type { Command } from '../wire.ts';
import type { World } from '../world.ts';
import type { Session, SignedInHandler } from './session.ts';

/** The order in which they are given, whenever they were set. */
const PROPERTIES = ['PHH', 'PHW', 'PHM', 'MOB', 'MBE'];

const SHIELDS = Buffer.from(
  [
    '<?xml version="1.0" encoding="utf-8" ?>',
    '<config>',
    '\t<shield><cli maj="7" min="0" minbld="0" maxbld="9999" deny=" " /></shield>',
    '\t<block></block>',
    '</config>',
  ].join('\n'),
);

export const rosterHandlers: readonly (readonly [string, SignedInHandler])[] = [
  ['SYN', handleSynchronise],
  ['GCF', handleConfiguration],
];

/** The bits of LST. Until it is answered, who added us is on PL alone where there is one, and on RL alone where there is none. */
export function listBits(contact: Contact, dialect: Dialect): number {
  const hidden = dialect.pendingList && contact.lists.has('PL') ? 'RL' : dialect.pendingList ? undefined : 'PL';
  let bits = 0;
  for (const list of contact.lists) if (list !== hidden) bits += LIST_BITS[list];
  return bits;
}

/** The account's list version as MSNP10 and later write it. */
export function stampOf(version: number): string {
  const time = new Date(Date.UTC(2000, 0, 1) + version * 1_000).toISOString();
  return `${time.slice(0, -1)}0000-00:00`;
}

function handleSynchronise(session: Session, command: Command): void {
  const { account, dialect } = session;
  const [trid = '', ...known] = command.args;
  const stamp = stampOf(account.version);
  const current = dialect.roster === 'stamps' ? [stamp, stamp] : [String(account.version)];
  if (known.length !== current.length) return session.ignore('SYN: not this dialect’s arguments', command);
  session.synchronised = true;
  if (current.every((text, index) => text === known[index])) return session.send('SYN', trid, ...current);
  return dialect.roster === 'lists' ? sendLists(session, trid) : sendRoster(session, trid, current);
}

/** One line a contact, all its lists in one number; the totals come first. */
function sendRoster(session: Session, trid: string, stamps: readonly string[]): void {
  const { account, dialect, world } = session;
  const contacts = [...account.contacts].filter((contact) => listBits(contact, dialect) > 0);
  const groups = groupLines(account, dialect);
  session.send('SYN', trid, ...stamps, contacts.length, groups.length);
  session.send('GTC', account.prompt ?? 'A');
  session.send('BLP', account.privacy ?? 'AL');
  if (!dialect.nameAtSignIn) session.send('PRP', 'MFN', encodeName(account.name));
  for (const [key, value] of inOrder(account)) session.send('PRP', key, encodeName(value));
  for (const line of groups) session.send(line);
  for (const contact of contacts) {
    session.send(contactLine(contact, account, dialect, world));
    for (const [key, value] of propertiesOf(contact, world)) session.send('BPR', key, encodeName(value));
  }
}

/** One line a contact and list, each with the request's number, the list version, its place and how many there are. */
function sendLists(session: Session, trid: string): void {
  const { account, dialect, world } = session;
  const head = [trid, account.version];
  session.send('SYN', ...head);
  session.send('GTC', ...head, account.prompt ?? 'A');
  session.send('BLP', ...head, account.privacy ?? 'AL');
  if (dialect.phones) {
    for (const [key, value] of inOrder(account)) session.send('PRP', ...head, key, encodeName(value));
  }
  if (dialect.groups) {
    const groups = numberedGroups(account);
    for (const [index, { id, name }] of groups.entries()) {
      session.send('LSG', ...head, index + 1, groups.length, id, encodeName(name), 0);
    }
  }
  for (const list of ['FL', 'AL', 'BL', 'RL'] as const) {
    const contacts = [...account.contacts].filter(({ lists }) => lists.has(list));
    if (contacts.length === 0) session.send('LST', trid, list, account.version, 0, 0);
    for (const [index, contact] of contacts.entries()) {
      const words = [contact.address, encodeName(world.nameOf(contact))];
      if (list === 'FL' && dialect.groups) words.push(groupNumbers(contact));
      session.send('LST', trid, list, account.version, index + 1, contacts.length, ...words);
      if (list !== 'FL' || !dialect.phones) continue;
      for (const [key, value] of propertiesOf(contact, world)) {
        session.send('BPR', account.version, contact.address, key, encodeName(value));
      }
    }
  }
}

/** Group 0 is there for everybody who is in no other. */
function numberedGroups(account: Account): Pick<Group, 'id' | 'name'>[] {
  return [{ id: 0, name: 'Other Contacts' }, ...account.groups.values()];
}

function groupNumbers(contact: Contact): string {
  return contact.groups.size === 0 ? '0' : [...contact.groups].join(',');
}

function groupLines(account: Account, dialect: Dialect): string[] {
  if (dialect.edits === 'ADD') {
    return numberedGroups(account).map(({ id, name }) => `LSG ${id} ${encodeName(name)} 0`);
  }
  return [...account.groups.values()].map(({ name, guid }) => `LSG ${encodeName(name)} ${guid}`);
}

function contactLine(contact: Contact, account: Account, dialect: Dialect, world: World): string {
  const name = encodeName(world.nameOf(contact));
  const bits = listBits(contact, dialect);
  if (dialect.edits === 'ADD') return `LST ${contact.address} ${name} ${bits} ${groupNumbers(contact)}`;
  const words = ['LST', `N=${contact.address}`, `F=${name}`];
  if (contact.lists.has('FL')) words.push(`C=${contact.guid}`);
  words.push(String(bits));
  if (dialect.networkInRoster) words.push('1');
  // Without a group the last field is empty, and so the line ends in a blank.
  words.push([...contact.groups].map((id) => account.groups.get(id)?.guid).join(','));
  return words.join(' ');
}

/** Phones of a contact; none unless one is set. */
function propertiesOf(contact: Contact, world: World): (readonly [string, string])[] {
  const account = contact.lists.has('FL') ? world.account(contact.address) : undefined;
  return account ? inOrder(account) : [];
}

function inOrder(account: Account): (readonly [string, string])[] {
  const rank = (key: string) => (PROPERTIES.includes(key) ? PROPERTIES.indexOf(key) : PROPERTIES.length);
  return [...account.properties].sort(([one], [other]) => rank(one) - rank(other));
}

function handleConfiguration(session: Session, command: Command): void {
  if (!session.dialect.personalMessage) return session.expel('GCF: not in this dialect', command);
  if (!session.synchronised) return session.refuse(715, command);
  return session.sendPayload(SHIELDS, 'GCF', command.args[0] ?? '', 'Shields.xml');
}
