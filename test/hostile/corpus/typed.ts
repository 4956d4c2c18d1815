// Addresses that people type: whatever reaches a server is one word, and an address.

import assert from 'node:assert/strict';

import { BridgeError } from '../../../src/bridge/errors.ts';
import type { NetworkClient } from '../../../src/bridge/network.ts';
import { createMsnNetwork } from '../../../src/networks/msn/network.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { keptLog } from '../../support/no-log.ts';
import { hostileProfile } from '../hostile-server.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';
import { newLogin } from './scene.ts';

interface TypedCase extends HostileCase {
  readonly typed: string;
}

const network = createMsnNetwork({
  profiles: [hostileProfile({ port: 1863, loginUrl: 'http://127.0.0.1/login' })],
  clock: new FakeClock(),
  log: keptLog(),
});

function client(): NetworkClient {
  const sink = { event: () => undefined, state: () => undefined, remember: () => undefined };
  return network.createClient(newLogin(network), sink);
}

function isBadInput(error: unknown): true {
  assert.ok(error instanceof BridgeError, String(error));
  assert.equal(error.code, 'bad-input');
  assert.ok(error.message.length > 10 && error.message.length < 200, 'a sentence for people');
  return true;
}

function isRefused(work: () => unknown): void {
  assert.throws(work, isBadInput);
}

async function isRefusedByCommand(name: string, typed: string): Promise<void> {
  const found = network.commands.find((one) => one.name === name);
  assert.ok(found, name);
  await assert.rejects(found.run(client(), [typed], { beforeWrite: async () => undefined }), isBadInput);
}

const ENTRIES: readonly Entry<TypedCase>[] = [
  { name: 'whom to talk with', enter: ({ typed }) => isRefused(() => client().resolve(typed)) },
  { name: 'whom to talk with, as a link', enter: ({ typed }) => isRefused(() => client().resolve(`mailto:${typed}`)) },
  {
    name: 'whose account it is',
    enter: ({ typed }) =>
      isRefused(() =>
        network.prepareLogin(new Map(Object.entries({ server: 'hostile', address: typed, password: 'x' }))),
      ),
  },
  {
    name: 'whose account it is, while it is typed',
    enter: ({ typed }) => {
      const objection = network.loginFields.find(({ id }) => id === 'address')?.check?.(typed);
      assert.ok(objection !== undefined && objection.length < 200);
    },
  },
  ...['add', 'remove', 'block', 'unblock', 'nudge'].map((name): Entry<TypedCase> => ({
    name: `the command ${name}`,
    enter: async (one) => isRefusedByCommand(name, one.typed),
  })),
];

const WORD = 'an address is one word of printable ASCII';
const FORM = 'an address has one at sign with something on either side';
const LENGTH = 'an address has 129 letters at most';
const SIGNS = 'an address holds no sign that the protocol has for itself';

const typed = (rule: string, name: string, words: string): TypedCase => ({ rule, name, typed: words });

const CASES: readonly TypedCase[] = [
  typed(FORM, 'nothing', ''),
  typed(FORM, 'a name', 'bob'),
  typed(FORM, 'an at sign', '@'),
  typed(FORM, 'nobody at a server', '@example.com'),
  typed(FORM, 'somebody nowhere', 'bob@'),
  typed(FORM, 'two at signs', 'bob@example@com'),
  typed(FORM, 'a Matrix id', '@bob:example.com'),
  typed(WORD, 'a line end and a command', 'bob@example.com\r\nOUT'),
  typed(WORD, 'a blank within', 'bob @example.com'),
  typed(WORD, 'a blank of no break', 'bob\u00a0@example.com'),
  typed(WORD, 'a NUL', 'bob\0@example.com'),
  typed(WORD, 'a control', 'bob\u007f@example.com'),
  typed(WORD, 'letters of other scripts', 'böb@example.com'),
  typed(WORD, 'a letter that looks like another', 'bоb@example.com'),
  typed(WORD, 'a mark that turns the text', 'bob\u202e@example.com'),
  typed(WORD, 'half a character', 'bob\ud800@example.com'),
  typed(LENGTH, 'a hundred and thirty letters', `${'x'.repeat(118)}@example.com`),
  typed(LENGTH, 'a hundred thousand letters', `${'x'.repeat(100_000)}@example.com`),
  ...[';', ':', '/', '%', ','].map((sign) => typed(SIGNS, `a ${JSON.stringify(sign)}`, `bob${sign}x@example.com`)),
  typed(SIGNS, 'a machine of MSNP18', 'bob@example.com;{00000000-0000-0000-0000-000000000000}'),
  typed(SIGNS, 'a network of MSNP14', '1:bob@example.com'),
  typed(SIGNS, 'two addresses', 'bob@example.com,carol@example.com'),
];

export const typedAddresses = kind(
  'typed addresses',
  CASES,
  () => ENTRIES,
  (one) => one.typed,
);
