// Plays recorded conversations again: our sessions in the client's place, the server's bytes cut at chance places.

import { expect, test } from 'vitest';
import { DIALECT_NAMES } from '../../src/msnp/dialect.ts';
import type { DialectName } from '../../src/msnp/dialect.ts';
import { readTranscript } from '../support/transcript.ts';
import type { Connection } from '../support/transcript.ts';
import { PARTINGS } from './support/differences.ts';
import { seeded } from './support/random.ts';
import { replayNotification, replaySwitchboard } from './support/replay.ts';
import type { Replayed } from './support/replay.ts';

const RECORDINGS = [
  'msnp2-md5-login-and-chat',
  'msnp3-md5-login-and-chat',
  'msnp4-md5-login-and-chat',
  'msnp5-md5-login-and-chat',
  'msnp6-md5-login-and-chat',
  'msnp7-md5-login-and-chat',
  'msnp2-7-login-errors',
  'msnp8-login-and-chat',
  'msnp9-login-and-chat',
  'msnp10-login-contacts-chat',
  'msnp11-login-and-chat',
  'msnp11-offline-messages',
  'msnp11-pending-list',
  'msnp12-login-and-chat',
  'msnp8-msnp10-added-while-offline',
  'msnp8-contacts',
  'msnp8-errors',
  'server-maintenance',
  'framing-and-letter-case',
  'idle-and-ping',
  'switchboard-tickets-and-duplicates',
  'mixed-versions-group-chat',
];

/** Which dialect each person of a recording speaks, from how they signed in. */
function dialectsOf(connections: readonly Connection[]): Map<string, string> {
  const spoken = new Map<string, string>();
  for (const connection of connections) {
    const version = versionOf(connection);
    if (version !== undefined) spoken.set(personOf(connection.name), version);
  }
  return spoken;
}

/** As the server chose it. */
function versionOf({ said }: Connection): string | undefined {
  return said.find(({ from, line }) => from === 'server' && line.startsWith('VER '))?.line.split(' ')[2];
}

const personOf = (name: string): string => name.split('/')[1] ?? '';
const isOurs = (dialect: string | undefined): dialect is DialectName => DIALECT_NAMES.some((name) => name === dialect);

interface Played {
  readonly sent: readonly string[];
  readonly faults: readonly Error[];
}

function ours({ sent, faults }: Replayed<unknown>, name: string): Played {
  return { sent: sent.slice(0, PARTINGS.get(name)?.after), faults };
}

function recordedOf({ expected }: Replayed<unknown>, name: string): Played {
  return { sent: expected.slice(0, PARTINGS.get(name)?.after), faults: [] };
}

for (const recording of RECORDINGS) {
  const connections = readTranscript(recording);
  const spoken = dialectsOf(connections);
  for (const [index, recorded] of connections.entries()) {
    const dialect = versionOf(recorded) ?? spoken.get(personOf(recorded.name));
    if (recorded.said.length === 0 || !isOurs(dialect)) continue;
    const name = `${recording} ${index}`;
    if (recorded.kind === 'notification') {
      test(`${recorded.name} sends what was recorded in ${name}`, () => {
        const replayed = replayNotification(recorded, seeded(index));
        expect(ours(replayed, name)).toEqual(recordedOf(replayed, name));
      });
    } else if (recorded.kind === 'switchboard') {
      test(`${recorded.name} sends what was recorded in ${name}`, () => {
        const replayed = replaySwitchboard(recorded, dialect, seeded(index));
        expect(ours(replayed, name)).toEqual(recordedOf(replayed, name));
      });
    }
  }
}

// Real clients; their notification servers spoke a dialect that we do not, their switchboards spoke ours.
for (const recording of ['client-libpurple-2.0.2-msnp9-chat', 'client-libpurple-2.0.2-msnp9-group-chat']) {
  for (const [index, recorded] of readTranscript(recording).entries()) {
    if (recorded.kind !== 'switchboard' || !isWhole(recorded)) continue;
    test(`${recorded.name} sends what was recorded in ${recording}`, () => {
      const { sent, expected, faults } = replaySwitchboard(recorded, 'MSNP8', seeded(index));
      expect(sent).toEqual(expected);
      expect(faults).toEqual([]);
    });
  }
}

/** Every payload is as long as its command says: nothing binary, which these recordings show decoded. */
function isWhole({ said }: Connection): boolean {
  return said.every(
    ({ line, payload }) => !line.startsWith('MSG ') || payload.length === Number(line.split(' ').at(-1)),
  );
}
