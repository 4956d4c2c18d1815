// Whether what a peer begins to say comes to its end.

import { expect, test } from 'vitest';
import { MsnpProtocolError } from '../../src/msnp/errors.ts';
import { FrameReader } from '../../src/msnp/frame.ts';
import { NotificationSession } from '../../src/msnp/notification.ts';
import type { Session } from '../../src/msnp/session.ts';
import { SwitchboardSession } from '../../src/msnp/switchboard.ts';
import { order, received, Said, say, woken } from './support/inputs.ts';

const WATCH = 'frame 30000';

function notification(): NotificationSession {
  const session = new NotificationSession({ address: 'alice@example.com', dialects: ['MSNP12'] });
  session.handle(order({ type: 'sign-in' }));
  return session;
}

function switchboard(): SwitchboardSession {
  const entry = { type: 'create', ticket: 't' } as const;
  const session = new SwitchboardSession({ address: 'alice@example.com', dialect: 'MSNP12', entry });
  session.handle(order({ type: 'enter' }));
  return session;
}

test.each<[string, () => Session<never, unknown>]>([
  ['a notification server', notification],
  ['a switchboard', switchboard],
])('a command that %s drips byte by byte must be whole within half a minute of its first byte', (_who, make) => {
  const session = make();
  const first = new Said<unknown>(session.handle(received('M')));
  expect(first.wakes).toEqual([WATCH]);
  const drops = Array.from(Buffer.from('SG bob@example.com Bob 400\r\nContent'), (byte) => Uint8Array.of(byte));
  expect(drops.flatMap((drop) => session.handle(received(drop)))).toEqual([]);
  const end = new Said<unknown>(session.handle(woken('frame')));
  expect(end.closes).toEqual([new MsnpProtocolError('a command that never ends')]);
  expect(session.handle(received('more'))).toEqual([]);
});

test('each command that begins has its own half minute', () => {
  const session = notification();
  expect(say(session, received('MSG a b 3\r\nx')).wakes).toEqual([WATCH]);
  expect(say(session, received('yzQNG')).wakes).toEqual([WATCH]);
  const whole = say(session, received(' 50\r\n'));
  expect(whole.outputs).toContainEqual({ type: 'cancel', id: 'frame' });
  expect(session.handle(woken('frame'))).toEqual([]);
});

test('what was read whole keeps no memory, what was not keeps no more than twice its length', () => {
  const reader = new FrameReader('notification');
  expect([...reader.push(Buffer.from('QNG 50\r\n'))]).toHaveLength(1);
  expect(reader.buffered).toBe(0);
  expect([...reader.push(Buffer.from(`GCF 0 262144\r\n`))]).toEqual([]);
  const piece = Buffer.alloc(8 * 1024);
  for (let sent = 0; sent + piece.length < 262_144; sent += piece.length) expect([...reader.push(piece)]).toEqual([]);
  expect(reader.buffered).toBeLessThanOrEqual(2 * 262_144 + piece.length);
  expect([...reader.push(piece)]).toHaveLength(1);
});
