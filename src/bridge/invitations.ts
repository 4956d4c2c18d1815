// Who invites the bot or a ghost, and where that leads. Knows contacts and permissions; not what is said in the rooms.

import type { Contact, MatrixEvent } from './events.ts';
import { contactBehind } from './ghosts.ts';
import type { MatrixUserId, RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { Outcome } from './runner.ts';
import { roomLink, say } from './say.ts';
import { txnId } from './txn-ids.ts';

/** A room that takes the place of another is looked at again so often. */
const LOOK_AGAIN_MS = 2_000;

type MemberEvent = Extract<MatrixEvent, { type: 'member' }>;

export interface InvitationsParts {
  readonly matrix: Matrix;
  readonly mayUse: (user: MatrixUserId) => boolean;
  /** Somebody who may use the bridge invited the bot. */
  readonly onBot: (event: MemberEvent) => Promise<void>;
  /** Whether a ghost that is in a room has its place there. */
  readonly belongs: (ghost: MatrixUserId, room: RoomId) => Promise<'yes' | 'soon' | 'no'>;
  readonly loginsOf: (user: MatrixUserId) => readonly Login[];
  readonly openChat: (login: Login, contact: Contact) => Promise<{ readonly room: RoomId; readonly name: string }>;
  readonly log: Log;
}

export class Invitations {
  readonly #parts: InvitationsParts;

  constructor(parts: InvitationsParts) {
    this.#parts = parts;
  }

  /** Any change of membership; only invitations of ours by somebody else concern us. */
  async handle(event: MemberEvent): Promise<Outcome> {
    const { matrix, mayUse, onBot, log } = this.#parts;
    const { room, sender, target } = event;
    const toBot = target === matrix.bot;
    if (event.membership !== 'invite' || (!toBot && !matrix.isGhost(target)) || sender === matrix.bot)
      return { type: 'done' };
    if (!mayUse(sender)) {
      log.info({ user: sender, room }, 'invitation turned down: not permitted');
      await matrix.leave(room, target, 'You may not use this bridge. Its administrator can permit it.');
    } else if (toBot) {
      await onBot(event);
    } else {
      return this.#place(event);
    }
    return { type: 'done' };
  }

  /** A ghost was invited: its chat has one room only. If that is another one, there the user is sent. */
  async #place(event: MemberEvent): Promise<Outcome> {
    const { matrix, belongs } = this.#parts;
    await matrix.join(event.room, event.target);
    const standing = await belongs(event.target, event.room);
    if (standing === 'soon') return { type: 'retry', afterMs: LOOK_AGAIN_MS };
    if (standing === 'no') await this.#sendElsewhere(event);
    return { type: 'done' };
  }

  async #sendElsewhere({ id, room, sender, target }: MemberEvent): Promise<void> {
    const { matrix, loginsOf, openChat } = this.#parts;
    const found = contactBehind(target, loginsOf(sender), matrix);
    if (!found) {
      await matrix.leave(room, target, 'You have no such contact here. Ask the bot for “help”.');
      return;
    }
    const { login, contact } = found;
    const chat = await openChat(login, contact);
    const sentence = say('Your chat with ', roomLink(chat.name, chat.room), ' is in a room of its own.');
    await matrix.send(room, target, sentence, { txnId: txnId('e', id), notice: true });
    await matrix.leave(room, target, 'this chat has a room of its own');
  }
}
