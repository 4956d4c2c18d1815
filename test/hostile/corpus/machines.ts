// The protocol's machines at every stage of their lives and in every version, with or without the HTTP gateway between.
// Knows how they get there, and how to hear whether they still listen.

import assert from 'node:assert/strict';

import type { DialectName } from '../../../src/msnp/dialect.ts';
import { dialect } from '../../../src/msnp/dialect.ts';
import type { Role } from '../../../src/msnp/frame.ts';
import { GatewaySession } from '../../../src/msnp/gateway.ts';
import type { NotificationCommand } from '../../../src/msnp/notification-types.ts';
import { NotificationSession } from '../../../src/msnp/notification.ts';
import type { FetchReply, Input, Output, Session } from '../../../src/msnp/session.ts';
import type { SwitchboardCommand } from '../../../src/msnp/switchboard-types.ts';
import { SwitchboardSession } from '../../../src/msnp/switchboard.ts';
import { Carried } from '../../msnp/support/carried.ts';
import { order, received } from '../../msnp/support/inputs.ts';

export const ALICE = 'alice@example.com';

export type Stage = 'greeting' | 'list' | 'ready' | 'entering' | 'inside' | 'leaving';
export const STAGES: Readonly<Record<Role, readonly Stage[]>> = {
  notification: ['greeting', 'list', 'ready'],
  switchboard: ['entering', 'inside', 'leaving'],
};

type AnySession = Session<NotificationCommand | SwitchboardCommand, { readonly type: string }>;
type AnyOutput = Output<{ readonly type: string }>;
type Step = NotificationCommand | SwitchboardCommand | string;

/** Something that bytes can be given to. */
export interface Machine {
  receive(bytes: Uint8Array): readonly AnyOutput[];
}

export interface Surroundings {
  readonly role: Role;
  readonly dialect: DialectName;
  readonly stage: Stage;
  readonly gateway?: boolean;
}

export function machine({ role, dialect: name, stage, gateway = false }: Surroundings): Machine {
  const session =
    role === 'notification'
      ? new NotificationSession({ address: ALICE, dialects: [name] })
      : new SwitchboardSession({ address: ALICE, dialect: name, entry: { type: 'create', ticket: 't' } });
  const driven = new Driven(gateway ? carried(session, role) : session, gateway);
  for (const step of prelude(name, stage)) driven.step(step);
  return driven;
}

function carried(session: AnySession, role: Role): AnySession {
  const server = role === 'notification' ? 'NS' : 'SB';
  return new Carried(session, new GatewaySession({ url: 'http://gateway.example', server, host: 'ns.example' }));
}

function prelude(name: DialectName, stage: Stage): readonly Step[] {
  const { auth, serials, contactLine } = dialect(name);
  const lists = ['FL', 'AL', 'BL', 'RL'].map((list) => `LST 5 ${list} 1 0 0\r\n`).join('');
  const list = contactLine === 'listed' ? `SYN 5 1\r\n${lists}` : `SYN 5 ${serials === 1 ? '1' : '1 1'} 0 0\r\n`;
  const onTheWay: readonly Step[] = [
    { type: 'sign-in' },
    `VER 1 ${name}\r\nINF 2 MD5\r\nCVR 2 1\r\nUSR 3 ${auth} S c\r\n`,
    { type: 'ticket', ticket: 't' },
    'USR 4 OK a@b.c A 1 0\r\n',
  ];
  const inside: readonly Step[] = [{ type: 'enter' }, 'USR 1 OK a@b.c A\r\n'];
  const preludes: Readonly<Record<Stage, readonly Step[]>> = {
    greeting: onTheWay.slice(0, 1),
    list: onTheWay,
    ready: [...onTheWay, `${list}CHG 6 NLN 0\r\n`, 'CHL 0 1\r\n'],
    entering: inside.slice(0, 1),
    inside,
    leaving: [...inside, { type: 'leave' }],
  };
  return preludes[stage];
}

class Driven implements Machine {
  readonly #session: AnySession;
  readonly #gateway: boolean;
  #request: string | undefined;

  constructor(session: AnySession, gateway: boolean) {
    this.#session = session;
    this.#gateway = gateway;
  }

  step(step: Step): void {
    if (typeof step === 'string') this.receive(Buffer.from(step));
    else this.#handle(order(step));
  }

  receive(bytes: Uint8Array): readonly AnyOutput[] {
    if (!this.#gateway) return this.#handle(received(bytes));
    if (this.#request === undefined) return [];
    const headers = new Map([['x-msn-messenger', 'SessionID=1; GW-IP=ns.example']]);
    const reply: FetchReply = { type: 'response', status: 200, headers, body: bytes };
    const at = new Date(0);
    const outputs = this.#handle({ at, type: 'fetched', id: this.#request, reply });
    // whatever is still to come is fetched at once
    return [...outputs, ...this.#handle({ at, type: 'woken', id: 'gateway-poll' })];
  }

  #handle(input: Input<NotificationCommand | SwitchboardCommand>): readonly AnyOutput[] {
    const outputs = this.#session.handle(input);
    for (const output of outputs) if (output.type === 'fetch') this.#request = output.id;
    return outputs;
  }
}

/** What came of what was received. */
export interface Seen {
  readonly events: readonly { readonly type: string }[];
  readonly closes: readonly (Error | undefined)[];
  /** Command lines that went out, over whichever way. */
  readonly sent: readonly string[];
  /** It still listens: an honest word afterwards was heard. */
  readonly listens: boolean;
}

const PROBE_TEXT = 'Content-Type: text/plain\r\n\r\nprobe';
const PROBES: Readonly<Record<Role, string>> = {
  notification: 'QNG 50\r\n',
  // where we are not inside yet, nothing is told before that
  switchboard: `USR 1 OK a@b.c A\r\nMSG probe@example.com Probe ${PROBE_TEXT.length}\r\n${PROBE_TEXT}`,
};

export function observe(role: Role, to: Machine, pieces: readonly Uint8Array[]): Seen {
  const outputs = pieces.flatMap((piece) => to.receive(piece));
  const probed = to.receive(Buffer.from(PROBES[role]));
  const closes = [...outputs, ...probed].flatMap((output) => (output.type === 'close' ? [output.error] : []));
  const isEntry = (output: AnyOutput): boolean => output.type === 'event' && output.event.type === 'entered';
  const heard = (output: AnyOutput): boolean =>
    role === 'notification'
      ? output.type === 'wake' && output.id === 'ping'
      : output.type === 'event' && 'address' in output.event && output.event.address === 'probe@example.com';
  return {
    events: [...outputs, ...probed.filter((output) => !heard(output) && !isEntry(output))].flatMap((output) =>
      output.type === 'event' ? [output.event] : [],
    ),
    closes,
    sent: outputs.flatMap((output) => commandsIn(bytesOf(output))),
    listens: probed.some(heard),
  };
}

function bytesOf(output: AnyOutput): Uint8Array {
  if (output.type === 'send') return output.bytes;
  return output.type === 'fetch' && output.body instanceof Uint8Array ? output.body : Buffer.alloc(0);
}

const WITH_PAYLOAD = new Set(['MSG', 'QRY', 'UUX']);

/** Reads what we send as a server would that forgives nothing; throws where it is not well-formed. */
export function commandsIn(bytes: Uint8Array): readonly string[] {
  const lines: string[] = [];
  let rest = Buffer.from(bytes);
  while (rest.length > 0) {
    const end = rest.indexOf('\r\n');
    const line = rest.toString('latin1', 0, end === -1 ? rest.length : end);
    assert.match(line, /^[A-Z]{3}( [\x21-\x7e]+)*$/);
    assert.notEqual(end, -1, 'a command has an end');
    const length = WITH_PAYLOAD.has(line.slice(0, 3)) ? Number(line.split(' ').at(-1)) : 0;
    assert.ok(length <= rest.length - end - 2, 'a payload is as long as it says');
    lines.push(line);
    rest = rest.subarray(end + 2 + length);
  }
  return lines;
}
