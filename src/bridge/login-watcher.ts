// The shape of a part that follows how logins and their contacts are doing. All calls return at once and never throw.

import type { Contact, LoginState } from './events.ts';
import type { Login } from './login.ts';

export interface LoginWatcher {
  noteState(login: Login, previous: LoginState): void;
  /** The whole list came anew. */
  noteRoster(login: Login): void;
  noteContact(login: Login, contact: Contact): void;
  /** Nothing more is to be done for it; resolves when nothing is. */
  forget(login: Login): Promise<void>;
  stop(): void;
}
