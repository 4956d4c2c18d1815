// Tells users when somebody signs in whose coming they want to be told. Knows who was there before; not how it is told.

import type { Clock } from './clock.ts';
import { BridgeError } from './errors.ts';
import type { Availability, Contact, Content } from './events.ts';
import type { LoginId, MatrixUserId, RemoteUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { LoginWatcher } from './login-watcher.ts';
import { bold, say } from './say.ts';
import type { ChoiceStore } from './store.ts';

/** After our own sign-in everybody who is there is told of, one by one: nobody of them has just come. */
const QUIET_MS = 15_000;

export interface SignInNoticesParts {
  readonly choices: Pick<ChoiceStore, 'watched' | 'watch'>;
  readonly notify: (user: MatrixUserId, content: Content, about: string) => Promise<unknown>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

export class SignInNotices implements LoginWatcher {
  readonly #parts: SignInNoticesParts;
  /** How the contacts that are watched were last seen; of logins that have any. */
  readonly #watched = new Map<LoginId, Map<RemoteUserId, Availability>>();

  constructor(parts: SignInNoticesParts) {
    this.#parts = parts;
  }

  noteState(login: Login): void {
    if (!login.connected || this.#watched.has(login.id)) return;
    this.#load(login).catch((error: unknown) => {
      this.#parts.log.warn({ login: login.id, err: error }, 'who is to be told of is not known');
    });
  }

  noteRoster(login: Login): void {
    for (const contact of login.roster().contacts) this.#see(login, contact);
  }

  noteContact(login: Login, contact: Contact): void {
    const before = this.#see(login, contact);
    if (before !== 'offline' || contact.presence.availability === 'offline' || !login.connected) return;
    const now = this.#parts.clock.now().getTime();
    if (now - login.state.at.getTime() < QUIET_MS) return;
    const { id, address } = contact;
    const name = login.nameFor(contact);
    const sentence = say(bold(name), name === address ? ' has signed in.' : ` (${address}) has signed in.`);
    this.#parts.notify(login.matrixUser, sentence, `${login.id} ${id} ${now}`).catch((error: unknown) => {
      this.#parts.log.warn({ login: login.id, err: error }, 'a sign-in could not be told');
    });
  }

  async forget({ id }: Login): Promise<void> {
    this.#watched.delete(id);
  }

  stop(): void {
    // nothing is under way
  }

  /** @param address as people type it. Throws `BridgeError` if it is nobody on the list. */
  async choose(login: Login, address: string, on: boolean): Promise<Contact> {
    const contact = login.contact(login.client.resolve(address).user);
    if (!contact) throw new BridgeError('bad-input', `${address} is not on your list. “list” shows who is.`);
    await this.#parts.choices.watch(login.id, contact.id, on);
    const watched = await this.#load(login);
    if (on) watched.set(contact.id, contact.presence.availability);
    else watched.delete(contact.id);
    return contact;
  }

  /** Those whose coming is told, as far as they are on the list. */
  async ofLogin(login: Login): Promise<readonly Contact[]> {
    const users = await this.#parts.choices.watched(login.id);
    return users.flatMap((user) => login.contact(user) ?? []);
  }

  async #load(login: Login): Promise<Map<RemoteUserId, Availability>> {
    const known = this.#watched.get(login.id);
    if (known) return known;
    const users = await this.#parts.choices.watched(login.id);
    const watched = this.#watched.get(login.id) ?? new Map<RemoteUserId, Availability>();
    for (const user of users) {
      if (!watched.has(user)) watched.set(user, login.contact(user)?.presence.availability ?? 'offline');
    }
    this.#watched.set(login.id, watched);
    return watched;
  }

  /** How the contact was before; undefined if nobody wants to know. */
  #see({ id: login }: Login, { id, presence }: Contact): Availability | undefined {
    const watched = this.#watched.get(login);
    const before = watched?.get(id);
    if (before !== undefined) watched?.set(id, presence.availability);
    return before;
  }
}
