// The double answers real clients as a real server did: recordings of libpurple 2.0.2 are played at it.
import { readFileSync } from 'node:fs';

import { describe, expect, onTestFinished, test } from 'vitest';

import { MsnServerDouble } from '../support/msn-server/msn-server-double.ts';
import { ALLOWED_DIFFERENCES } from './allowed-differences.ts';
import { parseRecording, type RecordedConnection } from './replay/recording.ts';
import { replay, type Prelude, type Stage } from './replay/replay.ts';

const DOMAIN = 'p9.cl.example.com';
const ALICES_PICTURE =
  '%3Cmsnobj%20Creator%3D%22alice%40p9.cl.example.com%22%20Size%3D%2219917%22%20Type%3D%223%22%20Location%3D%22TFR2C2.tmp%22%20Friendly%3D%22AAA%3D%22%20SHA1D%3D%22JJwCAB4fpR%2Byt8FtiR0cNnBRRyQ%3D%22%20SHA1C%3D%22Aqh%2FPNtz6GuiGSQtPMpzOVz0G7c%3D%22%2F%3E';
const BOBS_PICTURE =
  '%3Cmsnobj%20Creator%3D%22bob%40p9.cl.example.com%22%20Size%3D%2219208%22%20Type%3D%223%22%20Location%3D%22TFR2C2.tmp%22%20Friendly%3D%22AAA%3D%22%20SHA1D%3D%22%2BuUR7xiAlmlak0kxa324S76gwOA%3D%22%20SHA1C%3D%22H6efXubd5vAyxVJWIMC%2BT%2BB0Tig%3D%22%2F%3E';

const CAST = {
  addressOf: (user: string) => `${user}@${DOMAIN}`,
  password: 'test1234',
  presence: {
    alice: `1073741856 ${ALICES_PICTURE}`,
    bob: `1073741856 ${BOBS_PICTURE}`,
    carol: '1073741856',
  },
};

const BOTH = ['alice', 'bob'];

/** How things stood when each recording began, which its own lines presuppose. */
const PRELUDES: Readonly<Record<string, Prelude>> = {
  'sign-in': { online: [], rooms: [] },
  'presence-seen-by-peer': { online: BOTH, rooms: [] },
  'display-picture': { online: BOTH, rooms: [] },
  chat: { online: BOTH, rooms: [] },
  'custom-emoticons': { online: BOTH, rooms: [['alice-sb6', 'bob']] },
  'file-accept': { online: BOTH, rooms: [['alice-sb6', 'bob']] },
  'file-decline-cancel': { online: BOTH, rooms: [['alice-sb6', 'bob']] },
  'group-chat': { online: BOTH, rooms: [] },
  'contacts-offline-logout': {
    online: [...BOTH, 'carol'],
    rooms: [
      ['alice-sb6', 'bob-sb6'],
      ['carol', 'bob-sb7'],
    ],
  },
};

function readRecording(topic: string): string {
  return readFileSync(new URL(`../transcripts/client-libpurple-2.0.2-msnp9-${topic}.txt`, import.meta.url), 'utf8');
}

async function setStage(topic: string, patienceMs: number): Promise<Stage> {
  const contact = (name: string, groups: string[] = []) => ({ address: `${name}@${DOMAIN}`, groups });
  const account = (name: string, contacts: readonly ReturnType<typeof contact>[]) => ({
    address: `${name}@${DOMAIN}`,
    password: 'test1234',
    name: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    contacts,
  });
  const alice = account('alice', [contact('bob', ['Friends']), contact('carol', ['Work Mates']), contact('dave')]);
  const erin = { address: `erin@${DOMAIN}`, lists: ['BL' as const] };
  const server = await MsnServerDouble.start({
    accounts: [
      { ...alice, contacts: [...alice.contacts, erin], groups: ['Friends', 'Work Mates'] },
      account('bob', [contact('alice'), contact('carol')]),
      account('carol', [contact('alice'), contact('bob')]),
      account('dave', [contact('alice')]),
      account('erin', [contact('alice')]),
      account('frank', []),
    ],
  });
  onTestFinished(() => server.stop());
  const prelude = PRELUDES[topic] ?? { online: [], rooms: [] };
  return { recording: topic, server, cast: CAST, prelude, allowed: ALLOWED_DIFFERENCES, patienceMs };
}

function countServerLines(recording: readonly RecordedConnection[]): number {
  return recording.flatMap(({ items }) => items.filter(({ type }) => type === 'server')).length;
}

describe.each(Object.keys(PRELUDES))('%s', (topic) => {
  test('is answered as it was recorded', async () => {
    const recording = parseRecording(readRecording(topic));
    const stage = await setStage(topic, 4_000);
    const compared = await replay(recording, stage);
    const repeats = 8;
    expect(compared).toBeGreaterThan(0);
    expect(compared).toBeGreaterThanOrEqual(countServerLines(recording) - repeats);
    expect(stage.server.violations).toEqual([]);
    expectVerbatimRelay(stage.server);
  });
});

/** Every copy of a message is, byte for byte, one that was sent. */
function expectVerbatimRelay(server: MsnServerDouble): void {
  const sent = new Set(
    server.received.filter(({ verb }) => verb === 'MSG').map(({ payload }) => payload.toString('hex')),
  );
  const copies = server.log.filter(
    ({ direction, side, verb }) => direction === 'out' && side === 'SB' && verb === 'MSG',
  );
  for (const { payload } of copies) expect(sent).toContain(payload.toString('hex'));
}

describe('the comparison can fail', () => {
  const CHANGES: readonly (readonly [name: string, topic: string, was: string, is: string])[] = [
    ['a name', 'sign-in', 'LST carol@p9.cl.example.com Carol 11 2', 'LST carol@p9.cl.example.com Caro 11 2'],
    ['a list', 'sign-in', 'LST erin@p9.cl.example.com Erin 12 0', 'LST erin@p9.cl.example.com Erin 10 0'],
    ['an order', 'sign-in', 'S> GTC A\n    1.008 S> BLP AL', 'S> BLP AL\n    1.008 S> GTC A'],
    ['a profile field', 'sign-in', 'S| lang_preference: 1033', 'S| lang_preference: 1034'],
    [
      'a presence',
      'presence-seen-by-peer',
      'S> NLN AWY alice@p9.cl.example.com Alice',
      'S> NLN AWY alice@p9.cl.example.com Al',
    ],
    ['a message', 'chat', 'S| Hi Alice - naïve', 'S| Hi Alice - native'],
    ['a line that is not there', 'chat', 'S> ACK 3', 'S> ACK 3\n    1.036 S> ACK 4'],
    ['a line too many', 'chat', '    1.036 S> ACK 3\n', ''],
    ['a refusal', 'contacts-offline-logout', 'S> 217 2', 'S> 216 2'],
    ['a login header', 'sign-in', 'S> Authentication-Info: Passport1.4 da', 'S> Authentication-Info: Passport2 da'],
  ];

  test.each(CHANGES)('over %s (%s)', async (_name, topic, was, is) => {
    const text = readRecording(topic);
    expect(text).toContain(was);
    const stage = await setStage(topic, 250);
    await expect(replay(parseRecording(text.replace(was, is)), stage)).rejects.toThrow(
      /what was recorded at|^not recorded:|: recorded\n/u,
    );
  });
});
