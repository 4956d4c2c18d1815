// The rooms in which people give commands: one for each user. Knows commands and dialogues; not what they do.

import { type Command, type CommandContext, type Dialogue, type Operations, prefixOf } from './commands/command.ts';
import { BridgeError, isPassing } from './errors.ts';
import { type Content, type MatrixEvent, type MatrixMessage, plainText, type Talk } from './events.ts';
import { personBehind } from './ghosts.ts';
import type { EventId, MatrixUserId, RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { Network } from './network.ts';
import { CROWDED, ENCRYPTED, notCommand, OPEN_ROOM, PERHAPS_DONE } from './outcomes.ts';
import type { Portal } from './portal.ts';
import { code, say } from './say.ts';
import { speak } from './speak.ts';
import type { Journal, JournalRow, RoomStore } from './store.ts';
import type { Telling } from './telling.ts';
import { txnId } from './txn-ids.ts';
import { withNames } from './wording.ts';

export interface ManagementParts {
  readonly matrix: Matrix;
  readonly rooms: RoomStore;
  readonly journal: Pick<Journal, 'intend'>;
  readonly networks: readonly Network[];
  readonly commands: ReadonlyMap<string, Command>;
  readonly operations: Operations;
  /** The user reacted to something here. */
  readonly onReaction: (
    event: Extract<MatrixEvent, { type: 'reaction' }>,
    reply: CommandContext['reply'],
  ) => Promise<void>;
  /** Resolves when what was said in this room is answered, or has to wait. */
  readonly answered: (room: RoomId) => Promise<void>;
  readonly isAdmin: (user: MatrixUserId) => boolean;
  readonly loginsOf: (user: MatrixUserId) => readonly Login[];
  readonly log: Log;
}

/** Where the bot said something. */
export interface Said {
  readonly room: RoomId;
  readonly event: EventId;
}

type Answer = Extract<Telling, { type: 'replies' }>;

/** What the journal keeps of a command that is under way: words may be secret, and nobody needs them again. */
const NOT_SAID = say();

/** What was said and is being dealt with. */
interface Hand {
  readonly seq: number;
  readonly replies: Content[];
}

export class Management {
  readonly #parts: ManagementParts;
  readonly #dialogues = new Map<RoomId, Dialogue>();
  /** Rooms in which a dialogue is open, as it is written down: perhaps one of an earlier life of the process. */
  readonly #asking = new Set<RoomId>();
  /** Rooms of users that are being looked for. */
  readonly #looking = new Map<MatrixUserId, Promise<RoomId>>();
  readonly #toldEncrypted = new Set<RoomId>();
  /** By room: dialogues go on from one message to the next. */
  readonly #inHand = new Map<RoomId, Hand>();
  /** Rows of which this life of the process knows that nothing was done for them, whatever the journal says. */
  readonly #untouched = new Set<number>();

  constructor(parts: ManagementParts) {
    this.#parts = parts;
  }

  /** Takes over what an earlier life left. */
  async prepare(): Promise<void> {
    for (const room of await this.#parts.rooms.asking()) this.#asking.add(room);
  }

  /** Whether what is said in this room may be a secret: all of a dialogue, so that nobody has to be quick. */
  mayBeSecret(room: RoomId, text: string): boolean {
    const { name, args } = words(text);
    if (this.#dialogues.has(room) || this.#asking.has(room)) return true;
    return this.#parts.commands.get(name)?.holdsSecret?.(args) === true;
  }

  async userOf(room: RoomId): Promise<MatrixUserId | undefined> {
    return this.#parts.rooms.managementUser(room);
  }

  /** The bot was invited by somebody who may use it: joins, and takes the room if it will do. */
  async accept(room: RoomId, user: MatrixUserId, event: EventId): Promise<void> {
    const { matrix, rooms } = this.#parts;
    await matrix.join(room, matrix.bot);
    const objection = await this.#objection(room, user);
    if (objection !== undefined) {
      await this.#say(room, event, say(objection));
      await matrix.leave(room, matrix.bot, 'not a room for commands');
      return;
    }
    await rooms.setManagementRoom(user, room);
    await this.#keep(room, undefined); // it may have been somebody else's
    await this.#say(
      room,
      event,
      say(
        'Hello! Here you can sign in and look after your accounts. Send ',
        code('login'),
        ' to begin, or ',
        code('help'),
        '.',
      ),
    );
  }

  /** Why a room will not do for commands, as a sentence. */
  async #objection(room: RoomId, user: MatrixUserId): Promise<string | undefined> {
    const { matrix } = this.#parts;
    const people = await matrix.joinedPeople(room);
    if (people.some((person) => person !== user)) return CROWDED;
    const { encrypted, open } = await matrix.privacy(room);
    if (encrypted) return ENCRYPTED;
    return open ? OPEN_ROOM : undefined;
  }

  /** The user spoke in their management room. Resolves to the answer. */
  async handle(row: JournalRow, event: Talk): Promise<Telling | undefined> {
    const answer = await this.#answer(row, event, async () =>
      this.#handle(event, row.secret ?? false, this.#replyIn(event.room)),
    );
    return answer.replies.length === 0 ? undefined : answer;
  }

  /** The user spoke in a chat's room. Resolves to the answer, if that was meant for the bot: by the prefix. */
  async answerIn(here: Portal, row: JournalRow, event: Talk): Promise<Telling | undefined> {
    if (event.type !== 'message' || event.notice === true) return undefined;
    const { name: first, args: asked } = words(this.#textOf(event));
    const prefix = prefixOf(here.login.network);
    if (first !== prefix) return undefined;
    const [name = 'help', ...args] = asked;
    const command = this.#parts.commands.get(name.toLowerCase());
    return this.#answer(row, event, async () => {
      const context = { ...this.#context(event), logins: [here.login], here, args };
      try {
        if (command?.inChats) await command.run(context);
        else await context.reply(say('That cannot be said here. ', code(`${prefix} help`), ' shows what can.'));
      } catch (error) {
        if (!(error instanceof BridgeError) || isPassing(error)) throw error;
        await context.reply(say(error.message));
      }
    });
  }

  /** Does what was said, unless an earlier life of the process may have done it. Resolves to the answer. */
  async #answer({ seq, pieces }: JournalRow, { room, id }: Talk, work: () => Promise<void>): Promise<Answer> {
    const replies: Content[] = [];
    this.#inHand.set(room, { seq, replies });
    if (pieces.length === 0 || this.#untouched.has(seq)) await work();
    else {
      await this.#keep(room, undefined);
      replies.push(say(PERHAPS_DONE));
    }
    this.#inHand.delete(room);
    this.#untouched.delete(seq);
    return { type: 'replies', room, to: id, replies };
  }

  /** Before the bytes of what is said in this room now. */
  async #intend(room: RoomId): Promise<void> {
    const { seq } = this.#inHand.get(room)!;
    this.#untouched.add(seq);
    await this.#parts.journal.intend(seq, [NOT_SAID], 0, 0);
    this.#untouched.delete(seq);
  }

  async #handle(event: Talk, secret: boolean, reply: CommandContext['reply']): Promise<void> {
    switch (event.type) {
      case 'message':
        return event.notice === true ? undefined : this.#onMessage(event, secret, reply);
      case 'encrypted':
        if (this.#toldEncrypted.has(event.room)) return;
        this.#toldEncrypted.add(event.room);
        return reply(say(ENCRYPTED));
      case 'reaction':
        return this.#onReaction(event, reply);
      case 'unsupported':
        // we do not see what it says
        if (this.#dialogues.get(event.room)?.secret === true) await this.#hide(event, reply);
        return reply(say(notCommand(event.what)));
      case 'redaction':
    }
  }

  /** What was tapped and cannot be done is told; only trouble of ours is tried again. */
  async #onReaction(event: Extract<Talk, { type: 'reaction' }>, reply: CommandContext['reply']): Promise<void> {
    try {
      await this.#parts.onReaction(event, reply);
    } catch (error) {
      if (!(error instanceof BridgeError) || isPassing(error)) throw error;
      await reply(say(error.message));
    }
  }

  /** Says something to a user without being asked; `about` makes it the same message at every attempt. */
  async notify(user: MatrixUserId, content: Content, about: string, loud: boolean): Promise<Said> {
    const room = await this.#roomOf(user);
    const event = await speak(this.#parts.matrix, room, content, ['n', user, about], {
      ...(!loud && { notice: true }),
    });
    return { room, event };
  }

  /** The same, of what the user may have asked for just now: after the answer to that. */
  async notifyInTurn(...[user, ...said]: Parameters<Management['notify']>): Promise<Said> {
    const room = await this.#parts.rooms.managementRoom(user);
    if (room !== undefined) await this.#parts.answered(room);
    return this.notify(user, ...said);
  }

  /** Puts other words in the place of what was said to a user; whose room is another by now is told them there. */
  async amend(user: MatrixUserId, said: Said, content: Content, about: string): Promise<Said> {
    if ((await this.#roomOf(user)) !== said.room) return this.notify(user, content, about, false);
    await this.#parts.matrix.edit(said.room, said.event, content, txnId('e', said.event, about));
    return said;
  }

  /** The user's room, with the user in it or invited. Two who ask at once get the same one. */
  async #roomOf(user: MatrixUserId): Promise<RoomId> {
    let looking = this.#looking.get(user);
    if (!looking) {
      looking = this.#findOrMakeRoom(user).finally(() => this.#looking.delete(user));
      this.#looking.set(user, looking);
    }
    return looking;
  }

  async #findOrMakeRoom(user: MatrixUserId): Promise<RoomId> {
    const { matrix, rooms } = this.#parts;
    const known = await rooms.managementRoom(user);
    const standing = known === undefined ? 'gone' : await matrix.standing(known, user);
    if (known !== undefined && standing === 'out') await matrix.invite(known, user, { isDirect: true });
    if (known !== undefined && standing !== 'gone' && standing !== 'banned') return known;
    const key = `management ${user} ${known ?? ''}`;
    const room = await matrix.createManagementRoom(key, user);
    await rooms.setManagementRoom(user, room);
    void matrix.kept(key);
    return room;
  }

  async #onMessage(event: MatrixMessage, secret: boolean, reply: CommandContext['reply']): Promise<void> {
    const { room } = event;
    const text = this.#textOf(event);
    const dialogue = this.#dialogues.get(room);
    try {
      if (text.trim().toLowerCase() === 'cancel') {
        await this.#keep(room, undefined);
        await reply(say(dialogue ? `${dialogue.what} is cancelled.` : 'There is nothing to cancel.'));
      } else if (dialogue) {
        if (dialogue.secret) await this.#hide(event, reply);
        // it stands until the answer is dealt with: what is said meanwhile may be a secret too
        await this.#keep(room, await dialogue.answer(text));
      } else if (secret && !this.#parts.commands.has(words(text).name)) {
        // kept over a restart in which the dialogue was lost: it may be a password
        await this.#hide(event, reply);
        await this.#keep(room, undefined);
        await reply(
          say('I was restarted while we were talking. Please begin again, for example with ', code('login'), '.'),
        );
      } else {
        await this.#run(event);
      }
    } catch (error) {
      if (!(error instanceof BridgeError) || isPassing(error)) throw error;
      await this.#keep(room, undefined);
      await reply(say(error.message));
    }
  }

  async #run(event: MatrixMessage): Promise<void> {
    const { name, args } = words(this.#textOf(event));
    const context = this.#context(event);
    const command = this.#parts.commands.get(name);
    if (!command) {
      await this.#keep(event.room, undefined);
      await context.reply(say('I do not know that. ', code('help'), ' shows what you can say.'));
      return;
    }
    if (command.holdsSecret?.(args)) await this.#hide(event, context.reply);
    if (command.forAdmins === true && !context.isAdmin)
      throw new BridgeError('not-permitted', 'Only those who look after this bridge may say that.');
    await this.#keep(event.room, await command.run({ ...context, args }));
  }

  /** Somebody may be named by tapping on them: what counts in a command is their address. */
  #textOf({ content, sender }: MatrixMessage): string {
    const { matrix, loginsOf } = this.#parts;
    return plainText(withNames(content, (user) => personBehind(user, loginsOf(sender), matrix)?.who.address));
  }

  #context({ room, sender: user }: Talk): Omit<CommandContext, 'args'> {
    const { networks, operations, isAdmin, loginsOf } = this.#parts;
    return {
      user,
      isAdmin: isAdmin(user),
      networks,
      operations,
      logins: loginsOf(user),
      here: undefined,
      reply: this.#replyIn(room),
      beforeWrite: async () => this.#intend(room),
    };
  }

  /** To what is being dealt with by then: a dialogue's question may have been to another message than its answer. */
  #replyIn(room: RoomId): CommandContext['reply'] {
    return async (content) => void this.#inHand.get(room)?.replies.push(content);
  }

  /** The dialogue that stands there from now on. That there is one is written down before its question is told. */
  async #keep(room: RoomId, dialogue: Dialogue | undefined): Promise<void> {
    const asks = dialogue !== undefined;
    // first, so that it is as it was if what was said has to be heard again
    if (asks !== this.#asking.has(room)) await this.#parts.rooms.setAsking(room, asks);
    if (asks) this.#asking.add(room);
    else this.#asking.delete(room);
    if (dialogue) this.#dialogues.set(room, dialogue);
    else this.#dialogues.delete(room);
  }

  async #hide(event: Talk, reply: CommandContext['reply']): Promise<void> {
    try {
      await this.#parts.matrix.redact(event.room, event.id, 'a password', txnId('x', event.id));
    } catch (error) {
      if (error instanceof BridgeError && error.retriable) throw error;
      this.#parts.log.warn({ event: event.id, err: error }, 'password message could not be redacted');
      await reply(say('I could not remove the message with your password: please delete it yourself.'));
    }
  }

  async #say(room: RoomId, event: EventId, content: Content): Promise<void> {
    const { matrix } = this.#parts;
    await matrix.send(room, matrix.bot, content, { txnId: txnId('a', event), notice: true });
  }
}

function words(text: string): { readonly name: string; readonly args: readonly string[] } {
  const [name = '', ...args] = text.trim().split(/\s+/u);
  return { name: name.toLowerCase(), args };
}
