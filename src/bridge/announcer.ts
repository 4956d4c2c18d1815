// What a user is told of how their login is doing, and when. Short troubles pass in silence.

import type { Cancel, Clock } from './clock.ts';
import type { LoginState } from './events.ts';
import type { LoginId } from './ids.ts';
import type { Login } from './login.ts';

const PATIENCE_MS = 60_000;

export interface Announcement {
  readonly text: string;
  /** Worth a notification. */
  readonly loud: boolean;
}

interface Told {
  /** The user has just asked for this sign-in and waits for its end. */
  awaited: boolean;
  /** The trouble that the user was told of. */
  trouble: boolean;
  later: Cancel | undefined;
}

export class Announcer {
  readonly #clock: Clock;
  readonly #say: (login: Login, announcement: Announcement) => void;
  readonly #told = new Map<LoginId, Told>();

  constructor(clock: Clock, announce: (login: Login, announcement: Announcement) => void) {
    this.#clock = clock;
    this.#say = announce;
  }

  /** The user asked for this login: they hear how it ends, whatever it is. */
  await(login: Login): void {
    this.#of(login).awaited = true;
  }

  forget(login: Login): void {
    this.#told.get(login.id)?.later?.();
    this.#told.delete(login.id);
  }

  noteState(login: Login, previous: LoginState): void {
    const told = this.#of(login);
    const { kind, sentence } = login.state;
    switch (kind) {
      case 'connecting':
      case 'logged-out':
        return;
      case 'connected':
        told.later?.();
        told.later = undefined;
        if (told.awaited) this.#tell(login, `You are signed in as ${login.address} on ${login.serverName}.`, false);
        else if (told.trouble) this.#tell(login, `${login.address} is signed in again.`, false);
        told.trouble = false;
        break;
      case 'disconnected':
      case 'server-down':
        if (told.awaited) this.#trouble(login, told, `${sentence} I keep trying.`);
        else if (!told.trouble) told.later ??= this.#clock.after(PATIENCE_MS, () => this.#stillInTrouble(login, told));
        break;
      case 'bad-credentials':
      case 'signed-in-elsewhere':
      case 'refused':
        told.later?.();
        told.later = undefined;
        if (told.awaited || previous.kind !== kind) this.#trouble(login, told, `${sentence}${remedy(login)}`, true);
        break;
    }
    told.awaited = false;
  }

  #stillInTrouble(login: Login, told: Told): void {
    told.later = undefined;
    if (login.connected) return;
    const why = login.state.sentence === '' ? 'The server does not answer.' : login.state.sentence;
    this.#trouble(login, told, `${login.address} is not connected: ${why} I keep trying.`);
  }

  #trouble(login: Login, told: Told, text: string, loud = false): void {
    told.trouble = true;
    this.#tell(login, text, loud);
  }

  #tell(login: Login, text: string, loud: boolean): void {
    this.#say(login, { text, loud });
  }

  #of(login: Login): Told {
    let told = this.#told.get(login.id);
    if (!told) {
      told = { awaited: false, trouble: false, later: undefined };
      this.#told.set(login.id, told);
    }
    return told;
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
