// The bytes of MSN's servers: frames, and the sessions that read them, at every stage and in many versions.

import assert from 'node:assert/strict';

import { parseServerAddress } from '../../../src/msnp/address.ts';
import { MsnpProtocolError } from '../../../src/msnp/errors.ts';
import { FrameReader } from '../../../src/msnp/frame.ts';
import type { Frame, Role, Side } from '../../../src/msnp/frame.ts';
import { chatMessages } from '../../hostile/corpus/chat-messages.ts';
import { frames } from '../../hostile/corpus/frames.ts';
import { lists } from '../../hostile/corpus/lists.ts';
import { commandsIn, machine } from '../../hostile/corpus/machines.ts';
import type { Surroundings } from '../../hostile/corpus/machines.ts';
import { personToPerson } from '../../hostile/corpus/person-to-person.ts';
import { serverMessages } from '../../hostile/corpus/server-messages.ts';
import { cut, seeded } from '../../msnp/support/random.ts';
import { fromCorpus, streams } from '../seeds.ts';
import { seedsOf, textOf } from '../target.ts';
import type { Target } from '../target.ts';

const VERBS =
  'VER INF CVR USR XFR SYN LSG LST BPR PRP REA SBP CHG ILN NLN FLN UBX UUX ADD ADC REM ADG REG RMG BLP GTC URL RNG CHL QNG MSG OUT ANS IRO JOI BYE CAL ACK NAK NOT IPG GCF ADL RML 911 217 215 800'.split(
    ' ',
  );
const WORDS = [...VERBS, ...'FL AL BL RL PL OK MD5 TWN S SB NS MSNP8 MSNP12 CKI RINGING N= F= C= MFN PHH'.split(' ')];

const LARGEST = 1_000_000;

interface Read {
  readonly frames: readonly Frame[];
  readonly fault: string | undefined;
}

function read(role: Role, side: Side, pieces: readonly Uint8Array[]): Read {
  const reader = new FrameReader(role, side);
  const found: Frame[] = [];
  try {
    for (const piece of pieces) for (const frame of reader.push(piece)) found.push(frame);
  } catch (error) {
    if (!(error instanceof MsnpProtocolError)) throw error;
    return { frames: found, fault: error.message };
  }
  return { frames: found, fault: undefined };
}

/** Whatever it is cut into, the frames are the same, and there is no more in them than came. */
function framer(role: Role, side: Side): Target {
  return {
    name: `frames-${role}-${side}`,
    share: 8,
    words: WORDS,
    seeds: () => [...fromCorpus(frames), ...streams(role, side)],
    run: (input) => {
      const whole = read(role, side, [input]);
      const pieces = cut(input, seeded(input.length));
      const cutUp = read(role, side, pieces);
      assert.deepEqual(cutUp, whole);
      let size = 0;
      for (const { verb, args, payload } of whole.frames) {
        assert.equal(verb.length, 3);
        for (const word of args) assert.ok(!/[ \n]/.test(word), 'a word is one word');
        assert.ok(payload.length <= LARGEST);
        size += payload.length;
      }
      assert.ok(size <= input.length, 'no more is given out than came');
    },
  };
}

/** Nothing that a server says makes a session throw, say what is no command, or go on for ever. */
function session(where: Surroundings, share: number): Target {
  const { role, dialect, stage, gateway } = where;
  return {
    name: [role, dialect, stage, ...(gateway === true ? ['gateway'] : [])].join('-').toLowerCase(),
    share,
    words: WORDS,
    seeds: () =>
      role === 'notification'
        ? [...fromCorpus(frames, serverMessages, lists), ...streams(role)]
        : [...fromCorpus(frames, chatMessages, personToPerson), ...streams(role)],
    run: (input) => {
      const outputs = machine(where).receive(input);
      const closes = outputs.flatMap((output, index) =>
        output.type === 'close' ? [{ index, error: output.error }] : [],
      );
      for (const { index, error } of closes) {
        assert.ok(error === undefined || error instanceof MsnpProtocolError);
        if (gateway !== true) assert.equal(index, outputs.length - 1, 'nothing follows a close');
      }
      assert.ok(closes.length <= 1);
      for (const output of outputs) if (output.type === 'send') commandsIn(output.bytes);
      // an answer to each short command is the most that there can be
      assert.ok(outputs.length <= input.length + 32, `${outputs.length} outputs`);
      assert.ok(sizeOf(outputs) <= 16 * input.length + 20_000, 'what is told has an end');
    },
  };
}

/** The text in all that is told, a list as often as it is told. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  if (value instanceof Map) return sizeOf([...value].flat());
  return Object.values(value).reduce<number>((sum, one) => sum + sizeOf(one), 0);
}

export const protocol: readonly Target[] = [
  framer('notification', 'server'),
  framer('switchboard', 'server'),
  framer('notification', 'client'),
  framer('switchboard', 'client'),
  session({ role: 'notification', dialect: 'MSNP12', stage: 'greeting' }, 2),
  session({ role: 'notification', dialect: 'MSNP2', stage: 'list' }, 2),
  session({ role: 'notification', dialect: 'MSNP7', stage: 'list' }, 2),
  session({ role: 'notification', dialect: 'MSNP8', stage: 'list' }, 2),
  session({ role: 'notification', dialect: 'MSNP12', stage: 'list' }, 2),
  session({ role: 'notification', dialect: 'MSNP2', stage: 'ready' }, 2),
  session({ role: 'notification', dialect: 'MSNP8', stage: 'ready' }, 2),
  session({ role: 'notification', dialect: 'MSNP10', stage: 'ready' }, 2),
  session({ role: 'notification', dialect: 'MSNP12', stage: 'ready' }, 4),
  session({ role: 'notification', dialect: 'MSNP12', stage: 'ready', gateway: true }, 1),
  session({ role: 'switchboard', dialect: 'MSNP2', stage: 'inside' }, 3),
  session({ role: 'switchboard', dialect: 'MSNP12', stage: 'entering' }, 3),
  session({ role: 'switchboard', dialect: 'MSNP12', stage: 'inside' }, 6),
  session({ role: 'switchboard', dialect: 'MSNP12', stage: 'inside', gateway: true }, 1),
  {
    name: 'server-address',
    share: 4,
    words: ['[', ']', '::', ':1863', '127.0.0.1', 'ms.example.com'],
    seeds: () =>
      seedsOf([
        '127.0.0.1:1863',
        '[::1]:1864',
        'ms.example.com',
        'ms.example.com:443',
        '::1',
        'a:b:80',
        'user@host:80',
      ]),
    run: (input) => {
      const found = parseServerAddress(textOf(input));
      if (found === undefined) return;
      assert.ok(found.port >= 1 && found.port <= 65_535);
      assert.ok(!/[\s/@]/.test(found.host));
    },
  },
];
