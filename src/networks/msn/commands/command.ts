// The shape of an MSN command and what several of them share. Knows arguments and contacts; asks no server.

import { BridgeError } from '../../../bridge/errors.ts';
import type { Content } from '../../../bridge/events.ts';
import type {
  CommandAids,
  NetworkClient,
  NetworkCommand,
  PrivateNames,
  ResolvedUser,
} from '../../../bridge/network.ts';
import { isOn } from '../../../msnp/contacts.ts';
import type { RosterContact, RosterGroup } from '../../../msnp/contacts.ts';
import type { Question } from '../asking.ts';
import type { Roster } from '../roster.ts';
import type { Service } from '../service.ts';

/** What commands need of a client. */
export interface CommandClient {
  readonly roster: Roster;
  readonly service: Pick<Service, 'news' | 'pages'>;
  resolve(typed: string): ResolvedUser;
  ask(question: Question): Promise<void>;
  send: NetworkClient['send'];
  readonly names: PrivateNames;
  /** What to call somebody before the user. */
  nameFor(address: string): string;
}

export interface MsnCommand extends Omit<NetworkCommand, 'run'> {
  run(client: CommandClient, args: readonly string[], aids: CommandAids): Promise<Content>;
}

/** The person meant by the first argument. */
export function personIn(client: CommandClient, args: readonly string[], example: string): ResolvedUser {
  const [typed] = args;
  if (typed === undefined) throw new BridgeError('bad-input', `Whom do you mean? Say for example “${example}”.`);
  return client.resolve(typed);
}

/** Somebody on the contact list. */
export function contactIn(client: CommandClient, args: readonly string[], example: string): RosterContact {
  const { address } = personIn(client, args, example);
  const known = client.roster.find(address);
  if (known === undefined || !isOn('forward', known)) {
    throw new BridgeError('bad-input', `${address} is not on your contact list.`);
  }
  return known;
}

/** The group of that name, capital letters or not. */
export function groupNamed(client: CommandClient, name: string): RosterGroup {
  const found = findGroup(client, name);
  if (!found) throw new BridgeError('bad-input', `You have no group “${name}”. “groups” shows those you have.`);
  return found;
}

export function findGroup(client: CommandClient, name: string): RosterGroup | undefined {
  return client.roster.groups.find((group) => asTyped(group.name) === asTyped(name));
}

/** What is typed has one blank where a name may have several. */
function asTyped(name: string): string {
  return name.replaceAll(/\s+/gu, ' ').trim().toLowerCase();
}
