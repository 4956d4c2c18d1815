// What can be wrong with a bridge: before it runs, a method of one of its parts is made to do something else, at one occasion,
// and to tell of that. For the test of the judge. Knows parts of the bridge; not who judges.

import { plainText } from '../../../src/bridge/events.ts';
import type { EventId } from '../../../src/bridge/ids.ts';
import { Receipts } from '../../../src/bridge/receipts.ts';
import { say } from '../../../src/bridge/say.ts';
import type { NewRow } from '../../../src/bridge/store.ts';
import type { Telling } from '../../../src/bridge/telling.ts';
import { Intents } from '../../../src/matrix/intent.ts';
import { Rooms } from '../../../src/matrix/rooms.ts';
import { Sends } from '../../../src/matrix/sends.ts';
import { NUDGE } from '../../../src/networks/msn/commands/nudge.ts';
import { Nudges } from '../../../src/networks/msn/nudges.ts';
import { SqlJournal } from '../../../src/store/journal.ts';
import { readWords } from '../history.ts';
import { STRUCK, tell } from './orders.ts';

/** The passwords of so many come first, and nobody counts them. */
const USERS = 2;

export const FAULTY = {
  'does everything right': () => {
    spoil(Receipts.prototype, 'tell', (right) => async (telling) => {
      if (isNudged(telling)) strike();
      return right(telling);
    });
  },

  'sends before it is written down that it will': () => {
    let unintended: number | undefined;
    spoil(SqlJournal.prototype, 'intend', (right) => async (seq, pieces, part, epoch) => {
      if (pieces.some((piece) => readWords(plainText(piece)))) unintended ??= seq;
      if (seq !== unintended) await right(seq, pieces, part, epoch);
    });
    // what it would have written by now it has yet to write
    spoil(SqlJournal.prototype, 'finish', (right) => async (seq, finish) => {
      if (seq === unintended) await untilTheEnd();
      return right(seq, finish);
    });
  },

  'has two messages of one chat under way': () => {
    const secondLane = 'beside the first';
    const firstIsOut = Promise.withResolvers<void>();
    let first: { readonly event: EventId; readonly lane: string } | undefined;
    let second: EventId | undefined;
    const underWay = new Map<number, EventId>();
    spoil(SqlJournal.prototype, 'accept', (right) => async (rows) => {
      const accepted = rows.map((row): NewRow => {
        const event = wordsIn(row);
        if (event === undefined) return row;
        if (first === undefined) first = { event, lane: row.lane };
        else if (row.lane === first.lane) second ??= event;
        return event === second ? { ...row, lane: secondLane } : row;
      });
      return right(accepted);
    });
    spoil(SqlJournal.prototype, 'next', (right) => async (lane) => {
      if (lane === secondLane) await firstIsOut.promise;
      const open = await right(lane);
      const event = open?.type === 'waiting' ? wordsIn(open.row) : undefined;
      if (open?.type === 'waiting' && event !== undefined) underWay.set(open.row.seq, event);
      return open;
    });
    spoil(SqlJournal.prototype, 'finish', (right) => async (seq, finish) => {
      const event = underWay.get(seq);
      if (event === undefined || (event !== first?.event && event !== second)) return right(seq, finish);
      if (event === second) return untilTheEnd();
      firstIsOut.resolve();
      return never();
    });
  },

  'makes the room of a chat twice': () => {
    const isMeant = once();
    spoil(Rooms.prototype, 'createPortalRoom', (right) => async (spec) => {
      const room = await right(spec);
      if (isMeant()) await right({ ...spec, key: `${spec.key} again` });
      return room;
    });
  },

  'sends an event twice and does not take it back': () => {
    const isMeant = once();
    spoil(Intents.prototype, 'send', (right) => async (request) => {
      const event = await right(request);
      if (request.type === 'm.room.message' && isMeant()) await right({ ...request, txnId: `${request.txnId} again` });
      return event;
    });
    spoil(Sends.prototype, 'noteEcho', () => () => undefined);
  },

  'does twice what it was told': () => {
    const isMeant = once();
    spoil(NUDGE, 'run', (right) => async (...asked) => {
      if (isMeant()) await right(...asked);
      return right(...asked);
    });
    spoil(Nudges.prototype, 'paced', () => (_chat, beforeWrite) => beforeWrite);
  },

  'does not do what it was told, and says “done”': () => {
    spoil(NUDGE, 'run', () => async (_client, [address]) => {
      strike();
      return say(`You nudged ${address}.`);
    });
  },

  'does what it was told, and does not answer': () => {
    spoil(Receipts.prototype, 'tell', (right) => async (telling) => {
      if (isNudged(telling)) strike();
      else await right(telling);
    });
  },

  'answers twice': () => {
    spoil(Receipts.prototype, 'tell', (right) => async (telling) => {
      if (!isNudged(telling)) return right(telling);
      strike();
      return right({ ...telling, replies: [...telling.replies, ...telling.replies] });
    });
  },

  'leaves a password standing': () => {
    const isMeant = once(USERS + 1);
    spoil(Intents.prototype, 'redact', (right) => async (room, event, reason, txnId) => {
      if (reason !== 'a password' || !isMeant()) await right(room, event, reason, txnId);
    });
  },

  'forgets a row': () => {
    const isMeant = once();
    spoil(SqlJournal.prototype, 'accept', (right) => async (rows) => {
      const nobodys = 'nobody looks here';
      const accepted = rows.map((row): NewRow => (isComing(row) && isMeant() ? { ...row, lane: nobodys } : row));
      return (await right(accepted)).filter((lane) => lane !== nobodys);
    });
  },
} as const satisfies Record<string, () => void>;

export type FaultName = keyof typeof FAULTY;

type Method = (...args: never[]) => unknown;

/** From now on a part does this in place of what is right. */
function spoil<Part extends object, Name extends keyof Part>(
  part: Part,
  name: Name,
  spoilt: (right: Part[Name]) => Part[Name],
): void {
  const right = part[name] as Method;
  const wrong = function (this: Part, ...args: never[]): unknown {
    return (spoilt(right.bind(this) as Part[Name]) as Method)(...args);
  };
  Object.defineProperty(part, name, { value: wrong });
}

/** True once: the so-manieth time that it is asked. */
function once(time = 1): () => boolean {
  let left = time;
  return () => {
    left -= 1;
    if (left === 0) strike();
    return left === 0;
  };
}

function strike(): void {
  tell({ type: 'passed', point: STRUCK });
}

/** Whoever waits for this waits until the process is ended, for which it is time now. */
async function untilTheEnd(): Promise<never> {
  strike();
  return never();
}

async function never(): Promise<never> {
  return new Promise<never>(() => undefined);
}

/** The event, if it is something that was said in a chat. */
function wordsIn(row: NewRow): EventId | undefined {
  const isSaid = row.source === 'matrix' && row.event.type === 'message' && readWords(plainText(row.event.content));
  return isSaid ? row.event.id : undefined;
}

function isNudged(telling: Telling): telling is Extract<Telling, { type: 'replies' }> {
  return telling.type === 'replies' && telling.replies.some((reply) => plainText(reply).startsWith('You nudged '));
}

/** Somebody comes into a room by themselves: that stands in the journal, and nobody misses it. */
function isComing({ source, event }: NewRow): boolean {
  return source === 'matrix' && event.type === 'member' && event.membership === 'join' && event.target === event.sender;
}
