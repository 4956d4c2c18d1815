// The notification server's lesser commands: asking for a switchboard, the answer to a challenge, mail links, invitations by mail.
// Knows who may ask for a switchboard; not what goes on there.
import { answerChallenge } from '../challenge.ts';
import type { Command } from '../wire.ts';
import type { Session, SignedInHandler } from './session.ts';

export const serviceHandlers: readonly (readonly [string, SignedInHandler])[] = [
  ['XFR', handleTransfer],
  ['QRY', handleChallengeAnswer],
  ['URL', (session, { args: [trid = ''] }) => session.send('URL', trid, '/unused1', '/unused2', 1)],
  ['SND', (session, { args: [trid = ''] }) => session.send('SND', trid, 'OK')],
  ['SDC', (session, { args: [trid = ''] }) => session.send('SDC', trid, 'OK')],
  ['IMS', handleDeafness],
];

/** Challenges a signed-in user, with the text given. */
export function challenge(session: Session, text: string): void {
  if (session.dialect.challenge === undefined) throw new Error(`${session.dialect.name} knows no challenge`);
  session.challenge = text;
  session.send('CHL', 0, text);
}

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
  return session.send('XFR', trid, 'SB', surroundings.switchboardAddress(), 'CKI', ticket);
}

function handleChallengeAnswer(session: Session, command: Command): void {
  const [trid = '', productId = ''] = command.args;
  const question = session.challenge;
  const { challenge: algorithm } = session.dialect;
  if (question === undefined || algorithm === undefined) return session.ignore('QRY without a challenge', command);
  session.challenge = undefined;
  if (command.payload.toString('latin1') === answerChallenge(algorithm, question, productId)) {
    return session.send('QRY', trid);
  }
  session.connection.violate('QRY: a wrong answer', command.line);
  session.refuse(540, command);
  return session.connection.close();
}

function handleDeafness(session: Session, command: Command): void {
  const [trid = '', setting = ''] = command.args;
  session.deaf = setting === 'OFF';
  session.send('IMS', trid, 0, setting);
}
