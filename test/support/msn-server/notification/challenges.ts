// Challenges a client has to answer: CHL and QRY. Knows when an answer is right; not when one is asked.
import { answerChallenge } from '../challenge.ts';
import type { Command } from '../wire.ts';
import type { Session, SignedInHandler } from './session.ts';

export const challengeHandlers: readonly (readonly [string, SignedInHandler])[] = [['QRY', handleAnswer]];

/** Challenges a signed-in user, with the text given. */
export function challenge(session: Session, text: string): void {
  if (session.dialect.challenge === undefined) throw new Error(`${session.dialect.name} knows no challenge`);
  session.challenge = text;
  session.send('CHL', 0, text);
}

function handleAnswer(session: Session, command: Command): void {
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
