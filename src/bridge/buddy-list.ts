// The contact list as Matrix shows it: spaces, boards, and notices of who comes. Knows these parts; none of what they do.

import { Boards, type BoardsParts } from './board.ts';
import type { Contact, LoginState } from './events.ts';
import type { Login } from './login.ts';
import type { LoginWatcher } from './login-watcher.ts';
import { SignInNotices, type SignInNoticesParts } from './sign-in-notices.ts';
import { Spaces, type SpacesParts } from './spaces.ts';

export interface BuddyListParts extends SpacesParts, Pick<SignInNoticesParts, 'notify'> {
  readonly matrix: SpacesParts['matrix'] & BoardsParts['matrix'];
}

export class BuddyList implements LoginWatcher {
  readonly spaces: Spaces;
  readonly boards: Boards;
  readonly notices: SignInNotices;
  readonly #all: readonly LoginWatcher[];

  constructor(parts: BuddyListParts) {
    this.spaces = new Spaces(parts);
    this.boards = new Boards({ ...parts, onRoom: (id) => this.spaces.noteRooms(id) });
    this.notices = new SignInNotices({ ...parts, choices: parts.store.choices });
    this.#all = [this.spaces, this.boards, this.notices];
  }

  noteState(login: Login, previous: LoginState): void {
    for (const one of this.#all) one.noteState(login, previous);
  }

  noteRoster(login: Login): void {
    for (const one of this.#all) one.noteRoster(login);
  }

  noteContact(login: Login, contact: Contact): void {
    for (const one of this.#all) one.noteContact(login, contact);
  }

  async forget(login: Login): Promise<void> {
    await Promise.all(this.#all.map(async (one) => one.forget(login)));
  }

  stop(): void {
    for (const one of this.#all) one.stop();
  }
}
