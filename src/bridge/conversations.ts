// Who comes into chats and goes out of them, whoever wants it: the network, an invitation, a command. Knows portals and
// what a network can do; not how it was asked for.

import { BridgeError } from './errors.ts';
import type { Participants } from './events.ts';
import type { RemoteUserId, RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { ResolvedUser } from './network.ts';
import { namesOf } from './participants.ts';
import type { Portal } from './portal.ts';
import type { Portals } from './portals.ts';
import type { Outcome } from './runner.ts';
import { roomLink, say } from './say.ts';
import type { PortalStore } from './store.ts';
import { txnId } from './txn-ids.ts';

export interface ConversationsParts {
  readonly matrix: Pick<Matrix, 'bot' | 'send'>;
  readonly portals: Pick<Portals, 'find' | 'findByRoom' | 'open' | 'openGroup'>;
  readonly records: Pick<PortalStore, 'ofLogin'>;
  readonly log: Log;
}

export interface Invited {
  /** The chat that they are in now, its room, and what it is called. */
  readonly portal: Portal;
  readonly room: RoomId;
  readonly name: string;
  /** Their name. */
  readonly guest: string;
}

export class Conversations {
  readonly #parts: ConversationsParts;

  constructor(parts: ConversationsParts) {
    this.#parts = parts;
  }

  /** The network tells who is in a chat of several. */
  async carry(login: Login, event: Participants): Promise<Outcome> {
    const portal = await this.#parts.portals.openGroup(login, event);
    const outcome = await portal.carryParticipants(event);
    if (outcome.type === 'done' && event.continues !== undefined) await this.#tellWhere(portal, event);
    return outcome;
  }

  /** The room of the chat with somebody; `fresh`: it was made just now. */
  async open(login: Login, who: ResolvedUser): Promise<{ room: RoomId; name: string; fresh: boolean }> {
    const portal = await this.#parts.portals.open(login, who);
    const before = portal.room;
    const room = await portal.ensureRoom();
    return { room, name: login.nameFor({ id: who.user, name: who.name }), fresh: room !== before };
  }

  /** Brings somebody into a chat. Throws `BridgeError`. */
  async invite(portal: Portal, user: RemoteUserId): Promise<Invited> {
    const { login, record } = portal;
    if (!login.client.invite) throw new BridgeError('unsupported', `${login.network.name} has no chats of several.`);
    const group = await login.client.invite(record.chat, user);
    const next = group.chat === record.chat ? portal : await this.#parts.portals.openGroup(login, group);
    const name = next.record.kind === 'group' ? namesOf(group.participants) : next.record.name;
    const guest = group.participants.find((one) => one.user === user)?.name ?? name;
    return { portal: next, room: await next.ensureRoom(), name, guest: login.nameFor({ id: user, name: guest }) };
  }

  /** The user goes out of a chat of several. Throws `BridgeError` if it is none. */
  leave({ login, record }: Portal): void {
    if (record.kind !== 'group' || !login.client.leave) {
      throw new BridgeError('bad-input', `Your chat with ${record.name} is not one of several people.`);
    }
    login.client.leave(record.chat);
  }

  /** A chat of this login, as its user names it: by an address, by the name of its room or a link to it. Throws `BridgeError`. */
  async named(login: Login, words: string): Promise<Portal> {
    const { portals, records } = this.#parts;
    const room = linkedRoom(words);
    if (room !== undefined) {
      const portal = await portals.findByRoom(room);
      if (portal?.login === login) return portal;
      throw new BridgeError('bad-input', `That room is not one of your chats on ${login.network.name}.`);
    }
    const known = (await records.ofLogin(login.id)).filter(({ kind }) => kind === 'group');
    const [found, another] = known.filter(({ name }) => name.toLowerCase() === words.toLowerCase());
    if (another) {
      const sentence = `You have several chats called “${words}”. Please name it by a link to its room.`;
      throw new BridgeError('bad-input', sentence);
    }
    return (found && (await portals.find(found))) ?? this.#withPerson(login, words);
  }

  async #withPerson(login: Login, typed: string): Promise<Portal> {
    try {
      const { chat, user, name } = login.client.resolve(typed);
      return await this.#parts.portals.open(login, { chat, user, name: login.contact(user)?.name ?? name });
    } catch (error) {
      if (!(error instanceof BridgeError) || error.code !== 'bad-input') throw error;
      const sentence = `You have no chat “${typed}”. Name it by an address, by the name of its room, or by a link to it.`;
      throw new BridgeError('bad-input', sentence, { cause: error });
    }
  }

  /** Who talked in another chat until now finds there where it goes on. */
  async #tellWhere(portal: Portal, { id, continues }: Participants): Promise<void> {
    const { matrix, portals, log } = this.#parts;
    const former = continues && (await portals.find({ login: portal.login.id, chat: continues }));
    if (!former?.room) return;
    try {
      const room = await portal.ensureRoom();
      const sentence = say(
        'More people are in this conversation now: it goes on in ',
        roomLink(portal.record.name, room),
        '.',
      );
      await matrix.send(former.room, matrix.bot, sentence, { txnId: txnId('g', id), notice: true });
    } catch (error) {
      if (!(error instanceof BridgeError) || error.retriable || error.code === 'database') throw error;
      log.warn({ room: former.room, err: error }, 'a room could not be told where its conversation goes on');
    }
  }
}

/** The room that a link or an id leads to. */
function linkedRoom(words: string): RoomId | undefined {
  const [, id] = /^(?:https:\/\/matrix\.to\/#\/)?((?:!|%21)[^\s?/]+)(?:\?\S*)?$/iu.exec(words.trim()) ?? [];
  if (id === undefined) return undefined;
  try {
    return decodeURIComponent(id) as RoomId;
  } catch {
    return undefined; // no link that a client has made
  }
}
