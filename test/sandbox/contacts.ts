// The people of the sandbox's MSN: they sign in, and answer who writes to them. Know what to say, not who listens.

import { MsnPerson, type ReceivedText } from '../support/msn-person.ts';
import { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';

export const USER = { address: 'you@msn.test', password: 'sandbox' };

interface Character {
  readonly address: string;
  readonly name: string;
  readonly status: 'NLN' | 'AWY' | 'BSY';
  readonly reply: (text: string) => string;
}

const CAST: readonly Character[] = [
  { address: 'bob@msn.test', name: 'Bob', status: 'NLN', reply: (text) => `You said: ${text}` },
  { address: 'carol@msn.test', name: 'Carol', status: 'AWY', reply: (text) => text.toUpperCase() },
  { address: 'dave@msn.test', name: 'Dave', status: 'BSY', reply: () => 'I am busy, but I read it.' },
];

/** On the list, never there: what is said to her fails, and the sender is told. */
const ABSENT = { address: 'erin@msn.test', name: 'Erin' };

export interface SandboxMsn {
  readonly server: MsnServerDouble;
  /** Has somebody begin a conversation with the user. */
  greet(text: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startMsn(): Promise<SandboxMsn> {
  const server = await MsnServerDouble.start({
    accounts: [
      { ...USER, name: 'You', contacts: [...CAST, ABSENT].map(({ address }) => address) },
      ...[...CAST, ABSENT].map(({ address, name }) => ({ address, name, contacts: [USER.address] })),
    ],
  });
  const people = await Promise.all(CAST.map(async (character) => signIn(server, character)));
  return {
    server,
    greet: async (text) => people[0]?.say(USER.address, text),
    stop: async () => {
      for (const person of people) person.vanish();
      await server.stop();
    },
  };
}

async function signIn(server: MsnServerDouble, { address, status, reply }: Character): Promise<MsnPerson> {
  const { host, port, nexusUrl, caFile } = server;
  return MsnPerson.signIn({
    host,
    port,
    nexusUrl,
    caFile,
    address,
    status,
    password: 'secret',
    dialect: 'MSNP12',
    onText: async ({ from, text, chat }: ReceivedText) => {
      // Only the user's: two who answer each other in a conversation of several would never end.
      if (from !== USER.address) return;
      chat.type();
      await chat.say(reply(text));
    },
  });
}
