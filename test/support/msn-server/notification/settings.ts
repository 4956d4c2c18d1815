// Names, phone numbers and privacy: REA, PRP, SBP, BLP, GTC. Knows each dialect's replies and who hears of a change; not the lists.
import { decodeName, encodeName } from '../wire.ts';
import type { Command } from '../wire.ts';
import { announce, audience } from './presence.ts';
import type { Session, SignedInHandler } from './session.ts';

/** Percent-encoded. */
const MAX_NAME = 387;

export const settingsHandlers: readonly (readonly [string, SignedInHandler])[] = [
  ['REA', handleRename],
  ['PRP', handleProperty],
  ['SBP', handleContactProperty],
  ['BLP', handlePrivacy],
  ['GTC', handlePrompt],
];

function serial(session: Session): number[] {
  const version = session.account.bump();
  return session.dialect.edits === 'ADD' ? [version] : [];
}

function handleRename(session: Session, command: Command): void {
  if (session.dialect.edits !== 'ADD') return session.refuse(502, command);
  const [trid = '', address = '', text] = command.args;
  if (text === undefined) return session.ignore('REA: no name', command);
  const name = decodeName(text);
  if (isTooLong(session, name)) return session.refuse(209, command);
  session.send('REA', trid, ...serial(session), address, encodeName(name));
  // A name given to a contact is acknowledged and not kept, as observed.
  if (address.toLowerCase() === session.account.address.toLowerCase()) rename(session, name);
  return undefined;
}

/** No limit was observed. */
function isTooLong(session: Session, name: string): boolean {
  return session.surroundings.documented && encodeURIComponent(name).length > MAX_NAME;
}

function rename(session: Session, name: string): void {
  session.account.name = name;
  announce(session, new Set());
}

function handleProperty(session: Session, command: Command): void {
  const [trid = '', key = '', text] = command.args;
  if (!session.dialect.phones) return session.expel('PRP: not in this dialect', command);
  if (key === 'MFN') {
    if (session.dialect.edits === 'ADD') return session.refuse(715, command);
    if (text === undefined) return session.ignore('PRP MFN: no name', command);
    const name = decodeName(text);
    if (isTooLong(session, name)) return session.refuse(209, command);
    session.send('PRP', trid, 'MFN', encodeName(name));
    return rename(session, name);
  }
  const value = text === undefined ? undefined : decodeName(text);
  const words = value === undefined ? [key] : [key, encodeName(value)];
  if (value === undefined) session.account.properties.delete(key);
  else session.account.properties.set(key, value);
  session.send('PRP', trid, ...serial(session), ...words);
  if (value === undefined) return undefined;
  for (const watcher of session.world.sessions) {
    if (watcher === session || !watcher.dialect.phones || !watcher.account.has('FL', session.account.address)) continue;
    watcher.send('BPR', ...serial(watcher), session.account.address, ...words);
  }
  return undefined;
}

function handleContactProperty(session: Session, command: Command): void {
  if (session.dialect.edits !== 'ADC') return session.expel('SBP: not in this dialect', command);
  return session.send('SBP', ...command.args);
}

function handlePrivacy(session: Session, command: Command): void {
  const [trid = '', value] = command.args;
  if (value !== 'AL' && value !== 'BL') return session.expel('BLP: neither AL nor BL', command);
  if (session.account.privacy === value) return session.refuse(218, command);
  const before = audience(session);
  const isChange = value !== (session.account.privacy ?? 'AL');
  session.account.privacy = value;
  session.send('BLP', trid, ...serial(session), value);
  if (isChange) announce(session, before);
  return undefined;
}

function handlePrompt(session: Session, command: Command): void {
  const [trid = '', value] = command.args;
  if (value !== 'A' && value !== 'N') return session.expel('GTC: neither A nor N', command);
  if (session.account.prompt === value) return session.refuse(218, command);
  session.account.prompt = value;
  return session.send('GTC', trid, ...serial(session), value);
}
