// For those who want it, a room with one message that says who is there, and is edited as that changes. Knows when to
// edit; what stands in the message is in board-text.

import { createHash } from 'node:crypto';
import { boardText } from './board-text.ts';
import type { Line } from './budget.ts';
import type { Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { Content } from './events.ts';
import type { EventId, LoginId, RoomId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { LoginWatcher } from './login-watcher.ts';
import type { Matrix } from './matrix.ts';
import { Rounds } from './rounds.ts';
import type { BoardRecord, Store } from './store.ts';
import { txnId } from './txn-ids.ts';

/** Presences come in crowds. */
const DELAY_MS = 1_000;
const BETWEEN_EDITS_MS = 5_000;

export interface BoardsParts {
  readonly matrix: Pick<
    Matrix,
    'bot' | 'createFurniture' | 'kept' | 'send' | 'edit' | 'pin' | 'standing' | 'invite' | 'abandon'
  >;
  readonly store: Pick<Store, 'boards' | 'choices'>;
  readonly loginOf: (id: LoginId) => Login | undefined;
  /** False: there are no boards at all. */
  readonly on: boolean;
  /** In which edits wait for their turn. */
  readonly line: Line;
  /** The login's board has a room, or has none any more. */
  readonly onRoom: (id: LoginId) => void;
  readonly clock: Clock;
  readonly log: Log;
}

export class Boards implements LoginWatcher {
  readonly #parts: BoardsParts;
  readonly #rounds: Rounds;
  /** Who has a board, as far as it was looked up in this process life. */
  readonly #wanted = new Map<LoginId, boolean>();
  /** Rooms that the bot was seen to be in. */
  readonly #sound = new Set<RoomId>();
  /** Users who have just asked for their board: they are invited once more. */
  readonly #asked = new Set<LoginId>();

  constructor(parts: BoardsParts) {
    this.#parts = parts;
    this.#rounds = new Rounds({
      clock: parts.clock,
      log: parts.log,
      delayMs: DELAY_MS,
      gapMs: BETWEEN_EDITS_MS,
      failure: 'board could not be brought up to date',
      work: async (id) => this.#round(id),
    });
  }

  noteState(login: Login): void {
    this.#note(login);
  }

  noteRoster(login: Login): void {
    this.#note(login);
  }

  noteContact(login: Login): void {
    this.#note(login);
  }

  async forget({ id }: Login): Promise<void> {
    this.#wanted.delete(id);
    this.#asked.delete(id);
    await this.#rounds.forget(id);
  }

  stop(): void {
    this.#rounds.stop();
  }

  get on(): boolean {
    return this.#parts.on;
  }

  async choose({ id }: Login, board: boolean): Promise<void> {
    const { choices } = this.#parts.store;
    await choices.put(id, { ...(await choices.of(id)), board });
    this.#wanted.set(id, board);
    if (board) this.#asked.add(id);
    this.#rounds.due(id);
  }

  #note({ id }: Login): void {
    if (this.#wanted.get(id) !== false) this.#rounds.due(id);
  }

  async #round(id: LoginId): Promise<void> {
    const { store, loginOf } = this.#parts;
    const login = loginOf(id);
    if (!login) return;
    const wanted = this.#parts.on && (this.#wanted.get(id) ?? (await store.choices.of(id)).board);
    this.#wanted.set(id, wanted);
    const board = await store.boards.find(id);
    if (!wanted) {
      if (board) await this.#takeAway(login, board);
    } else if (login.state.kind !== 'connecting') {
      // how that ends is shown then
      await this.#show(login, await this.#withRoom(login, board));
    }
  }

  async #show(login: Login, board: BoardRecord): Promise<void> {
    const { event } = board;
    if (event === undefined) return this.#begin(login, board);
    if (textOf(login).shown === board.shown) return;
    await this.#parts.line(async () => this.#edit(login, board, event));
  }

  async #begin(login: Login, { room }: BoardRecord): Promise<void> {
    const { matrix } = this.#parts;
    const { content, shown } = textOf(login);
    const event = await this.#inRoom(room, async () =>
      matrix.send(room, matrix.bot, content, { txnId: txnId('o', room, shown), notice: true }),
    );
    await this.#inRoom(room, async () => matrix.pin(room, event));
    await this.#parts.store.boards.put({ login: login.id, room, event, shown });
  }

  /** As it is by the time of its turn. */
  async #edit(login: Login, { room, shown: before }: BoardRecord, event: EventId): Promise<void> {
    const { matrix, store, clock } = this.#parts;
    const { content, shown } = textOf(login);
    if (shown === before) return;
    await this.#inRoom(room, async () =>
      matrix.edit(room, event, content, txnId('e', event, shown, clock.now().getTime())),
    );
    await store.boards.put({ login: login.id, room, event, shown });
  }

  async #inRoom<T>(room: RoomId, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      this.#sound.delete(room);
      // another is made when it is looked at next
      if (!(error instanceof BridgeError) || error.code !== 'room-gone') throw error;
      throw new BridgeError('room-gone', error.message, { cause: error, retriable: true });
    }
  }

  /** The board with a room that the bot is in; a user who left it is not called back unless they ask. */
  async #withRoom({ id, matrixUser, network, address }: Login, board: BoardRecord | undefined): Promise<BoardRecord> {
    const { matrix, store, onRoom } = this.#parts;
    if (board && this.#sound.has(board.room) && !this.#asked.has(id)) return board;
    const standing = board ? await matrix.standing(board.room, matrixUser) : 'gone';
    let next = board;
    if (!next || standing === 'gone') {
      const name = `${network.name} (${address}): who is there`;
      const key = `board ${id} ${board?.room ?? ''}`;
      next = { login: id, room: await matrix.createFurniture({ key, kind: 'board', user: matrixUser, name }) };
      await store.boards.put(next);
      void matrix.kept(key);
      onRoom(id);
    } else if (standing === 'out' && this.#asked.has(id)) {
      await matrix.invite(next.room, matrixUser);
    }
    this.#sound.add(next.room);
    this.#asked.delete(id);
    return next;
  }

  async #takeAway({ id, matrixUser }: Login, { room }: BoardRecord): Promise<void> {
    const { matrix, store, onRoom } = this.#parts;
    this.#sound.delete(room);
    await matrix.abandon(room, [matrixUser]);
    await store.boards.remove(id);
    onRoom(id);
  }
}

/** `shown`: a digest of it. */
function textOf(login: Login): { readonly content: Content; readonly shown: string } {
  const content = boardText({
    address: login.address,
    networkName: login.network.name,
    trouble: login.connected ? undefined : login.state.sentence,
    contacts: login.roster().contacts.map((contact) => ({ ...contact, name: login.nameFor(contact) })),
  });
  return { content, shown: createHash('sha256').update(JSON.stringify(content.runs)).digest('base64url') };
}
