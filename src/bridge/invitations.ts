// Who invites the bot or a ghost, who puts one out, who leaves a chat's room, and where that leads. Knows contacts and
// permissions; not what is said in the rooms.

import type { Conversations } from './conversations.ts';
import { BridgeError, isPassing } from './errors.ts';
import type { Content, MatrixEvent } from './events.ts';
import { type Behind, type Ghosts, personBehind } from './ghosts.ts';
import type { MatrixUserId, RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { Portal } from './portal.ts';
import type { Portals } from './portals.ts';
import type { Outcome } from './runner.ts';
import { roomLink, say } from './say.ts';
import { txnId } from './txn-ids.ts';

/** A room that takes the place of another is looked at again so often. */
const LOOK_AGAIN_MS = 2_000;

type MemberEvent = Extract<MatrixEvent, { type: 'member' }>;

export interface InvitationsParts {
  readonly matrix: Matrix;
  readonly mayUse: (user: MatrixUserId) => boolean;
  /** Somebody who may use the bridge invited the bot. False: what is to be done about it must wait. */
  readonly onBot: (event: MemberEvent) => Promise<boolean>;
  /** Whether a ghost that is in a room has its place there. */
  readonly belongs: (ghost: MatrixUserId, room: RoomId) => Promise<'yes' | 'soon' | 'no'>;
  readonly portals: Pick<Portals, 'findByRoom'>;
  readonly conversations: Pick<Conversations, 'invite' | 'open'>;
  readonly ghosts: Pick<Ghosts, 'introduce'>;
  readonly loginsOf: (user: MatrixUserId) => readonly Login[];
  readonly log: Log;
}

export class Invitations {
  readonly #parts: InvitationsParts;

  constructor(parts: InvitationsParts) {
    this.#parts = parts;
  }

  /** Any change of membership, of which only those that others make of ours concern us, and who leaves a chat. */
  async handle(event: MemberEvent): Promise<Outcome> {
    const { matrix } = this.#parts;
    const { sender, target, membership } = event;
    if (sender === matrix.bot) return { type: 'done' };
    if (membership === 'leave' || membership === 'ban') return this.#onGone(event);
    const isOurs = target === matrix.bot || matrix.isGhost(target);
    return membership === 'invite' && isOurs ? this.#onInvited(event) : { type: 'done' };
  }

  async #onInvited(event: MemberEvent): Promise<Outcome> {
    const { matrix, mayUse, onBot, log, portals } = this.#parts;
    const { room, sender, target } = event;
    if (!mayUse(sender)) {
      log.info({ user: sender, room }, 'invitation turned down: not permitted');
      await matrix.leave(room, target, 'You may not use this bridge. Its administrator can permit it.');
      return { type: 'done' };
    }
    if (target === matrix.bot) {
      return (await onBot(event)) ? { type: 'done' } : { type: 'retry', afterMs: LOOK_AGAIN_MS };
    }
    const portal = await portals.findByRoom(room);
    if (!portal) return this.#place(event);
    return this.#bringIn(portal, event);
  }

  /** A ghost was invited into a chat's room. */
  async #bringIn(portal: Portal, event: MemberEvent): Promise<Outcome> {
    const { matrix, ghosts, conversations, log } = this.#parts;
    const { room, sender, target } = event;
    const { login, record } = portal;
    if (record.kind === 'dm' && portal.ghosts.includes(target)) {
      await matrix.join(room, target);
      return { type: 'done' };
    }
    const who = personBehind(target, [login], matrix)?.who;
    if (who) await ghosts.introduce(login.network, who.user, who.name);
    if (!who || sender !== login.matrixUser) {
      const reason = who ? `Only ${login.matrixUser} brings people into this chat.` : 'They are not on this network.';
      await matrix.leave(room, target, reason);
      return { type: 'done' };
    }
    try {
      const next = await conversations.invite(portal, who.user);
      if (next.portal === portal) await matrix.join(room, target);
      else await matrix.leave(room, target, 'this conversation goes on in another room');
      return { type: 'done' };
    } catch (error) {
      if (!(error instanceof BridgeError) || isPassing(error)) throw error;
      log.info({ room, ghost: target, code: error.code }, 'somebody could not be brought into a chat');
      await matrix.leave(room, target, error.message);
      const name = login.nameFor({ id: who.user, name: who.name });
      return answer(event, say(`${name} could not be brought in: ${error.message}`));
    }
  }

  /** A ghost was invited elsewhere: its chat has one room only. If that is another one, there the user is sent. */
  async #place(event: MemberEvent): Promise<Outcome> {
    const { matrix, ghosts, loginsOf, belongs } = this.#parts;
    const found = personBehind(event.target, loginsOf(event.sender), matrix);
    if (found) await ghosts.introduce(found.login.network, found.who.user, found.who.name);
    await matrix.join(event.room, event.target);
    const standing = await belongs(event.target, event.room);
    if (standing === 'soon') return { type: 'retry', afterMs: LOOK_AGAIN_MS };
    if (standing === 'no') await this.#sendElsewhere(event, found);
    return { type: 'done' };
  }

  async #sendElsewhere({ id, room, target }: MemberEvent, found: Behind | undefined): Promise<void> {
    const { matrix, conversations, log } = this.#parts;
    if (!found) {
      await matrix.leave(room, target, 'You have no account that reaches them. Ask the bot for “help”.');
      return;
    }
    const { login, who } = found;
    try {
      const chat = await conversations.open(login, who);
      const sentence = say('Your chat with ', roomLink(chat.name, chat.room), ' is in a room of its own.');
      await matrix.send(room, target, sentence, { txnId: txnId('e', id), notice: true });
    } catch (error) {
      if (!(error instanceof BridgeError) || isPassing(error)) throw error;
      log.info({ room, ghost: target, err: error }, 'somebody could not be shown the way to a chat');
      await matrix.leave(room, target, error.message);
      return;
    }
    await matrix.leave(room, target, 'this chat has a room of its own');
  }

  /** Somebody went out of a room, or was put out. */
  async #onGone(event: MemberEvent): Promise<Outcome> {
    const { matrix, portals, log } = this.#parts;
    const { room, sender, target } = event;
    const portal = await portals.findByRoom(room);
    if (!portal) return { type: 'done' };
    const { login, record } = portal;
    // nobody else leaves a conversation for them: put out of the room, they are invited again by what is said
    if (target === login.matrixUser && sender === target && record.kind === 'group') login.client.leave?.(record.chat);
    const person = portal.people[portal.ghosts.indexOf(target)];
    if (!person) return { type: 'done' };
    try {
      await matrix.join(room, target);
      const name = login.nameFor({ id: person.user, name: person.name });
      return answer(event, say(`Nobody can be put out of a chat on ${login.network.name}, so ${name} is still here.`));
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retriable) throw error;
      log.warn({ room, ghost: target, err: error }, 'a ghost that was put out could not come back');
      return { type: 'failed', error: error.code };
    }
  }
}

/** What the bot says to it in the same room. */
function answer({ room, id }: MemberEvent, sentence: Content): Outcome {
  return { type: 'done', telling: { type: 'replies', room, to: id, replies: [sentence] } };
}
