// The shape of a command and of a dialogue. One file a command; the registry lists them.

import type { Content } from '../events.ts';
import type { MatrixUserId, RoomId } from '../ids.ts';
import type { Login } from '../login.ts';
import type { CommandAids, Network } from '../network.ts';
import type { Portal } from '../portal.ts';

/** Goes before a command that is said in a chat's room. */
export function prefixOf(network: Pick<Network, 'id'>): string {
  return `!${network.id}`;
}

export interface Command {
  readonly name: string;
  /** What may follow the name: `<address>`, `[account]`. */
  readonly args: string;
  readonly summary: string;
  readonly example?: string;
  /** Nobody else may say it, or is shown it. */
  readonly forAdmins?: boolean;
  /** Whether somebody has said a password with it, which was not asked for: it is kept sealed and redacted. */
  holdsSecret?(args: readonly string[]): boolean;
  /** It may be said in a chat's room too, after the prefix. It opens no dialogue there. */
  readonly inChats?: true;
  /** Returns the dialogue that it opens, if any. Throws `BridgeError`; its sentence is the reply. */
  run(context: CommandContext): Promise<Dialogue | undefined>;
}

/** A talk of several steps in a management room; everything said there goes to it until it ends. */
export interface Dialogue {
  /** Of what `cancel` then speaks: "The sign-in". */
  readonly what: string;
  /** The next answer is a password: it is kept sealed and redacted. */
  readonly secret: boolean;
  /** Takes an answer; returns itself or another to go on, undefined at the end. */
  answer(text: string): Promise<Dialogue | undefined>;
}

export interface CommandContext {
  readonly user: MatrixUserId;
  /** Whether they look after the bridge. */
  readonly isAdmin: boolean;
  readonly args: readonly string[];
  readonly networks: readonly Network[];
  /** The user's own. */
  readonly logins: readonly Login[];
  readonly operations: Operations;
  /** The chat in whose room it was said; undefined in a room for commands. */
  readonly here: Portal | undefined;
  readonly reply: (content: Content) => Promise<void>;
  readonly beforeWrite: CommandAids['beforeWrite'];
}

/** What can be done to the bridge; commands are one way to call it. */
export interface Operations {
  /** Keeps the login and begins to sign in; how it goes is told when it is known. */
  signIn(user: MatrixUserId, network: Network, values: ReadonlyMap<string, string>): Promise<Login>;
  /** The same account with a new password. Its rooms and what was chosen for it stay. */
  signInAgain(login: Login, password: string): Promise<Login>;
  /** Signs in again now, also where the bridge would not by itself; how it goes is told when it is known. */
  reconnect(login: Login): Promise<void>;
  signOut(login: Login): Promise<void>;
  /** The room of a chat; `fresh`: it was made just now. */
  openChat(
    login: Login,
    typed: string,
  ): Promise<{ readonly room: RoomId; readonly name: string; readonly fresh: boolean }>;
}
