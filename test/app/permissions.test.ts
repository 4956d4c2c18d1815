// Who may do what, at every way in: a row for each, a column for everybody who may come. A new command, a new kind of event
// and a new request of programs have no row yet, and the tests say so.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/bridge/errors.ts';
import { type MatrixEphemeral, type MatrixEvent, plainText, text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import type { ProvisioningRequest } from '../../src/bridge/provisioning-types.ts';
import { Secret } from '../../src/bridge/secret.ts';
import { PROVISIONING_ROUTES } from '../../src/matrix/provisioning-routes.ts';
import { MSN_COMMANDS } from '../../src/networks/msn/commands/commands.ts';
import type { Database } from '../../src/store/database.ts';
import { openDatabase } from './core.ts';
import { type Actor, type Attempt, type Outcome, ROLE_NAMES, Stage, user } from './roles.ts';

const WALL = '@echo_cave/wall:hs.test' as MatrixUserId;
const OWL = '@echo_cave/owl:hs.test' as MatrixUserId;
const ALICES = 'echo/cave/alice';
const OTHERS = ROLE_NAMES.filter((one) => one !== 'owner');

let database: Database;
let stage: Stage;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());
beforeEach(async () => {
  stage = await Stage.set(database);
});

/** One word for each role. */
type Row = readonly [
  shutOut: Outcome,
  former: Outcome,
  foreigner: Outcome,
  other: Outcome,
  admin: Outcome,
  owner: Outcome,
];

/** The owner tries last: only what they do may change something. */
async function outcomes(attempt: Attempt): Promise<string> {
  const all: Outcome[] = [];
  for (const role of ROLE_NAMES) all.push(await stage.outcome(attempt, role));
  return all.join(' ');
}

describe('invitations and memberships', () => {
  const rows: readonly (readonly [string, Row, Attempt])[] = [
    [
      'the bot, into a room of their own',
      ['refused', 'refused', 'refused', 'answered', 'answered', 'answered'],
      (who) => who.invite(who.core.matrix.make([[who.id, 'joined']]), who.core.matrix.bot),
    ],
    [
      'a ghost, into a room of their own',
      ['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
      (who) =>
        who.invite(
          who.core.matrix.make([
            [who.id, 'joined'],
            [who.core.matrix.bot, 'joined'],
          ]),
          WALL,
        ),
    ],
    [
      'a ghost, into the room of a chat',
      ['refused', 'refused', 'refused', 'refused', 'refused', 'done'],
      (who) => who.invite(stage.portal, OWL),
    ],
    [
      'a ghost is put out of the room of a chat',
      ['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
      async (who) => who.core.member(stage.portal, WALL, 'leave', who.id) as never,
    ],
    [
      'the owner is put out of a chat of several, or leaves',
      ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'done'],
      async (who) => {
        await who.core.member(stage.hall, user('owner'), 'leave', who.id);
        if (who.id !== user('owner')) await who.core.member(stage.hall, user('owner'), 'join');
        return undefined;
      },
    ],
    [
      'somebody else is brought into the room of a chat',
      ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing'],
      async (who) => who.core.member(stage.portal, '@eve:hs.test' as MatrixUserId, 'invite', who.id) as never,
    ],
  ];

  test.each(rows)('%s', async (_name, wanted, attempt) => {
    expect(await outcomes(attempt)).toBe(wanted.join(' '));
  });
});

describe('what happens in a room', () => {
  /** In the room of a chat, and in the owner's room for commands. */
  type Kinds = Record<Exclude<MatrixEvent['type'], 'member'>, { readonly chat: Row; readonly commands: Row; readonly attempt: (who: Actor, room: RoomId) => ReturnType<Attempt> }>; // prettier-ignore
  const NOBODY: Row = ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'nothing'];
  const kinds: Kinds = {
    message: {
      chat: ['refused', 'refused', 'refused', 'refused', 'refused', 'done'],
      commands: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'answered'],
      attempt: (who, room) => who.say(room, 'hear me'),
    },
    unsupported: {
      chat: ['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
      commands: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'answered'],
      attempt: async (who, room) => ({
        event: await who.core.does(who.id, room, { type: 'unsupported', what: 'a poll' }),
      }),
    },
    reaction: {
      chat: ['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
      commands: NOBODY,
      attempt: async (who, room) => ({
        event: await who.core.does(who.id, room, { type: 'reaction', to: '$1' as EventId, key: '👍' }),
      }),
    },
    redaction: {
      chat: NOBODY,
      commands: NOBODY,
      attempt: async (who, room) => ({
        event: await who.core.does(who.id, room, { type: 'redaction', of: '$1' as EventId }),
      }),
    },
    encrypted: {
      chat: ['refused', 'refused', 'refused', 'refused', 'refused', 'done'],
      commands: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'answered'],
      attempt: async (who, room) => ({ event: await who.core.does(who.id, room, { type: 'encrypted' }) }),
    },
    // what a room itself does not confirm is not believed, whoever says it
    tombstone: {
      chat: NOBODY,
      commands: NOBODY,
      attempt: async (who, room) => ({ event: await who.core.does(who.id, room, { type: 'tombstone' }) }),
    },
  };
  const all = Object.entries(kinds).map(([type, kind]) => [type, kind] as const);

  test.each(all)('of a chat: %s', async (_type, { chat, attempt }) => {
    expect(await outcomes((who) => attempt(who, stage.portal))).toBe(chat.join(' '));
  });

  test.each(all)('of the owner’s commands: %s', async (_type, { commands, attempt }) => {
    expect(await outcomes((who) => attempt(who, stage.commands))).toBe(commands.join(' '));
  });

  test('a tap on what was not delivered', async () => {
    stage.core.client('alice').send = async () => Promise.reject(new BridgeError('network', 'A stone fell.'));
    await stage.core.say(user('owner'), stage.portal, 'once more');
    await stage.core.hears(stage.portal, /Tap 🔁/);
    const heard: string[] = [];
    stage.core.client('alice').send = async (_chat, piece, beforeWrite) => {
      await beforeWrite();
      heard.push(plainText(piece));
      return 'delivered';
    };
    const notice = stage.core.matrix.said(stage.portal).find(({ content }) => /Tap 🔁/.test(plainText(content)))!.id;
    const tap: Attempt = async (who) => ({
      event: await who.core.does(who.id, stage.portal, { type: 'reaction', to: notice, key: '🔁' }),
    });
    expect(await outcomes(tap)).toBe(['refused', 'refused', 'refused', 'refused', 'refused', 'nothing'].join(' '));
    expect(heard).toEqual(['once more']);
  });

  test('an answer to somebody who asks to be let in', async () => {
    stage.core.client('alice').asks('owl');
    await stage.core.hears(stage.commands, /owl/);
    const question = stage.core.matrix.said(stage.commands).findLast(({ content }) => /owl/.test(plainText(content)))!;
    for (const room of [stage.commands, stage.portal]) {
      const tap: Attempt = async (who) => {
        await who.core.does(who.id, room, { type: 'reaction', to: question.id, key: '✅' });
        return undefined;
      };
      for (const role of OTHERS) await stage.outcome(tap, role);
      expect(stage.core.client('alice').heard).toEqual([]);
    }
    await stage.core.does(user('owner'), stage.commands, { type: 'reaction', to: question.id, key: '✅' });
    await stage.core.until(() => stage.core.client('alice').heard.includes('accept cave/owl'));
  });

  test('what the homeserver never pushed, and is found by looking', async () => {
    for (const role of ROLE_NAMES) {
      const head = {
        room: stage.portal,
        sender: user(role),
        id: `$lost-${role}` as EventId,
        at: stage.core.clock.now(),
      };
      stage.core.matrix.events.push({ type: 'message', ...head, content: text(`by ${role}`) });
    }
    await stage.core.say(user('owner'), stage.commands, 'rescan');
    await stage.core.hears(stage.commands, /one message of yours/);
    await stage.core.until(() => stage.core.client('alice').heard.length > 0);
    await stage.core.pass();
    expect(stage.core.client('alice').heard).toEqual(['by owner']);
  });

  test('words in a dialogue of somebody else', async () => {
    await stage.core.say(user('owner'), stage.commands, 'relogin');
    await stage.core.hears(stage.commands, /Your password\?/);
    const said: Attempt = (who) => who.say(stage.commands, 'cave');
    expect(await outcomes(said)).toBe(['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'done'].join(' '));
  });
});

describe('news of the moment', () => {
  const kinds: Record<MatrixEphemeral['type'], { readonly wanted: Row; readonly attempt: Attempt }> = {
    typing: {
      wanted: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'done'],
      attempt: (who) => who.shows({ type: 'typing', room: stage.portal, users: [who.id] }),
    },
    presence: {
      wanted: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'done'],
      attempt: (who) => who.shows({ type: 'presence', user: who.id, availability: 'away', message: 'gone' }),
    },
    renamed: {
      wanted: ['nothing', 'nothing', 'nothing', 'nothing', 'nothing', 'done'],
      attempt: async (who) => {
        who.core.matrix.names.set(who.id, `A new name of ${who.id}`);
        who.shows({ type: 'renamed', user: who.id });
        who.core.clock.advance(6_000);
      },
    },
  };

  test.each(Object.entries(kinds))('%s', async (_type, { wanted, attempt }) => {
    await stage.core.say(user('owner'), stage.portal, 'I am here');
    stage.core.matrix.names.set(user('owner'), 'Alice');
    await stage.core.say(user('owner'), stage.commands, 'nick auto');
    await stage.core.until(() => stage.core.client('alice').shown.nick === 'Alice');
    stage.core.clock.advance(61_000);
    expect(await outcomes(attempt)).toBe(wanted.join(' '));
  });
});

describe('who was permitted, in rooms of their own from that time', () => {
  const rows: readonly (readonly [string, Outcome, Attempt])[] = [
    ['a message in the room of a chat', 'refused', (who) => who.say(stage.former, 'hear me')],
    ['a message to several', 'refused', (who) => who.say(stage.formerHall, 'hear me')],
    ['a command in the room of a chat', 'refused', (who) => who.say(stage.former, '!echo presence digging')],
    ['a command', 'nothing', (who) => who.say(who.ownRoom, 'logout carol')],
    ['what is not carried', 'refused', async (who) => ({ event: await who.core.does(who.id, stage.former, { type: 'unsupported', what: 'a poll' }) })], // prettier-ignore
    ['a reaction', 'refused', async (who) => ({ event: await who.core.does(who.id, stage.former, { type: 'reaction', to: '$1' as EventId, key: '🔁' }) })], // prettier-ignore
    ['encryption', 'refused', async (who) => ({ event: await who.core.does(who.id, stage.former, { type: 'encrypted' }) })], // prettier-ignore
    ['a ghost is invited', 'refused', (who) => who.invite(stage.former, OWL)],
    [
      'typing, after something that was refused',
      'refused',
      async (who) => {
        await who.say(stage.former, 'hear me');
        await who.core.settled();
        return who.shows({ type: 'typing', room: stage.former, users: [who.id] });
      },
    ],
    ['presence', 'nothing', (who) => who.shows({ type: 'presence', user: who.id, availability: 'away', message: 'x' })],
    ['a new name', 'nothing', (who) => who.shows({ type: 'renamed', user: who.id })],
    ['a program asks for contacts', 'refused', (who) => who.asks({ type: 'contacts', login: 'echo/cave/carol' })],
    ['a program signs them out', 'refused', (who) => who.asks({ type: 'logout', login: 'echo/cave/carol' })],
  ];

  test.each(rows)('%s', async (_name, wanted, attempt) => {
    expect(await stage.outcome(attempt, 'former')).toBe(wanted);
    expect(stage.core.client('carol').isConnected).toBe(false);
  });

  test('why a message is not carried is said once, and every message shows it', async () => {
    for (const words of ['hear me', 'and me'])
      expect(await stage.outcome((who) => who.say(stage.former, words), 'former')).toBe('refused');
    const said = stage.core.texts(stage.former).filter((one) => /not permitted to use this bridge any more/.test(one));
    expect(said).toHaveLength(1);
  });
});

describe('commands', () => {
  interface Wanted {
    /** What is said; it names what is the owner's. */
    readonly says: string;
    /** In a room of their own. Who may not use the bridge is not heard in it. */
    readonly own: readonly [other: Outcome, admin: Outcome, owner: Outcome];
    /** The owner, in the room of a chat. */
    readonly chat?: Outcome;
  }
  const commands: Readonly<Record<string, Wanted>> = {
    help: { says: 'help', own: ['answered', 'answered', 'answered'] },
    login: { says: 'login', own: ['answered', 'answered', 'answered'] },
    list: { says: 'list alice', own: ['refused', 'answered', 'answered'] },
    chat: { says: 'chat owl', own: ['answered', 'answered', 'done'] },
    invite: { says: 'invite owl to wall', own: ['answered', 'answered', 'answered'], chat: 'done' },
    leave: { says: 'leave Wall, bat', own: ['refused', 'answered', 'done'], chat: 'done' },
    requests: { says: 'requests', own: ['answered', 'answered', 'answered'] },
    answer: { says: 'answer owl accept', own: ['answered', 'answered', 'done'] },
    shout: { says: 'shout hey', own: ['answered', 'answered', 'answered'] },
    dig: { says: 'dig', own: ['answered', 'answered', 'answered'] },
    roof: { says: 'roof on', own: ['answered', 'answered', 'done'] },
    rename: { says: 'rename wall Wally', own: ['answered', 'answered', 'done'] },
    presence: { says: 'presence digging', own: ['answered', 'answered', 'done'] },
    nick: { says: 'nick Queen', own: ['answered', 'answered', 'done'] },
    message: { says: 'message gone', own: ['answered', 'answered', 'done'] },
    playing: { says: 'playing a song', own: ['answered', 'answered', 'done'] },
    board: { says: 'board on', own: ['answered', 'answered', 'done'] },
    notify: { says: 'notify wall on', own: ['answered', 'answered', 'done'] },
    space: { says: 'space', own: ['answered', 'answered', 'answered'] },
    status: { says: 'status', own: ['answered', 'answered', 'answered'] },
    logins: { says: 'logins', own: ['refused', 'answered', 'refused'] },
    rescan: { says: 'rescan alice', own: ['refused', 'answered', 'answered'] },
    reconnect: { says: 'reconnect alice', own: ['refused', 'answered', 'answered'] },
    relogin: { says: 'relogin alice', own: ['refused', 'answered', 'answered'] },
    logout: { says: 'logout alice', own: ['refused', 'answered', 'done'] },
    cancel: { says: 'cancel', own: ['answered', 'answered', 'answered'] },
  };

  /** All that the bridge has: whoever looks after it is shown them. */
  async function namesInHelp(): Promise<readonly string[]> {
    await stage.core.say(user('admin'), stage.own.get(user('admin'))!, 'help');
    await stage.core.hears(stage.own.get(user('admin'))!, /^What you can say here/);
    const help = stage.core.texts(stage.own.get(user('admin'))!).at(-1) ?? '';
    return help.split('\n').slice(1).map((line) => line.split(' ')[0] ?? ''); // prettier-ignore
  }

  test('each has a row', async () => {
    expect(await namesInHelp()).toEqual(Object.keys(commands));
  });

  test.each(Object.entries(commands))('%s', async (_name, { says, own, chat = 'answered' }) => {
    stage.core.client('alice').asks('owl');
    await stage.core.hears(stage.commands, /owl/);
    for (const role of OTHERS) {
      expect(await stage.outcome((who) => who.say(stage.commands, says), role)).toBe('nothing');
      expect(await stage.outcome((who) => who.say(stage.portal, `!echo ${says}`), role)).toBe('refused');
    }
    expect(await stage.outcome((who) => who.say(stage.portal, `!echo ${says}`), 'owner')).toBe(chat);
    const said: Attempt = (who) => who.say(who.ownRoom, says);
    expect(await outcomes(said)).toBe(['nothing', 'nothing', 'nothing', ...own].join(' '));
  });

  test('any that a network brings along is run for whose account it is, and for nobody else', async () => {
    const runs: (readonly [name: string, client: unknown])[] = [];
    const ofMsn = MSN_COMMANDS.map((one) => ({ ...one, run: async (client: unknown) => (runs.push([one.name, client]), text('Done.')) })); // prettier-ignore
    await stage.core.close();
    stage = await Stage.set(database, ofMsn);
    const names = await namesInHelp();
    expect(names).toEqual(expect.arrayContaining(MSN_COMMANDS.map(({ name }) => name)));
    expect(names.length).toBe(Object.keys(commands).length + MSN_COMMANDS.length);
    for (const name of names)
      for (const role of OTHERS) {
        expect(await stage.outcome((who) => who.say(stage.commands, name), role)).toBe('nothing');
        expect(await stage.outcome((who) => who.say(stage.portal, `!echo ${name}`), role)).toBe('refused');
      }
    expect(runs).toEqual([]);
    for (const { name } of MSN_COMMANDS) {
      for (const role of ROLE_NAMES) await stage.outcome((who) => who.say(who.ownRoom, name), role);
      const clients = ['bert', 'alice'].map((address) => stage.core.client(address));
      expect(runs.splice(0)).toEqual(clients.map((client) => [name, client]));
    }
  });

  test('signing in to an account that is somebody’s', async () => {
    const said: Attempt = async (who) => {
      await who.say(who.ownRoom, 'login');
      await who.say(who.ownRoom, 'alice');
      return who.say(who.ownRoom, 'cave');
    };
    expect(await outcomes(said)).toBe(['nothing', 'nothing', 'nothing', 'refused', 'refused', 'done'].join(' '));
  });
});

describe('programs', () => {
  const mine = { login: ALICES };
  const requests: Readonly<Record<string, readonly [Row, ProvisioningRequest]>> = {
    'GET /v3/whoami': [['refused', 'refused', 'refused', 'answered', 'answered', 'answered'], { type: 'whoami' }],
    'GET /v3/capabilities': [
      ['refused', 'refused', 'refused', 'answered', 'answered', 'answered'],
      { type: 'capabilities' },
    ],
    'GET /v3/login/flows': [['refused', 'refused', 'refused', 'answered', 'answered', 'answered'], { type: 'flows' }],
    'POST /v3/login/start/{flowID}': [
      ['refused', 'refused', 'refused', 'refused', 'refused', 'answered'],
      { type: 'start-login', flow: 'echo', ...mine },
    ],
    'POST /v3/login/step/{loginProcessID}/{stepID}/user_input': [
      ['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
      { type: 'submit', process: 'none', step: 'none', values: new Map([['password', new Secret('cave')]]) },
    ],
    'POST /v3/login/cancel/{loginProcessID}': [
      ['refused', 'refused', 'refused', 'refused', 'refused', 'refused'],
      { type: 'cancel-login', process: 'none' },
    ],
    'POST /v3/logout/{loginID}': [
      ['refused', 'refused', 'refused', 'refused', 'refused', 'done'],
      { type: 'logout', ...mine },
    ],
    'GET /v3/logins': [['refused', 'refused', 'refused', 'answered', 'answered', 'answered'], { type: 'logins' }],
    'GET /v3/contacts': [
      ['refused', 'refused', 'refused', 'refused', 'refused', 'answered'],
      { type: 'contacts', ...mine },
    ],
    'POST /v3/search_users': [
      ['refused', 'refused', 'refused', 'refused', 'refused', 'answered'],
      { type: 'search', query: 'wall', ...mine },
    ],
    'GET /v3/resolve_identifier/{identifier}': [
      ['refused', 'refused', 'refused', 'refused', 'refused', 'answered'],
      { type: 'resolve', identifier: 'owl', ...mine },
    ],
    'POST /v3/create_dm/{identifier}': [
      ['refused', 'refused', 'refused', 'refused', 'refused', 'done'],
      { type: 'create-dm', identifier: 'owl', ...mine },
    ],
  };

  test('each route has a row', () => {
    expect(PROVISIONING_ROUTES.map(({ method, path }) => `${method} ${path}`)).toEqual(Object.keys(requests));
  });

  test.each(Object.entries(requests))('%s', async (_route, [wanted, request]) => {
    expect(await outcomes((who) => who.asks(request))).toBe(wanted.join(' '));
  });

  test('nobody goes on with a sign-in that another has begun', async () => {
    const begun = await stage.core.provision(user('owner'), { type: 'start-login', flow: 'echo', ...mine });
    if (begun?.type !== 'step') throw new Error('no step');
    const { process, step } = { process: begun.step.process, step: begun.step.id };
    const values = new Map([['password', new Secret('cave')]]);
    for (const role of OTHERS) {
      expect(await stage.outcome((who) => who.asks({ type: 'submit', process, step, values }), role)).toBe('refused');
      expect(await stage.outcome((who) => who.asks({ type: 'cancel-login', process }), role)).toBe('refused');
    }
    expect(await stage.outcome((who) => who.asks({ type: 'submit', process, step, values }), 'owner')).toBe('done');
  });
});

test('pages are for whoever has the link, once', async () => {
  const { core, commands } = stage;
  await core.say(user('owner'), commands, 'dig');
  await core.hears(commands, /https:/);
  const link = core.texts(commands).at(-1)!.split('/pages/')[1]!;
  expect(core.pages.open('guessed')).toBeUndefined();
  expect(core.pages.open(link)).toMatchObject({ title: 'the way out' });
  expect(core.pages.open(link)).toBeUndefined();
});
