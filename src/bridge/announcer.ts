// What a user is told of how their login is doing, and at once: the answer to a sign-in that they asked for, and what no other
// attempt cures. All else is an outage, or passes in silence.

import type { LoginState } from './events.ts';
import type { LoginId } from './ids.ts';
import type { Login } from './login.ts';
import type { Outages } from './outages.ts';

export interface Announcement {
  readonly text: string;
  /** Worth a notification. */
  readonly loud: boolean;
}

export class Announcer {
  readonly #outages: Pick<Outages, 'begin' | 'end' | 'has'>;
  readonly #say: (login: Login, announcement: Announcement) => void;
  /** Sign-ins that users wait for, and whether they were told that it takes longer. */
  readonly #awaited = new Map<LoginId, { isToldToWait: boolean }>();

  constructor(
    outages: Pick<Outages, 'begin' | 'end' | 'has'>,
    announce: (login: Login, announcement: Announcement) => void,
  ) {
    this.#outages = outages;
    this.#say = announce;
  }

  /** The user asked for this login: they hear how it ends, whatever it is. */
  await(login: Login): void {
    this.#awaited.set(login.id, { isToldToWait: false });
  }

  forget(login: Login): void {
    this.#awaited.delete(login.id);
    this.#outages.end(login);
  }

  noteState(login: Login, previous: LoginState): void {
    const { kind, sentence } = login.state;
    const awaited = this.#awaited.get(login.id);
    switch (kind) {
      case 'connecting':
        return;
      case 'logged-out':
        return this.forget(login);
      case 'connected':
        this.forget(login);
        if (awaited) this.#tell(login, `You are signed in as ${login.address} on ${login.serverName}.`, false);
        return;
      case 'disconnected':
      case 'server-down':
        // who asked knows of it already, and is told of the end
        if (!awaited || this.#outages.has(login)) this.#outages.begin(login);
        if (awaited?.isToldToWait === false) {
          awaited.isToldToWait = true;
          this.#tell(login, `${sentence} I keep trying.`, false);
        }
        return;
      case 'bad-credentials':
      case 'signed-in-elsewhere':
      case 'refused':
        this.forget(login);
        if (awaited || previous.kind !== kind) this.#tell(login, `${sentence}${remedy(login)}`, true);
        return;
    }
  }

  #tell(login: Login, text: string, loud: boolean): void {
    this.#say(login, { text, loud });
  }
}

/** What the user can do about it, or need not. */
function remedy({ state: { kind }, former }: Login): string {
  if (kind === 'signed-in-elsewhere') return ' Send “reconnect” to come back here.';
  if (kind !== 'bad-credentials') return '';
  return former === undefined
    ? ' Send “login” to try again.'
    : ' The password you gave before still counts, and I sign you in with it.';
}
