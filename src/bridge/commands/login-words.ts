// How a login is doing, in words. Knows states; asks nobody.

import type { LoginStateKind } from '../events.ts';
import type { Login } from '../login.ts';
import { minutes } from '../say.ts';

export const STATE_WORDS: Readonly<Record<LoginStateKind, string>> = {
  connecting: 'signing in',
  connected: 'signed in',
  disconnected: 'connection lost, trying again',
  'server-down': 'server not reachable, trying again',
  'bad-credentials': 'address or password refused',
  'signed-in-elsewhere': 'signed in elsewhere',
  refused: 'not let in, and not trying again',
  'logged-out': 'signed out',
};

/** The server, the state, since when, and why. */
export function loginWords({ serverName, protocol, state: { kind, sentence, at } }: Login): string {
  const spoken = protocol && kind === 'connected' ? ` with ${protocol}` : '';
  return ` on ${serverName}: ${STATE_WORDS[kind]}${spoken}, since ${minutes(at)}. ${sentence}`.trimEnd();
}
