// Presence: CHG and UUX, and who is told. Knows the privacy rules and each dialect's lines; not how lists are edited.
import { randomInt } from 'node:crypto';

import { encodeName } from '../wire.ts';
import type { Command } from '../wire.ts';
import { challenge } from './challenges.ts';
import { sendInitialMail } from './mail.ts';
import { sendShutDownWarning } from './notice.ts';
import { NO_PERSONAL_MESSAGE, type Session, type SignedInHandler } from './session.ts';

const STATUSES = ['NLN', 'BSY', 'IDL', 'BRB', 'AWY', 'PHN', 'LUN', 'HDN'];
/** What stands in for a picture nobody has set. */
const NO_PICTURE = '%3Cmsnobj%2F%3E';

/** Does `watcher` see `owner` online: on the watcher's FL, allowed by the owner, and not hiding? */
export function sees(watcher: Session, owner: Session): boolean {
  return (
    watcher !== owner &&
    watcher.presence !== undefined &&
    owner.isVisible &&
    watcher.account.has('FL', owner.account.address) &&
    owner.account.allows(watcher.account.address)
  );
}

export function audience(owner: Session): Set<Session> {
  return new Set([...owner.world.sessions].filter((watcher) => sees(watcher, owner)));
}

/** Everybody who sees `owner` now hears how it is; who saw it `before` and does not any more hears FLN. */
export function announce(owner: Session, before: ReadonlySet<Session>): void {
  hideFromLost(owner, before);
  for (const watcher of audience(owner)) watcher.send('NLN', ...presenceWords(watcher, owner));
}

/** FLN for who saw `owner` before and does not any more. */
export function hideFromLost(owner: Session, before: ReadonlySet<Session>): void {
  for (const watcher of before) if (!sees(watcher, owner)) watcher.send('FLN', owner.account.address);
}

/** The owner has changed its mind about one person: that one is told, even if nothing looks different. */
export function announceTo(address: string, owner: Session, before: ReadonlySet<Session>): void {
  const watcher = owner.world.session(address);
  if (!watcher) return;
  if (!sees(watcher, owner)) {
    if (before.has(watcher)) watcher.send('FLN', owner.account.address);
    return;
  }
  watcher.send('NLN', ...presenceWords(watcher, owner));
  sendPersonalMessage(watcher, owner);
}

/** ILN for one contact, under the number of the command that brought it. */
export function sendInitialPresence(watcher: Session, owner: Session, trid: string): void {
  if (!sees(watcher, owner)) return;
  watcher.send('ILN', trid, ...presenceWords(watcher, owner));
  sendPersonalMessage(watcher, owner);
}

export function signOff(owner: Session): void {
  const before = audience(owner);
  owner.presence = undefined;
  announce(owner, before);
}

export const presenceHandlers: readonly (readonly [string, SignedInHandler])[] = [
  ['CHG', handleStatus],
  ['UUX', handlePersonalMessage],
];

function handleStatus(session: Session, command: Command): void {
  const [trid = '', status = '', capabilities, picture] = command.args;
  if (status === 'FLN') return session.refuse(201, command);
  if (!STATUSES.includes(status)) return session.expel('CHG: a status that does not exist', command);
  if (session.dialect.capabilities && !/^\d+$/u.test(capabilities ?? '')) {
    return session.ignore('CHG: no capabilities', command);
  }
  if (!session.dialect.capabilities && capabilities !== undefined) {
    session.connection.violate('CHG: capabilities are not yet', command.line);
  }
  const before = audience(session);
  const isFirst = session.presence === undefined;
  session.presence = { status, capabilities: capabilities ?? '0', picture };
  session.send('CHG', ...(session.dialect.capabilities ? command.args : [trid, status]));
  if (isFirst) sendEverybodysPresence(session, trid);
  announce(session, before);
}

function sendEverybodysPresence(session: Session, trid: string): void {
  for (const { address } of session.account.contacts) {
    const owner = session.world.session(address);
    if (owner) sendInitialPresence(session, owner, trid);
  }
  sendInitialMail(session);
  const { shutDownIn } = session.world;
  if (shutDownIn !== undefined) sendShutDownWarning(session, shutDownIn);
  if (session.surroundings.challenges && session.dialect.challenge) {
    challenge(session, `${randomInt(2 ** 47)}`.padEnd(20, '7'));
  }
}

function handlePersonalMessage(session: Session, command: Command): void {
  if (!session.dialect.personalMessage) return session.expel('UUX: not in this dialect', command);
  const text = command.payload.toString('utf8');
  if (text !== '' && !/^<(\w+)[\s>].*<\/\1>$/su.test(text)) return session.ignore('UUX: not XML', command);
  session.personalMessage = text === '' ? NO_PERSONAL_MESSAGE : command.payload;
  session.send('UUX', command.args[0] ?? '', 0);
  for (const watcher of audience(session)) sendPersonalMessage(watcher, session);
}

function sendPersonalMessage(watcher: Session, owner: Session): void {
  if (!watcher.dialect.personalMessage) return;
  watcher.sendPayload(owner.personalMessage, 'UBX', owner.account.address);
}

function presenceWords(watcher: Session, owner: Session): string[] {
  const { status, capabilities, picture = NO_PICTURE } = owner.presence ?? { status: 'FLN', capabilities: '0' };
  const words = [status, owner.account.address, encodeName(owner.account.name)];
  if (watcher.dialect.capabilities) words.push(capabilities);
  if (watcher.dialect.picture) words.push(picture);
  return words;
}
