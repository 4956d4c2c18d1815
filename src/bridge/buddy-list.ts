// The contact list as Matrix shows it: how ghosts are called and how they are, spaces, boards, and notices of who comes.
// Knows these parts; none of what they do.

import { Boards, type BoardsParts } from './board.ts';
import type { Budget } from './budget.ts';
import type { Contact, LoginState } from './events.ts';
import { GhostNames, type GhostNamesParts } from './ghost-names.ts';
import { GhostPresence, type GhostPresenceParts } from './ghost-presence.ts';
import type { Login } from './login.ts';
import type { LoginWatcher } from './login-watcher.ts';
import type { Matrix } from './matrix.ts';
import { PRESENCE_MODES, type PresenceMode } from './presence-modes.ts';
import { PresenceGovernor } from './presence.ts';
import { SignInNotices, type SignInNoticesParts } from './sign-in-notices.ts';
import { Spaces, type SpacesParts } from './spaces.ts';

export interface BuddyListParts
  extends SpacesParts, Pick<SignInNoticesParts, 'notify'>, Pick<GhostPresenceParts, 'logins'> {
  readonly matrix: SpacesParts['matrix'] & BoardsParts['matrix'] & Pick<Matrix, 'showPresence' | 'showStatus'>;
  readonly ghosts: GhostNamesParts['ghosts'] & GhostPresenceParts['ghosts'];
  readonly presenceMode: PresenceMode;
  /** Of requests for names, presence and boards. */
  readonly budget: Pick<Budget, 'line'>;
}

export class BuddyList implements LoginWatcher {
  readonly presence: GhostPresence;
  readonly spaces: Spaces;
  readonly boards: Boards;
  readonly notices: SignInNotices;
  readonly #all: readonly LoginWatcher[];

  constructor(parts: BuddyListParts) {
    const { presenceMode, budget } = parts;
    const mode = PRESENCE_MODES[presenceMode];
    const display = mode.display?.(parts.matrix);
    const governor = display && new PresenceGovernor({ ...parts, display, line: budget.line() });
    this.presence = new GhostPresence({ ...parts, governor });
    this.spaces = new Spaces(parts);
    this.boards = new Boards({
      ...parts,
      on: mode.boards,
      line: budget.line(),
      onRoom: (id) => this.spaces.noteRooms(id),
    });
    this.notices = new SignInNotices({ ...parts, choices: parts.store.choices });
    const names = new GhostNames({ ...parts, line: budget.line() });
    this.#all = [names, this.presence, this.spaces, this.boards, this.notices];
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
