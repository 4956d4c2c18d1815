// roster.ratio: a contact list of 600 synced and merged into what the bridge knows, against cutting its frames alone.
// Corpus: 600 contacts in 20 groups as MSNP12 sends them, in chunks as a socket gives them.

import type { ServerKey } from '../src/bridge/ids.ts';
import { EMPTY_LIST } from '../src/msnp/contacts.ts';
import { FrameReader } from '../src/msnp/frame.ts';
import { NotificationSession } from '../src/msnp/notification.ts';
import { Roster } from '../src/networks/msn/roster.ts';
import { type Bench, format } from './report.ts';
import { compare } from './support/rounds.ts';

const CONTACTS = 600;
const GROUPS = 20;
const SEGMENT = 1_460;

export const roster: Bench = async () => {
  const chunks = burst();
  const { ratio, subject, baseline } = await compare(
    (ms) => repeat(ms, () => sync(chunks)),
    (ms) => repeat(ms, () => cut(chunks)),
    { pairs: 15, ms: 200, warmUpMs: 600 },
  );
  return {
    figures: [{ name: 'roster.ratio', value: 1 / ratio, unit: '', goal: { atMost: 3 } }],
    notes: [
      `corpus: ${CONTACTS} contacts, ${GROUPS} groups, ${chunks.reduce((sum, { length }) => sum + length, 0)} bytes`,
      `lists a second: ${format(subject)} synced and merged, ${format(baseline)} only cut into frames`,
    ],
  };
};

function burst(): readonly Buffer[] {
  const guid = (kind: number, n: number): string => `0000000${kind}-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const lines = [
    `SYN 5 2005-04-23T18:57:44.8130000-07:00 2005-04-23T18:57:54.2070000-07:00 ${CONTACTS} ${GROUPS}`,
    'GTC A',
    'BLP AL',
    'PRP MFN Alice',
    ...Array.from({ length: GROUPS }, (_, n) => `LSG Group%20${n} ${guid(1, n)}`),
    ...Array.from(
      { length: CONTACTS },
      (_, n) => `LST N=contact${n}@example.com F=Contact%20${n}%20\u2603 C=${guid(2, n)} 11 1 ${guid(1, n % GROUPS)}`,
    ),
    'CHG 6 NLN 1073741856 0',
    '',
  ];
  const bytes = Buffer.from(lines.join('\r\n'));
  return Array.from({ length: Math.ceil(bytes.length / SEGMENT) }, (_, n) =>
    bytes.subarray(n * SEGMENT, (n + 1) * SEGMENT),
  );
}

const AT = new Date('2026-11-22T12:00:00Z');
const GREETING = Buffer.from('VER 1 MSNP12\r\nCVR 2 1\r\nUSR 3 TWN S c\r\n');
const SIGNED_IN = Buffer.from('USR 4 OK alice@example.com 1 0\r\n');

function sync(chunks: readonly Buffer[]): number {
  const session = new NotificationSession({ address: 'alice@example.com', dialects: ['MSNP12'] });
  let told = 0;
  const merged = new Roster({
    server: 'own' as ServerKey,
    known: EMPTY_LIST,
    clock: { after: () => () => undefined },
    emit: (event) => (told += event.type === 'roster' ? event.contacts.length : 0),
    say: () => undefined,
    onRequest: () => undefined,
  });
  session.handle({ type: 'command', command: { type: 'sign-in' }, at: AT });
  session.handle({ type: 'received', bytes: GREETING, at: AT });
  session.handle({ type: 'command', command: { type: 'ticket', ticket: 't' }, at: AT });
  session.handle({ type: 'received', bytes: SIGNED_IN, at: AT });
  for (const bytes of chunks) {
    for (const output of session.handle({ type: 'received', bytes, at: AT })) {
      if (output.type === 'event' && output.event.type === 'roster') merged.onRoster(output.event);
    }
  }
  if (told !== CONTACTS) throw new Error(`${told} of ${CONTACTS} contacts came`);
  return 1;
}

function cut(chunks: readonly Buffer[]): number {
  const reader = new FrameReader('notification');
  let frames = 0;
  for (const bytes of chunks) for (const _ of reader.push(bytes)) frames += 1;
  if (frames < CONTACTS) throw new Error('frames are missing');
  return 1;
}

function repeat(ms: number, once: () => number): number {
  const begin = performance.now();
  let done = 0;
  while (performance.now() - begin < ms) done += once();
  return done / ((performance.now() - begin) / 1_000);
}
