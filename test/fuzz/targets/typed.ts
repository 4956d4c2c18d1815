// What people type to the bot: commands with their words, and answers in a dialogue. Each line is one message.

import assert from 'node:assert/strict';

import { commandRegistry } from '../../../src/bridge/commands/registry.ts';
import type { Operations } from '../../../src/bridge/commands/command.ts';
import { BridgeError } from '../../../src/bridge/errors.ts';
import { text } from '../../../src/bridge/events.ts';
import type { Content, MatrixMessage } from '../../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId, ServerKey } from '../../../src/bridge/ids.ts';
import type { Login } from '../../../src/bridge/login.ts';
import { onlyAnswer, passwordField, readAnswer } from '../../../src/bridge/login-fields.ts';
import { Management } from '../../../src/bridge/management.ts';
import type { ManagementParts } from '../../../src/bridge/management.ts';
import type { JournalRow } from '../../../src/bridge/store.ts';
import { ADD } from '../../../src/networks/msn/commands/add.ts';
import type { CommandClient } from '../../../src/networks/msn/commands/command.ts';
import { GROUP } from '../../../src/networks/msn/commands/group.ts';
import { PHONE } from '../../../src/networks/msn/commands/phone.ts';
import { PRIVACY } from '../../../src/networks/msn/commands/privacy.ts';
import { REMOVE } from '../../../src/networks/msn/commands/remove.ts';
import { addressFault, chatWith, isAddress, userId } from '../../../src/networks/msn/ids.ts';
import { createMsnNetwork } from '../../../src/networks/msn/network.ts';
import type { ServerProfile } from '../../../src/networks/msn/profile.ts';
import { Roster } from '../../../src/networks/msn/roster.ts';
import { harmlessBody } from '../../hostile/corpus/harmless.ts';
import { NamesInMemory } from '../../support/names-in-memory.ts';
import { keptLog } from '../../support/no-log.ts';
import { anyText, anyTextOf } from '../target.ts';
import type { Target } from '../target.ts';

const ALICE = '@alice:hs' as MatrixUserId;
const ROOM = '!commands:hs' as RoomId;
const clock = { now: () => new Date(0), after: () => () => undefined };
const profileOf = (key: string): ServerProfile =>
  ({ key: key as ServerKey, name: `The server ${key}` }) as ServerProfile;
const NETWORK = createMsnNetwork({ profiles: ['own', 'other'].map(profileOf), clock, log: keptLog() });
const [SERVER, ADDRESS] = NETWORK.loginFields;
const PASSWORD = passwordField(NETWORK);
const MOST_MESSAGES = 8;
/** What homeservers let through. */
const LONGEST = 8_000;

/** Where something else would be asked for: there is nothing. */
const nothing: unknown = new Proxy(() => undefined, {
  get: (_, name) => (name === 'then' ? undefined : nothing),
  apply: () => {
    throw new BridgeError('bad-state', 'Nothing is there.');
  },
});

interface Talk {
  readonly signedIn: ReadonlyMap<string, string>[];
  readonly redacted: Set<EventId>;
  readonly say: (words: string) => Promise<{ readonly id: EventId; readonly replies: readonly Content[] }>;
}

function talk(): Talk {
  const signedIn: ReadonlyMap<string, string>[] = [];
  const redacted = new Set<EventId>();
  const signIn: Operations['signIn'] = async (_user, _network, values) => {
    signedIn.push(values);
    return { address: values.get('address'), serverName: 'The server' } as Login;
  };
  const parts = {
    matrix: { redact: async (_room: RoomId, event: EventId) => void redacted.add(event) },
    rooms: { setAsking: async () => undefined },
    journal: nothing,
    networks: [NETWORK],
    commands: commandRegistry({ networks: [NETWORK], choices: nothing, requests: nothing, list: nothing, following: nothing, pages: undefined, overview: nothing, conversations: nothing, rescan: nothing } as Parameters<typeof commandRegistry>[0]), // prettier-ignore
    operations: { signIn },
    isAdmin: () => false,
    loginsOf: () => [],
    log: keptLog(),
  } as unknown as ManagementParts;
  const management = new Management(parts);
  let count = 0;
  return {
    signedIn,
    redacted,
    say: async (words) => {
      count += 1;
      const id = `$${count}` as EventId;
      const event: MatrixMessage = { type: 'message', room: ROOM, sender: ALICE, id, at: new Date(0), content: text(words) }; // prettier-ignore
      const secret = management.mayBeSecret(ROOM, words);
      const row = { seq: count, secret, pieces: [] } as unknown as JournalRow;
      const answer = await management.handle(row, event);
      return { id, replies: answer?.type === 'replies' ? answer.replies : [] };
    },
  };
}

async function converse(lines: readonly string[]): Promise<void> {
  const { say, signedIn, redacted } = talk();
  for (const words of lines.slice(0, MOST_MESSAGES)) {
    const before = signedIn.length;
    const { id, replies } = await say(words);
    assert.ok(replies.length > 0, 'whatever is said is answered');
    for (const reply of replies) harmlessBody(reply);
    const values = signedIn.at(-1);
    if (signedIn.length === before || values === undefined) continue;
    assert.equal(values.get('password'), words, 'a password is what was typed, blanks included');
    assert.ok(redacted.has(id), 'and does not stay where it was said');
    assert.equal(addressFault(values.get('address') ?? ''), undefined);
    assert.ok(['own', 'other'].includes(values.get('server') ?? ''));
    NETWORK.prepareLogin(values);
  }
}

function answerFields(any: string): void {
  const server = SERVER && readAnswer(SERVER, any);
  if (server?.type === 'good') assert.ok(['own', 'other'].includes(server.value));
  const address = ADDRESS && readAnswer(ADDRESS, any);
  if (address?.type === 'good') assert.equal(address.value, any.trim());
  const password = readAnswer(PASSWORD, any);
  if (password.type === 'good') assert.equal(password.value, any);
  for (const answer of [server, address, password])
    if (answer?.type === 'bad') assert.ok(answer.objection.length > 0 && answer.objection.length < 300);
  assert.equal(onlyAnswer(PASSWORD), undefined);
}

const BOB = { address: 'bob@example.com', nick: 'Bob', lists: 11, groups: ['1'], properties: {} };
const GROUPS = ['Friends', 'Back to school', 'to', '"', 'a  b'].map((name, index) => ({ id: `${index + 1}`, name }));
const COMMANDS = [GROUP, ADD, REMOVE, PHONE, PRIVACY];

/** The commands of the network, by those that read more than a word. */
async function command(typed: string): Promise<void> {
  const roster = new Roster({ server: 'own' as ServerKey, known: { contacts: [BOB], groups: GROUPS, privacy: {}, properties: {} }, clock, emit: () => undefined, say: () => undefined, onRequest: () => undefined }); // prettier-ignore
  const asked: object[] = [];
  const client = {
    roster,
    names: new NamesInMemory(),
    nameFor: (address: string) => address,
    ask: async (question: object) => void asked.push(question),
    resolve: (word: string) => {
      const address = word.trim().toLowerCase();
      const fault = addressFault(address);
      if (fault !== undefined) throw new BridgeError('bad-input', fault);
      return { user: userId('own' as ServerKey, address), chat: chatWith(address), address, name: address };
    },
  } as unknown as CommandClient;
  const args = typed.trim().split(/\s+/u);
  for (const one of COMMANDS) {
    asked.length = 0;
    try {
      harmlessBody(await one.run(client, args, { beforeWrite: async () => undefined }));
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      assert.notEqual(error.code, 'bug');
      harmlessBody(text(error.message));
    }
    assert.ok(asked.length <= args.length + GROUPS.length, 'a word asks for no more than one thing');
    for (const question of asked as readonly { readonly address?: string; readonly group?: string }[]) {
      if (question.address !== undefined) assert.ok(isAddress(question.address));
      if (question.group !== undefined) assert.ok(GROUPS.some(({ id }) => id === question.group), 'a group that is there'); // prettier-ignore
    }
  }
}

export const typed: readonly Target[] = [
  {
    name: 'typed-command',
    share: 1,
    words: ['login', 'own', '2', 'bob@example.com', 'cancel', 'help', 'list', 'presence', 'nick auto', 'add', 'Friends', 'rename', ' to ', '"', '“', '”', '\u00a0', '\u202e', '\ud83d', '\n', 'move', 'put', 'on'].map(anyText), // prettier-ignore
    seeds: () =>
      [
        'login\nown\nalice@example.com\na password',
        'login\n2\nnot an address\nalice@example.com\n  blanks  \nhelp',
        'login\nother\ncancel\nstatus',
        'help\nlist\nchat bob@example.com\npresence away\nspace on\ncontacts\nrename bob Bobby\ninvite a to b\nlogout',
        'rename "Back to school" to “School”',
        'move bob@example.com Friends',
        'put bob@example.com a b',
        'bob@example.com Friends of mine',
        'add „Old friends“',
        'mobile 555 0100',
        'closed ask',
      ].map(anyText),
    run: async (input) => {
      const any = anyTextOf(input).slice(0, LONGEST);
      answerFields(any);
      await command(any);
      await converse(any.split('\n'));
    },
  },
];
