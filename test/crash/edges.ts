// Moments that only the other side sees: the MSN server has it and the bridge does not know, the homeserver has done it and
// not said so. Knows commands and paths; not what they are for.

import type { World } from './world.ts';

export interface Edge {
  readonly name: string;
  /** Calls `strike` at the so-manieth time that this happens, once; returns how to take it back. */
  arm(world: World, visit: number, strike: () => void): () => void;
}

const COMMANDS = [
  ['NS', 'USR'],
  ['NS', 'SYN'],
  ['NS', 'CHG'],
  ['NS', 'XFR'],
  ['SB', 'USR'],
  ['SB', 'CAL'],
  ['SB', 'ANS'],
  ['SB', 'MSG'],
] as const;

const CALLS = [
  ['a message', /\/send\/m\.room\.message\//u],
  ['a status', /\/send\/com\.beeper\.message_send_status\//u],
  ['a room', /\/createRoom$/u],
  ['a room’s alias', /\/directory\/room\//u],
  ['a ghost', /\/register$/u],
  ['a join', /\/join/u],
  ['an invitation', /\/(invite|state\/m\.room\.member\/.*)$/u],
  ['a name', /\/profile\//u],
  ['a receipt', /\/receipt\//u],
  ['room state', /\/state\/(?!m\.room\.member)/u],
] as const;

export const EDGES: readonly Edge[] = [
  ...COMMANDS.map(([side, verb]) => atMsnServer(side, verb)),
  messageWritten(),
  ...CALLS.flatMap(([what, path]) => [
    atHomeserver(`homeserver, before ${what}`, path, 'before-commit'),
    atHomeserver(`homeserver, after ${what}`, path, 'after-commit'),
  ]),
];

/** The server has read the command and not answered yet. */
function atMsnServer(side: 'NS' | 'SB', verb: string): Edge {
  return {
    name: `MSN server, ${side} ${verb}`,
    arm: ({ msn, users }, visit, strike) => {
      let left = visit;
      const own = new Set(users.map(({ address }) => address));
      msn.faults.intercept = (where, user, command) => {
        const by = user ?? command.args.find((word) => own.has(word));
        if (where !== side || command.verb !== verb || by === undefined || !own.has(by)) return undefined;
        left -= 1;
        if (left === 0) strike();
        return undefined;
      };
      return () => (msn.faults.intercept = undefined);
    },
  };
}

/** A contact's words are on their way to the bridge. */
function messageWritten(): Edge {
  return {
    name: 'MSN server, a message written',
    arm: (world, visit, strike) => {
      let left = visit;
      world.onWritten = () => {
        left -= 1;
        // the bytes leave after the server has noted them
        if (left === 0) setImmediate(strike);
      };
      return () => (world.onWritten = undefined);
    },
  };
}

function atHomeserver(name: string, path: RegExp, when: 'before-commit' | 'after-commit'): Edge {
  return {
    name,
    arm: ({ homeserver }, visit, strike) => {
      let left = visit;
      const where = (asked: string, query: string): boolean => {
        if (!path.test(asked) || (!query.includes('user_id=') && !asked.endsWith('/createRoom'))) return false;
        left -= 1;
        return left === 0;
      };
      homeserver.faults.add({ where }, { type: 'tell', when, tell: strike });
      return () => homeserver.faults.clear();
    },
  };
}
