// Contact lists without end, within every limit that single lines have. The connection ends before our memory does.

import { expect, test } from 'vitest';

import { MsnpProtocolError } from '../../src/msnp/errors.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import { order, received } from '../msnp/support/inputs.ts';

type Machine = NotificationSession;
type Outputs = ReturnType<Machine['handle']>;

/** Signed in with MSNP10, the contact list asked for. */
function synchronizing(): Machine {
  const session = new NotificationSession({ address: 'alice@example.com', dialects: ['MSNP10'] });
  session.handle(order({ type: 'sign-in' }));
  session.handle(received('VER 1 MSNP10\r\nCVR 2 1\r\nUSR 3 TWN S c\r\n'));
  session.handle(order({ type: 'ticket', ticket: 't' }));
  session.handle(received('USR 4 OK a A 1 0\r\n'));
  return session;
}

function ready(): Machine {
  const session = synchronizing();
  session.handle(received('SYN 5 1 1 1 0\r\nLST N=bob@example.com F=Bob C=guid 1\r\nCHG 6 NLN 0\r\nCHL 0 1\r\n'));
  return session;
}

const LONG = 'x'.repeat(8_000);
const CODES = Array.from({ length: 400 }, (_, index) => `P${letter(index / 26)}${letter(index % 26)}`);

function letter(index: number): string {
  return String.fromCharCode(65 + Math.floor(index));
}

/** Feeds the rounds until the session closes; how many megabytes it took. */
function megabytesUntilClosed(session: Machine, round: (index: number) => string): number {
  let sent = 0;
  for (let index = 0; sent < 32 * 1024 * 1024; index++) {
    const lines = round(index);
    sent += lines.length;
    const closed = session.handle(received(lines)).find(isClose);
    if (closed === undefined) continue;
    expect(closed.error).toBeInstanceOf(MsnpProtocolError);
    return sent / 1024 / 1024;
  }
  return Infinity;
}

function isClose(output: Outputs[number]): output is Extract<typeof output, { type: 'close' }> {
  return output.type === 'close';
}

test.each([
  [
    'long names, and properties as long',
    (index: number) =>
      `LST N=p${index}@example.com F=${LONG} C=${index} 1\r\n` +
      CODES.slice(0, 32)
        .map((code) => `BPR ${code} ${LONG}\r\n`)
        .join(''),
  ],
  ['groups with long names', (index: number) => `LSG ${LONG} ${index}\r\n`],
  [
    'a list that begins again and again',
    (index: number) => `SYN 5 1 1 9999 9999\r\nLST N=p${index}@b.c F=${LONG} 1\r\n`,
  ],
])('while the list comes: %s', (_what, round) => {
  const session = synchronizing();
  session.handle(received('SYN 5 1 1 9999 9999\r\n'));
  expect(megabytesUntilClosed(session, round)).toBeLessThan(9);
});

test.each([
  ['people who are added', (index: number) => `ADC 0 FL N=p${index}@example.com F=${LONG} C=${index}\r\n`],
  ['groups that somebody is put into', (index: number) => `ADC 0 FL C=guid ${index}${LONG}\r\n`],
  ['properties', (index: number) => `BPR 0 bob@example.com ${CODES[index % 400]} ${LONG}\r\n`],
  ['groups', (index: number) => `ADG 0 ${LONG} ${index}\r\n`],
])('afterwards: %s', (_what, round) => {
  expect(megabytesUntilClosed(ready(), round)).toBeLessThan(9);
});

test('a list of five thousand people with long names and telephones is taken', () => {
  const session = synchronizing();
  session.handle(received('SYN 5 1 1 5000 0\r\n'));
  const name = '%20'.repeat(129);
  for (let index = 0; index < 5_000; index++) {
    const lines = `LST N=p${index}@example.com F=${name} C=${'0'.repeat(36)} 3 ${'1'.repeat(36)}\r\nBPR PHH 5551234\r\n`;
    session.handle(received(lines));
  }
  const outputs = session.handle(received('CHG 6 NLN 0\r\n'));
  const roster = outputs.flatMap((output) =>
    output.type === 'event' && output.event.type === 'roster' ? output.event.contacts : [],
  );
  expect(roster).toHaveLength(5_000);
});
