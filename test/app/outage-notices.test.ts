// What a user is told of an outage that takes several accounts along, and over the end of the process: the real core and store.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainText } from '../../src/bridge/events.ts';
import type { MatrixUserId, RoomId } from '../../src/bridge/ids.ts';
import { PATIENCE_MS } from '../../src/bridge/outages.ts';
import type { Database } from '../../src/store/database.ts';
import { Core, openDatabase } from './core.ts';

const ALICE = '@alice:hs.test' as MatrixUserId;
const NAMES = ['ann', 'bob', 'cat'];

let database: Database;
beforeAll(async () => {
  database = await openDatabase();
});
afterAll(async () => database.close());

async function threeAccounts(): Promise<{ core: Core; commands: RoomId }> {
  const core = await Core.open(database);
  const commands = await core.commandRoom(ALICE);
  for (const name of NAMES) {
    await core.signedIn(ALICE, name, commands);
    await core.hears(commands, new RegExp(`^Signing in as ${name}`));
  }
  return { core, commands };
}

/** The cave is closed, and everybody is out. */
function fall(core: Core): void {
  core.echo.closed = true;
  for (const name of NAMES) core.client(name).drop();
}

/** What was said in the room since then, as it reads now. */
function since(core: Core, room: RoomId, count: number): string[] {
  const { edited } = core.matrix.look(room);
  return core.matrix
    .said(room)
    .slice(count)
    .map(({ id, content }) => plainText(edited.get(id) ?? content));
}

test('an outage of three accounts is one quiet notice, and its end a change of it', async () => {
  const { core, commands } = await threeAccounts();
  const before = core.texts(commands).length;
  fall(core);
  await core.pass(10_000);
  core.clock.advance(PATIENCE_MS - 60_000);
  await core.pass();
  expect(since(core, commands, before)).toEqual([]);
  core.clock.advance(60_000);
  await core.until(() => core.texts(commands).length > before);
  await core.pass(20_000);
  expect(since(core, commands, before)).toEqual([
    expect.stringMatching(/^ann, bob and cat have not been connected to Cave since .* UTC: .* I keep trying\.$/),
  ]);
  expect(core.matrix.said(commands).at(-1)?.options.notice).toBe(true);
  core.echo.closed = false;
  await core.until(() => since(core, commands, before).some((text) => text.startsWith('ann, bob and cat are back')));
  expect(since(core, commands, before)).toHaveLength(1);
});

test('a process that ends in an outage does not tell it again in its next life, and closes it', async () => {
  const { core, commands } = await threeAccounts();
  const before = core.texts(commands).length;
  fall(core);
  await core.pass(5_000);
  core.clock.advance(PATIENCE_MS);
  await core.until(() => core.texts(commands).length > before);
  for (let life = 0; life < 2; life++) {
    await core.close();
    await core.start();
    await core.pass(5_000);
    core.clock.advance(2 * PATIENCE_MS);
    await core.pass(5_000);
  }
  expect(since(core, commands, before)).toEqual([expect.stringMatching(/^ann, bob and cat have not been connected/)]);
  core.echo.closed = false;
  await core.until(() => since(core, commands, before).some((text) => text.startsWith('ann, bob and cat are back')));
  expect(since(core, commands, before)).toHaveLength(1);
});

test('the notice of an outage goes along when the room for commands is another', async () => {
  const { core, commands } = await threeAccounts();
  fall(core);
  await core.pass(5_000);
  core.clock.advance(PATIENCE_MS);
  await core.hears(commands, /have not been connected/);
  const other = await core.commandRoom(ALICE);
  core.echo.closed = false;
  await core.hears(other, /are back on Cave/);
});
