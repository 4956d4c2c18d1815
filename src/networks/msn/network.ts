// MSN Messenger as a network: its servers, what a login needs, and a client for each. Knows no connection.

import type { Clock } from '../../bridge/clock.ts';
import { BridgeError } from '../../bridge/errors.ts';
import type { Log } from '../../bridge/log.ts';
import type { LoginField, LoginSeed, Network } from '../../bridge/network.ts';
import { Secret } from '../../bridge/secret.ts';
import { Buffers } from './buffers.ts';
import { MsnClient } from './client.ts';
import { MSN_COMMANDS } from './commands/commands.ts';
import { OWN_STATUSES } from './convert-contact.ts';
import { EMOTICONS_CHOICE } from './emoticon-choice.ts';
import { addressFault, MSN, userId } from './ids.ts';
import { createIo } from './io.ts';
import type { Io } from './io.ts';
import { objection } from './own-words.ts';
import type { ServerProfile } from './profile.ts';

export interface MsnNetworkOptions {
  readonly profiles: readonly ServerProfile[];
  readonly clock: Pick<Clock, 'now' | 'after'>;
  readonly log: Log;
  /** The way to the world, for one server; by default the real one. */
  readonly io?: (profile: ServerProfile) => Io;
}

export function createMsnNetwork(options: MsnNetworkOptions): Network {
  const { profiles, clock, log } = options;
  const buffers = new Buffers();
  const { io = (profile: ServerProfile) => createIo(profile, undefined, buffers) } = options;
  const profileOf = (key: string | undefined): ServerProfile | undefined => profiles.find((one) => one.key === key);
  return {
    id: MSN,
    name: 'MSN Messenger',
    servers: profiles.map(({ key, name, signInsPerSecond }) => ({
      key,
      name,
      ...(signInsPerSecond !== undefined && { signInsPerSecond }),
    })),
    loginFields: loginFields(profiles),
    statuses: OWN_STATUSES,
    commands: MSN_COMMANDS,
    choices: [EMOTICONS_CHOICE],
    prepareLogin: (values) => prepareLogin(profiles, values),
    objection,
    createClient: (login, sink) => {
      const profile = profileOf(login.server);
      // The configuration refuses to drop a server that logins use.
      if (profile === undefined) throw new BridgeError('bug', 'This server is not configured any more.');
      return new MsnClient({ profile, io: io(profile), clock, log }, login, sink);
    },
  };
}

function loginFields(profiles: readonly ServerProfile[]): readonly LoginField[] {
  const options = profiles.map(({ key, name }) => ({ value: key as string, label: name }));
  return [
    {
      id: 'server',
      kind: 'choice',
      prompt: 'Which server is your account on?',
      options,
      check: (value) => (options.some((one) => one.value === value) ? undefined : 'There is no such server.'),
    },
    {
      id: 'address',
      kind: 'address',
      prompt:
        'What is the e-mail address of your account? Please spell it as at registration, capital letters included.',
      check: (value) => addressFault(value.trim()),
    },
    {
      id: 'password',
      kind: 'password',
      prompt: 'What is your password? Many MSN servers look at its first 16 characters only.',
      check: passwordFault,
    },
  ];
}

function passwordFault(password: string): string | undefined {
  if (password === '') return 'A password is needed.';
  return /\p{Cc}/u.test(password) ? 'That password has a character that cannot be typed.' : undefined;
}

function prepareLogin(profiles: readonly ServerProfile[], values: ReadonlyMap<string, string>): LoginSeed {
  // A choice of one is not asked.
  const wanted = values.get('server') ?? (profiles.length === 1 ? profiles[0]?.key : undefined);
  const profile = profiles.find(({ key }) => key === wanted);
  if (profile === undefined) throw new BridgeError('bad-input', 'There is no such server.');
  const address = (values.get('address') ?? '').trim();
  const password = values.get('password') ?? '';
  const fault = addressFault(address) ?? passwordFault(password);
  if (fault !== undefined) throw new BridgeError('bad-input', fault);
  return { server: profile.key, user: userId(profile.key, address), address, password: new Secret(password) };
}
