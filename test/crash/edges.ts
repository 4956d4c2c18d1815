// Moments that only the other side sees: the MSN server has it and the bridge does not know, the homeserver has done it and
// not said so. Knows commands and paths; not what they are for.

import type { HomeserverDouble } from '../support/homeserver/homeserver.ts';
import type { World } from './world.ts';

export interface Edge {
  readonly name: string;
  /** Calls `strike` at the so-manieth time that this happens, once; returns how to take it back. */
  arm(visit: number, strike: () => void): () => void;
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

export function edgesOf(world: World): readonly Edge[] {
  return [
    ...COMMANDS.map(([side, verb]) => atMsnServer(world, side, verb)),
    messageWritten(world),
    ...CALLS.flatMap(([what, path]) => atHomeserver(world.homeserver, what, path)),
  ];
}

/** The server has read the command and not answered yet. */
function atMsnServer(world: World, side: 'NS' | 'SB', verb: string): Edge {
  return {
    name: `MSN server, ${side} ${verb}`,
    arm: (visit, strike) => {
      const { faults } = world.msn;
      let left = visit;
      faults.intercept = (where, user, command) => {
        const by = user ?? command.args.find((word) => world.isUser(word));
        if (where !== side || command.verb !== verb || by === undefined || !world.isUser(by)) return undefined;
        left -= 1;
        if (left === 0) strike();
        return undefined;
      };
      return () => (faults.intercept = undefined);
    },
  };
}

/** A contact's words are on their way to the bridge. */
export function messageWritten(world: { onWritten: (() => void) | undefined }): Edge {
  return {
    name: 'MSN server, a message written',
    arm: (visit, strike) => {
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

/** The user's words have come to the network, and nobody knows yet. */
export function messageHeard(network: { onHeard: (() => void) | undefined }): Edge {
  return {
    name: 'network, a message heard',
    arm: (visit, strike) => {
      let left = visit;
      network.onHeard = () => {
        left -= 1;
        if (left === 0) strike();
      };
      return () => (network.onHeard = undefined);
    },
  };
}

/** Before it does what it was asked for, and when that is done and not said. */
export function atHomeserver({ faults }: HomeserverDouble, what: string, path: RegExp): readonly Edge[] {
  return (['before', 'after'] as const).map((when) => ({
    name: `homeserver, ${when} ${what}`,
    arm: (visit, strike) => {
      let left = visit;
      const where = (asked: string, query: string): boolean => {
        if (!path.test(asked) || (!query.includes('user_id=') && !asked.endsWith('/createRoom'))) return false;
        left -= 1;
        return left === 0;
      };
      faults.add({ where }, { type: 'tell', when: `${when}-commit`, tell: strike });
      return () => faults.clear();
    },
  }));
}
