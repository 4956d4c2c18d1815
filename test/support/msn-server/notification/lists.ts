// Editing the lists: ADD and REM with serial numbers, ADC and REM with GUIDs. Knows what each side is told; not how groups are kept.
import type { Account, Contact, ListName } from '../account.ts';
import { encodeName } from '../wire.ts';
import type { Command } from '../wire.ts';
import { announceTo, audience, hideFromLost, sendInitialPresence } from './presence.ts';
import { noticeOfChange } from './notice.ts';
import type { Session, SignedInHandler } from './session.ts';

const EDITABLE = new Set<string>(['FL', 'AL', 'BL']);

export const listHandlers: readonly (readonly [string, SignedInHandler])[] = [
  ['ADD', handleAdd],
  ['ADC', handleAddContact],
  ['REM', handleRemove],
];

/** A serial number stands in replies only where lists have one. */
function serial(session: Session): number[] {
  const version = session.account.bump();
  return session.dialect.edits === 'ADD' ? [version] : [];
}

function handleAdd(session: Session, command: Command): void {
  if (session.dialect.edits !== 'ADD') return session.expel('ADD: not in this dialect', command);
  const [trid = '', list = '', address, name, group] = command.args;
  if (!EDITABLE.has(list)) return session.expel('ADD: a list that is not the client’s', command);
  if (address === undefined || name === undefined) return session.ignore('ADD: too few arguments', command);
  if (group !== undefined && !session.dialect.groups) return session.ignore('ADD: groups are not yet', command);
  const other = findAccount(session, address, command);
  if (!other) return undefined;
  const chosen = group === undefined || group === '0' ? undefined : session.account.group(group);
  if (group !== undefined && group !== '0' && !chosen) return session.refuse(224, command);
  return edit(session, command, other, list as ListName, chosen?.id, () => {
    session.send('ADD', trid, list, ...serial(session), address, name, ...(group === undefined ? [] : [group]));
  });
}

function handleAddContact(session: Session, command: Command): void {
  if (session.dialect.edits !== 'ADC') return session.expel('ADC: not in this dialect', command);
  const [trid = '', list = '', who = '', group] = command.args;
  if (list === 'RL') return acceptPending(session, command, who);
  if (!EDITABLE.has(list)) return session.expel('ADC: a list that is not the client’s', command);
  if (who.startsWith('C=')) return addToGroup(session, command, who.slice(2), group ?? '');
  if (!who.startsWith('N=')) return session.ignore('ADC: no address', command);
  const other = findAccount(session, who.slice(2), command);
  if (!other) return undefined;
  return edit(session, command, other, list as ListName, undefined, () => {
    serial(session);
    const added = list === 'FL' ? [`F=${encodeName(other.name)}`, `C=${other.guid}`] : [];
    session.send('ADC', trid, list, `N=${who.slice(2)}`, ...added);
  });
}

/** Puts somebody on a list: the other side first, then the reply, then what the reply brings with it. */
function edit(
  session: Session,
  command: Command,
  other: Account,
  list: ListName,
  group: number | undefined,
  reply: () => void,
): void {
  const { account } = session;
  const wasKnown = account.contact(other.address) !== undefined;
  const contact = account.contactOrNew(other.address);
  const refused = refusalOf(session, contact, list, group);
  if (refused) return session.refuse(refused, command);
  const before = audience(session);
  const isNew = !contact.lists.has(list);
  contact.lists.add(list);
  contact.known = true;
  // Whoever has no pending list answers by allowing or blocking; the others take the entry off themselves.
  if (list !== 'FL' && !session.dialect.pendingList) contact.lists.delete('PL');
  if (group !== undefined) contact.groups.add(group);
  if (list === 'FL' && isNew) {
    tellAdded(session, other);
  }
  if (list !== 'FL') announceTo(other.address, session, before);
  reply();
  if (list === 'FL' && isNew && wasKnown) bringContact(session, command, other);
  return undefined;
}

function refusalOf(session: Session, contact: Contact, list: ListName, group: number | undefined): number | undefined {
  const { account, surroundings } = session;
  if (group !== undefined && contact.groups.has(group)) return 215;
  const onForward = [...account.contacts].filter(({ lists }) => lists.has('FL')).length;
  if (list === 'FL' && !contact.lists.has('FL') && onForward >= surroundings.maxContacts) return 210;
  if (!surroundings.documented) return undefined;
  if (group === undefined && contact.lists.has(list)) return 215;
  const opposite = ({ AL: 'BL', BL: 'AL' } as const)[list as 'AL' | 'BL'];
  return opposite && contact.lists.has(opposite) ? 219 : undefined;
}

/** Phones and presence of a new contact follow the reply, if some list had that person before. */
function bringContact(session: Session, command: Command, other: Account): void {
  if (session.dialect.phones) bringPhones(session, other);
  const owner = session.world.session(other.address);
  if (owner) sendInitialPresence(session, owner, command.args[0] ?? '0');
}

function bringPhones(session: Session, other: Account): void {
  const version = session.dialect.edits === 'ADD' ? [session.account.version] : [];
  for (const key of ['PHH', 'PHW', 'PHM']) {
    const value = other.properties.get(key);
    session.send('BPR', ...version, other.address, key, ...(value === undefined ? [] : [encodeName(value)]));
  }
  session.send('BPR', ...version, other.address, 'MOB', other.properties.get('MOB') ?? 'N');
}

function addToGroup(session: Session, command: Command, guid: string, groupKey: string): void {
  const contact = session.account.contactByGuid(guid);
  const group = session.account.group(groupKey);
  if (!contact) return session.refuse(208, command);
  if (!group) return session.refuse(224, command);
  if (contact.groups.has(group.id)) return session.refuse(215, command);
  contact.groups.add(group.id);
  serial(session);
  return session.send('ADC', ...command.args);
}

/** The client says that it knows who added it: only before the pending entry is taken away. */
function acceptPending(session: Session, command: Command, who: string): void {
  const contact = session.account.contact(who.replace(/^N=/u, ''));
  if (!session.dialect.acceptsByReverse || !contact?.lists.has('PL')) {
    return session.expel('ADC RL: nobody is pending', command);
  }
  contact.lists.add('RL');
  serial(session);
  return session.send('ADC', ...command.args);
}

function handleRemove(session: Session, command: Command): void {
  const [trid = '', list = '', who = '', group] = command.args;
  const { account, dialect, world } = session;
  const mayRemove = EDITABLE.has(list) || (dialect.pendingList && list === 'PL');
  if (!mayRemove) return session.expel('REM: a list that is not the client’s', command);
  const byGuid = dialect.edits === 'ADC' && list === 'FL';
  if (byGuid && who.includes('@')) return session.refuse(403, command);
  if (!byGuid && !world.account(who)) return session.refuse(dialect.edits === 'ADC' ? 208 : 205, command);
  const contact = byGuid ? account.contactByGuid(who) : account.contact(who);
  if (!contact?.lists.has(list as ListName)) return session.refuse(byGuid && !account.hasMet(who) ? 208 : 216, command);
  if (group !== undefined) return removeFromGroup(session, command, contact, group);
  const before = audience(session);
  contact.lists.delete(list as ListName);
  if (list === 'FL') {
    contact.groups.clear();
    if (!tellRemoved(session, contact) && session.surroundings.lossyReverseList) {
      return session.refuse(byGuid ? 208 : 216, command);
    }
  }
  if (list === 'BL') announceTo(contact.address, session, before);
  if (list === 'AL') hideFromLost(session, before);
  return session.send('REM', trid, list, ...serial(session), who);
}

function removeFromGroup(session: Session, command: Command, contact: Contact, groupKey: string): void {
  const [trid = '', list = '', who = ''] = command.args;
  // Group 0 is no group: to be taken out of it changes nothing, as observed.
  if (session.dialect.edits === 'ADD' && groupKey === '0') {
    return session.send('REM', trid, list, ...serial(session), who, groupKey);
  }
  const group = session.account.group(groupKey);
  if (!group) return session.refuse(224, command);
  if (session.surroundings.lossyReverseList && !tellRemoved(session, contact)) {
    return session.refuse(session.dialect.edits === 'ADC' ? 208 : 216, command);
  }
  if (!contact.groups.delete(group.id)) return session.refuse(225, command);
  return session.send('REM', trid, list, ...serial(session), who, groupKey);
}

function findAccount(session: Session, address: string, command: Command): Account | undefined {
  const account = session.world.account(address);
  if (!address.includes('@')) session.refuse(201, command);
  else if (!account) session.refuse(session.dialect.edits === 'ADC' ? 208 : 205, command);
  return account;
}

function tellAdded(session: Session, other: Account): void {
  const { account, world } = session;
  const mirror = other.contactOrNew(account.address);
  if (!mirror.lists.has('AL') && !mirror.lists.has('BL') && !mirror.lists.has('RL')) mirror.lists.add('PL');
  mirror.lists.add('RL');
  const target = world.session(other.address);
  const version = other.bump();
  if (!target) {
    const twin = session.surroundings.lossyReverseList && world.addedJustBefore(other, account.address);
    if (twin) for (const list of ['RL', 'PL'] as const) other.contact(twin)?.lists.delete(list);
    return;
  }
  const name = encodeName(account.name);
  if (target.dialect.edits === 'ADD') target.send('ADD', 0, 'RL', version, account.address, name);
  else target.send('ADC', 0, 'RL', `N=${account.address}`, `F=${name}`);
  if (target.dialect.noticesOfChange) target.sendPayload(noticeOfChange(other), 'NOT');
}

/** False if the other side had nothing to lose. */
function tellRemoved(session: Session, contact: Contact): boolean {
  const other = session.world.account(contact.address);
  const mirror = other?.contact(session.account.address);
  if (!other || !mirror?.lists.has('RL')) return false;
  mirror.lists.delete('RL');
  mirror.lists.delete('PL');
  const target = session.world.session(other.address);
  const version = other.bump();
  if (!target) return true;
  const words = target.dialect.edits === 'ADD' ? [version] : [];
  target.send('REM', 0, 'RL', ...words, session.account.address);
  if (target.dialect.noticesOfChange) target.sendPayload(noticeOfChange(other), 'NOT');
  return true;
}
