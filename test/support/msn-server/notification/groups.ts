// Contact groups: ADG, REG, RMG. Knows their limits and each dialect's replies; not who is in them.
import type { Account, Group } from '../account.ts';
import { decodeName, encodeName } from '../wire.ts';
import type { Command } from '../wire.ts';
import type { Session, SignedInHandler } from './session.ts';

const MAX_NAME = 61;
const MAX_GROUPS = 30;

export const groupHandlers: readonly (readonly [string, SignedInHandler])[] = [
  ['ADG', grouped(handleAdd)],
  ['REG', grouped(handleRename)],
  ['RMG', grouped(handleRemove)],
];

/** A handler for those dialects that have groups. */
function grouped(handle: SignedInHandler): SignedInHandler {
  return (session, command) => {
    if (session.dialect.groups) return handle(session, command);
    return session.ignore(`${command.verb}: not in this dialect`, command);
  };
}

/** The number before a group in replies: the list's, or a constant 1 where lists have none (as observed). */
function serial(session: Session): number {
  const version = session.account.bump();
  return session.dialect.edits === 'ADD' ? version : 1;
}

function refusalOf(session: Session, name: string): number | undefined {
  const { length } = session.surroundings.documented ? encodeURIComponent(name) : name;
  if (length > MAX_NAME) return 229;
  if ([...session.account.groups.values()].some((group) => group.name === name)) return 228;
  return undefined;
}

function refusalOfKey(session: Session, key: string): number {
  return session.surroundings.documented && session.dialect.edits === 'ADD' && key === '0' ? 230 : 224;
}

/** Who is in no other group goes with it, where groups have numbers. */
function dropLonely(account: Account, group: Group): void {
  for (const { groups, lists } of account.contacts) if (groups.size === 1 && groups.has(group.id)) lists.delete('FL');
}

function handleAdd(session: Session, command: Command): void {
  const [trid = '', text] = command.args;
  if (text === undefined) return session.ignore('ADG: no name', command);
  const name = decodeName(text);
  const refused = session.account.groups.size >= MAX_GROUPS ? 223 : refusalOf(session, name);
  if (refused) return session.refuse(refused, command);
  const version = serial(session);
  const { id, guid } = session.account.addGroup(name);
  if (session.dialect.edits === 'ADD') return session.send('ADG', trid, version, encodeName(name), id, 0);
  return session.send('ADG', trid, encodeName(name), guid, 0);
}

function handleRename(session: Session, command: Command): void {
  const [trid = '', key = '', text] = command.args;
  if (text === undefined) return session.ignore('REG: no name', command);
  const group = session.account.group(key);
  if (!group) return session.refuse(refusalOfKey(session, key), command);
  const name = decodeName(text);
  const refused = refusalOf(session, name);
  if (refused) return session.refuse(refused, command);
  group.name = name;
  const version = serial(session);
  if (session.dialect.edits === 'ADD') return session.send('REG', trid, version, group.id, encodeName(name), 0);
  return session.send('REG', trid, version, encodeName(name), group.guid, 0);
}

function handleRemove(session: Session, command: Command): void {
  const [trid = '', key = ''] = command.args;
  const group = session.account.group(key);
  if (!group) return session.refuse(refusalOfKey(session, key), command);
  if (session.surroundings.documented && session.dialect.edits === 'ADD') dropLonely(session.account, group);
  session.account.removeGroup(group);
  return session.send('RMG', trid, serial(session), key);
}
