// Says which chat a switchboard serves: that with one person, or one of several, which is found or made when something is
// said in it and not before. Knows who is on a switchboard; not how it is opened, nor what is said.

import type { ChatId } from '../../bridge/ids.ts';
import type { GroupChat } from '../../bridge/network.ts';
import type { Participant } from '../../msnp/switchboard-types.ts';
import { toName } from './convert-contact.ts';
import type { Groups, Person } from './groups.ts';
import { addressOfUser, chatWith, isGroupChat, sameAddress } from './ids.ts';

/** A switchboard, as far as it is about who is there. */
export interface Board {
  /** It can be talked in, and somebody would hear it. */
  readonly isLive: boolean;
  readonly present: readonly Participant[];
  /** Who was called in vain. */
  readonly missing: readonly string[];
  /** The chat in which something was said here last. */
  readonly chat: ChatId | undefined;
  becomes(chat: ChatId): void;
}

export interface GatheringsParts {
  readonly groups: Groups;
  readonly nameOf: (address: string) => string;
  readonly boards: () => Iterable<Board>;
}

export class Gatherings {
  readonly #parts: GatheringsParts;

  constructor(parts: GatheringsParts) {
    this.#parts = parts;
  }

  /** Whether what is said in this chat may be said here: all who belong to it would hear it, and nobody else. */
  serves(board: Board, chat: ChatId): boolean {
    if (!board.isLive) return false;
    const [someone] = board.present;
    return someone !== undefined && this.find(board, someone.address) === chat;
  }

  /** The chat in which somebody does something here; undefined: they have none yet, and this is not worth one. */
  find(board: Board, address: string): ChatId | undefined {
    if (isGroup(board)) return board.chat;
    if (board.present.length < 2) return chatWith(address);
    return this.#parts.groups.find(board.present.map((one) => one.address));
  }

  /**
   * The chat in which somebody says something here. Where chats of several begin one after the other, what is said in one
   * more of them comes in the chat with whoever says it.
   */
  meet(board: Board, address: string): ChatId {
    const chat =
      isGroup(board) || board.present.length < 2
        ? this.find(board, address)
        : this.#parts.groups.meet(this.#people(board), board.chat);
    board.becomes(chat ?? chatWith(address));
    return chat ?? chatWith(address);
  }

  /** Something is to be said here in this chat, which it serves. */
  take(board: Board, chat: ChatId): void {
    if (isGroupChat(chat) && !isGroup(board)) this.#parts.groups.meet(this.#people(board), board.chat);
    board.becomes(chat);
  }

  /** It can be talked in now: who was called for a chat and is not there is away. */
  opened(board: Board): void {
    const { groups, nameOf } = this.#parts;
    if (!isGroup(board)) return;
    const missing = board.missing.map((address) => ({ address, name: nameOf(address) }));
    this.joined(board);
    groups.missing(board.chat!, missing);
  }

  /** Somebody has come. Where nothing was said yet, that waits for what is said. */
  joined(board: Board): void {
    if (isGroup(board)) board.becomes(this.#parts.groups.gather(board.chat!, this.#people(board)));
  }

  left(board: Board, participant: Participant): void {
    const { groups, boards } = this.#parts;
    if (!isGroup(board)) return;
    // two conversations of the same people may stand side by side
    const isElsewhere = [...boards()].some(
      (other) =>
        other !== board &&
        this.serves(other, board.chat!) &&
        other.present.some(({ address }) => sameAddress(address, participant.address)),
    );
    if (!isElsewhere) groups.missing(board.chat!, [this.#person(participant)]);
  }

  /** Whom to call to open a chat of several. */
  callees(chat: ChatId): readonly string[] {
    return this.#parts.groups.members(chat).map(addressOfUser);
  }

  look(chat: ChatId): GroupChat {
    return { chat, participants: this.#parts.groups.participants(chat) };
  }

  #people(board: Board): Person[] {
    return board.present.map((participant) => this.#person(participant));
  }

  #person({ address, nick }: Participant): Person {
    const known = this.#parts.nameOf(address);
    return { address, name: known === address ? toName(nick) || address : known };
  }
}

function isGroup({ chat }: Board): boolean {
  return chat !== undefined && isGroupChat(chat);
}
