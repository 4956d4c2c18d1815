// Finds the part that a row of the journal is for, and has it carried. Knows which kinds of rows there are; not what any
// part does with one.

import type { Conversations } from './conversations.ts';
import type { BridgeError } from './errors.ts';
import { isTalk, type JournaledEvent, type MatrixEvent, type Talk } from './events.ts';
import type { GhostPresence } from './ghost-presence.ts';
import type { ChatId, LoginId, MatrixUserId } from './ids.ts';
import type { Invitations } from './invitations.ts';
import type { Login } from './login.ts';
import type { Logins } from './logins.ts';
import type { Management } from './management.ts';
import type { Matrix } from './matrix.ts';
import { failureOf, mistaken, notCarried } from './outcomes.ts';
import type { PortalBudget } from './portal-budget.ts';
import type { Portals } from './portals.ts';
import type { Requests } from './requests.ts';
import type { Outcome } from './runner.ts';
import { roomLink, say } from './say.ts';
import type { JournalRow, RoomStore } from './store.ts';
import { answerStray } from './strays.ts';
import type { Telling } from './telling.ts';
import type { Upgrades } from './upgrades.ts';

const LOOK_AGAIN_MS = 60 * 60_000;

export interface CarrierParts {
  readonly logins: Pick<Logins, 'get' | 'isElsewhere'>;
  readonly portals: Portals;
  readonly budget: PortalBudget;
  readonly conversations: Conversations;
  readonly requests: Requests;
  readonly presence: Pick<GhostPresence, 'noteContact'>;
  readonly management: Management;
  readonly invitations: Invitations;
  readonly upgrades: Upgrades;
  readonly mayUse: (user: MatrixUserId) => boolean;
  readonly matrix: Matrix;
  readonly rooms: Pick<RoomStore, 'managementRoom'>;
  readonly now: () => Date;
}

export class Carrier {
  readonly #parts: CarrierParts;

  constructor(parts: CarrierParts) {
    this.#parts = parts;
  }

  async carry(row: JournalRow): Promise<Outcome> {
    return row.source === 'remote' ? this.#fromNetwork(row.login, row.event) : this.#fromMatrix(row, row.event);
  }

  /** What cannot be carried after all. Resolves to what is to be told in the same room. */
  async giveUp(row: JournalRow, error: BridgeError): Promise<Telling | undefined> {
    if (row.source === 'matrix') return isTalk(row.event) ? this.#refused(row, row.event, error) : undefined;
    const login = this.#parts.logins.get(row.login);
    if (!login) return undefined;
    const sentence = `Something from ${login.network.name} (${login.address}) could not be shown: ${error.message}`;
    await this.#parts.management.notify(login.matrixUser, say(sentence), `given up ${row.event.id}`, true);
    return undefined;
  }

  /** In the room for commands, of what was said in one that will not do. That something was carried everybody sees. */
  async tellElsewhere(telling: Telling): Promise<void> {
    const { portals, management, mayUse } = this.#parts;
    if (telling.type !== 'not-carried' || telling.quiet || !mayUse(telling.sender)) return;
    const { room, sender, failure, attempt } = telling;
    const name = (await portals.findByRoom(room))?.record.name ?? 'a chat';
    const sentence = say('In ', roomLink(name, room), ': ', failure.sentence);
    await management.notify(sender, sentence, `untold ${attempt}`, true);
  }

  /** To whoever is listened to in this room. */
  async #refused({ pieces }: JournalRow, event: Talk, error: BridgeError): Promise<Telling | undefined> {
    const { portals, management } = this.#parts;
    const { room, id, sender } = event;
    const portal = await portals.findByRoom(room);
    if (portal) {
      if (portal.login.matrixUser !== sender || event.type === 'redaction') return undefined;
      const again = event.type === 'message' && { again: { login: portal.login.id, from: 0 } };
      const failure = pieces.length > 0 ? mistaken() : failureOf(error, 0);
      return notCarried(event, portal.login.network.id, failure, { ...again });
    }
    if ((await management.userOf(room)) !== sender) return undefined;
    return { type: 'replies', room, to: id, replies: [say(`I could not do that: ${error.message}`)] };
  }

  async #fromNetwork(id: LoginId, event: JournaledEvent): Promise<Outcome> {
    const { logins, requests, management, portals, conversations, presence } = this.#parts;
    const login = logins.get(id);
    // an account of a network that is not configured just now: what came for it waits
    if (!login && logins.isElsewhere(id)) return { type: 'retry', afterMs: LOOK_AGAIN_MS };
    if (!login) return { type: 'failed', error: 'login gone' };
    if (event.type === 'contact-request') return requests.ask(login, event);
    if (event.type === 'notice') {
      await management.notify(login.matrixUser, say(event.text), event.id, false);
      return { type: 'done' };
    }
    // Who is in a chat makes no room for it, unless the chat goes on from another one.
    const mayMakeRoom = event.type !== 'participants' || event.continues !== undefined;
    const wait = mayMakeRoom ? await this.#waitForRoom(login, event.chat) : 0;
    if (wait > 0) return { type: 'retry', afterMs: wait };
    if (event.type === 'participants') return conversations.carry(login, event);
    const contact = login.contact(event.sender);
    const name = contact?.name ?? event.senderName;
    const portal = await portals.open(login, { chat: event.chat, user: event.sender, name });
    const outcome = await portal.carryFromNetwork({ ...event, senderName: name });
    if (contact) presence.noteContact(login, contact);
    return outcome;
  }

  /** Until the chat may have a room, if it has none. */
  async #waitForRoom(login: Login, chat: ChatId): Promise<number> {
    const { portals, budget } = this.#parts;
    const portal = await portals.find({ login: login.id, chat });
    return portal?.room === undefined ? budget.turn(login, chat) : 0;
  }

  async #fromMatrix(row: JournalRow, event: MatrixEvent): Promise<Outcome> {
    const { invitations, upgrades, portals, mayUse, management, matrix, rooms, now } = this.#parts;
    if (event.type === 'member') return invitations.handle(event);
    if (event.type === 'tombstone') return upgrades.follow(event, row.receivedAt);
    const portal = await portals.findByRoom(event.room);
    if (portal) {
      const isOwn = event.sender === portal.login.matrixUser && mayUse(event.sender);
      const telling = isOwn ? await management.answerIn(portal, row, event) : undefined;
      return telling ? { type: 'done', telling } : portal.carryFromMatrix(row, event);
    }
    if (!mayUse(event.sender)) return { type: 'done' };
    const user = await management.userOf(event.room);
    if (user === event.sender) {
      const telling = await management.handle(row, event);
      return { type: 'done', ...(telling && { telling }) };
    }
    return user === undefined ? answerStray(event, row.receivedAt, { matrix, rooms, now }) : { type: 'done' };
  }
}
