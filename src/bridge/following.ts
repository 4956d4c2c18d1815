// Users show themselves in Matrix, and their logins follow: how far they are there, with a line of text, and for those who
// want it the name. Knows when it is looked up; not what a network makes of it.

import type { Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { MatrixEphemeral } from './events.ts';
import type { LoginId, MatrixUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import { Rounds } from './rounds.ts';

/** A new name is told once for every room that its owner is in. */
const NAME_DELAY_MS = 5_000;
/** Contacts are not to see a name change all the time. */
const BETWEEN_NAMES_MS = 60_000;

export interface FollowingParts {
  readonly matrix: Pick<Matrix, 'presenceOf' | 'displayNameOf'>;
  readonly loginOf: (id: LoginId) => Login | undefined;
  readonly loginsOf: (user: MatrixUserId) => readonly Login[];
  readonly clock: Clock;
  readonly log: Log;
}

export class Following {
  readonly #parts: FollowingParts;
  readonly #names: Rounds;

  constructor(parts: FollowingParts) {
    this.#parts = parts;
    this.#names = new Rounds({
      clock: parts.clock,
      log: parts.log,
      delayMs: NAME_DELAY_MS,
      gapMs: BETWEEN_NAMES_MS,
      failure: 'the name of a user could not be looked up',
      work: async (id) => this.#lookUpName(id),
    });
  }

  /** The login begins to sign in: what nobody has told of its user in this process life is asked for. */
  async begin(login: Login): Promise<void> {
    if (login.profile.wishes.followName === true && login.profile.seen.name === undefined) this.#names.due(login.id);
    if (login.profile.seen.availability !== undefined) return;
    const presence = await this.#parts.matrix.presenceOf(login.matrixUser);
    // it may have been told meanwhile
    if (presence !== undefined && login.profile.seen.availability === undefined) login.profile.follow(presence);
  }

  note(news: Extract<MatrixEphemeral, { type: 'presence' | 'renamed' }>): void {
    for (const login of this.#parts.loginsOf(news.user)) {
      if (news.type === 'presence') login.profile.follow({ availability: news.availability, message: news.message });
      else if (login.profile.wishes.followName === true) this.#names.due(login.id);
    }
  }

  /** From now on the login's name is that of its user in Matrix; resolves to it. Throws `BridgeError`. */
  async followName(login: Login): Promise<string> {
    const name = await this.#parts.matrix.displayNameOf(login.matrixUser);
    if (name === undefined) throw new BridgeError('bad-state', 'You have no display name in Matrix.');
    login.profile.follow({ name });
    const { nick: _, ...others } = login.profile.wishes;
    await login.profile.choose({ ...others, followName: true });
    return name;
  }

  forget({ id }: Login): void {
    void this.#names.forget(id);
  }

  stop(): void {
    this.#names.stop();
  }

  async #lookUpName(id: LoginId): Promise<void> {
    const login = this.#parts.loginOf(id);
    const name = login && (await this.#parts.matrix.displayNameOf(login.matrixUser));
    if (name !== undefined) login?.profile.follow({ name });
  }
}
