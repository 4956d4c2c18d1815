// The notification server's lesser commands: asking for a switchboard, pages, invitations by mail.
// Knows who may ask for a switchboard; not what goes on there.
import type { Command } from '../wire.ts';
import type { Session, SignedInHandler } from './session.ts';

export const serviceHandlers: readonly (readonly [string, SignedInHandler])[] = [
  ['XFR', handleTransfer],
  ['SND', (session, { args: [trid = ''] }) => session.send('SND', trid, 'OK')],
  ['SDC', handleInvitation],
  ['PAG', handlePage],
  ['PGD', handlePage],
  ['IMS', handleDeafness],
];

function handleTransfer(session: Session, command: Command): void {
  const { presence, surroundings, world, account, dialect } = session;
  const [trid = '', destination] = command.args;
  if (destination !== 'SB') return session.refuse(201, command);
  if (!presence || !session.isVisible) return session.refuse(913, command);
  const ticket = world.issueSwitchboardTicket({
    address: account.address,
    dialect,
    capabilities: presence.capabilities,
    room: undefined,
  });
  return session.send('XFR', trid, 'SB', surroundings.switchboardAddress(session.account.address), 'CKI', ticket);
}

function handleInvitation(session: Session, command: Command): void {
  if (!session.dialect.phones) return session.ignore('SDC: not in this dialect', command);
  return session.send('SDC', command.args[0] ?? '', 'OK');
}

/** Nobody here takes pages. */
function handlePage(session: Session, command: Command): void {
  if (session.dialect.page === undefined) return session.ignore(`${command.verb}: not in this dialect`, command);
  return session.refuse(session.dialect.page === command.verb ? 220 : 715, command);
}

function handleDeafness(session: Session, command: Command): void {
  if (!session.dialect.deafness) return session.ignore('IMS: not in this dialect', command);
  const [trid = '', setting = ''] = command.args;
  session.deaf = setting === 'OFF';
  return session.send('IMS', trid, 0, setting);
}
