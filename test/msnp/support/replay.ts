// Lets a session play a recorded client's part against the recorded server. Knows which command stands for which line.

import { ContactBook } from '../../../src/msnp/contact-book.ts';
import { EMPTY_LIST } from '../../../src/msnp/contacts.ts';
import { FrameReader } from '../../../src/msnp/frame.ts';
import type { Frame, Role } from '../../../src/msnp/frame.ts';
import { dialect } from '../../../src/msnp/dialect.ts';
import type { DialectName } from '../../../src/msnp/dialect.ts';
import { readMessage } from '../../../src/msnp/message.ts';
import { NotificationSession } from '../../../src/msnp/notification.ts';
import type { NotificationCommand, SessionEvent, StatusCode } from '../../../src/msnp/notification-types.ts';
import type { Input, Output, Session } from '../../../src/msnp/session.ts';
import { SwitchboardSession } from '../../../src/msnp/switchboard.ts';
import type { Acknowledgement, SwitchboardCommand, SwitchboardEvent } from '../../../src/msnp/switchboard-types.ts';
import type { Connection, Said } from '../../support/transcript.ts';
import { contactWish, isContactChange } from './contact-wishes.ts';
import { comparable } from './differences.ts';
import type { Circumstances } from './differences.ts';
import { cut } from './random.ts';
import type { Random } from './random.ts';

export interface Replayed<Event> {
  /** What the recorded client said, and what ours said, as they are compared. */
  readonly expected: readonly string[];
  readonly sent: readonly string[];
  readonly events: readonly Event[];
  readonly faults: readonly Error[];
}

const AT = new Date('2026-11-22T21:33:47Z');

export function replayNotification(recorded: Connection, random: Random): Replayed<SessionEvent> {
  const lines = recorded.said.filter(({ from }) => from === 'client').map(({ line }) => line);
  const dialects =
    (words(lines, /^VER /)
      .slice(2)
      .filter((word) => word !== 'CVR0') as DialectName[]) ?? [];
  const first = words(lines, dialect(spoken(recorded)).capabilities ? /^CHG \d+ (?!FLN)\S+ \S/ : /^CHG \d+ (?!FLN)\S+/);
  const session = new NotificationSession({
    address: words(lines, /^USR \d+ (?:TWN|MD5) I /)[4] ?? 'nobody@example.com',
    dialects,
    cached: { dialect: spoken(recorded), serial: words(lines, /^SYN /).slice(2).join(' '), list: EMPTY_LIST },
    capabilities: Number(first[3] ?? 0),
    initialStatus: (first[2] ?? 'NLN') as Exclude<StatusCode, 'FLN'>,
  });
  return new Replay(session, recorded, 'notification', spoken(recorded), random, notificationInput).run();
}

export function replaySwitchboard(
  recorded: Connection,
  version: DialectName,
  random: Random,
): Replayed<SwitchboardEvent> {
  const [verb, , address = '', ticket = '', session = ''] = recorded.said[0]?.line.split(' ') ?? [];
  const entry = verb === 'USR' ? ({ type: 'create', ticket } as const) : ({ type: 'answer', ticket, session } as const);
  const ours = new SwitchboardSession({ address, dialect: version, entry });
  return new Replay(ours, recorded, 'switchboard', version, random, switchboardInput).run();
}

/** What the server chose. */
function spoken({ said }: Connection): DialectName {
  const answers = said.filter(({ from }) => from === 'server').map(({ line }) => line);
  const name = words(answers, /^VER \d+ MSNP/)[2] ?? 'MSNP8';
  return dialect(name as DialectName).name;
}

function words(lines: readonly string[], pattern: RegExp): string[] {
  return lines.find((line) => pattern.test(line))?.split(' ') ?? [];
}

/** `next`: the recorded client's following line. */
type Trigger<Command> = (frame: Frame, when: Circumstances, next: string) => Input<Command> | undefined;

/** What makes our client send this command; undefined: it does so by itself. */
function notificationInput(frame: Frame, when: Circumstances, next: string): Input<NotificationCommand> | undefined {
  const order = (asked: NotificationCommand | undefined): Input<NotificationCommand> | undefined =>
    asked && { at: AT, type: 'command', command: asked };
  const { verb, args } = frame;
  switch (verb) {
    case 'VER':
      return order({ type: 'sign-in' });
    case 'USR':
      return args[2] === 'S' ? order({ type: 'ticket', ticket: args[3] ?? '' }) : undefined;
    case 'CHG':
      return when.statusSet ? order({ type: 'set-status', status: args[1] as Exclude<StatusCode, 'FLN'> }) : undefined;
    case 'XFR':
      return order({ type: 'request-switchboard', request: args[0] ?? '' });
    case 'PNG':
      return { at: AT, type: 'woken', id: 'ping' };
    case 'OUT':
      return order({ type: 'sign-out' });
    default:
      return order(contactWish(frame, when, next));
  }
}

const LETTERS = new Map<string, Acknowledgement>([
  ['U', false],
  ['N', 'on-refusal'],
  ['A', true],
  ['D', 'data'],
]);

function switchboardInput(frame: Frame): Input<SwitchboardCommand> | undefined {
  const order = (asked: SwitchboardCommand): Input<SwitchboardCommand> => ({ at: AT, type: 'command', command: asked });
  const { verb, args, payload } = frame;
  switch (verb) {
    case 'USR':
    case 'ANS':
      return order({ type: 'enter' });
    case 'CAL':
      return order({ type: 'call', address: args[1] ?? '' });
    case 'OUT':
      return order({ type: 'leave' });
    case 'MSG': {
      const message = readMessage(payload);
      const acknowledged = LETTERS.get(args[1] ?? '') ?? false;
      return message && order({ type: 'send', id: args[0] ?? '', message, acknowledged });
    }
    default:
      return undefined;
  }
}

class Replay<Command, Event> {
  readonly #session: Session<Command, Event>;
  readonly #recorded: Connection;
  readonly #role: Role;
  readonly #random: Random;
  readonly #trigger: Trigger<Command>;
  readonly #when: { -readonly [Key in keyof Circumstances]: Circumstances[Key] };
  readonly #expected: { key: string; trid: string }[] = [];
  readonly #sent: { key: string; trid: string }[] = [];
  readonly #events: Event[] = [];
  readonly #faults: Error[] = [];

  constructor(
    session: Session<Command, Event>,
    recorded: Connection,
    role: Role,
    version: DialectName,
    random: Random,
    trigger: Trigger<Command>,
  ) {
    this.#session = session;
    this.#recorded = recorded;
    this.#role = role;
    this.#random = random;
    this.#trigger = trigger;
    const lines = recorded.said.map(({ line }) => line);
    const own = words(lines, /^USR \d+ (?:TWN|MD5) I /)[4] ?? words(lines, /^(?:USR|ANS) /)[2] ?? '';
    const book = new ContactBook();
    this.#when = { kind: role, signedIn: false, statusSet: false, own, dialect: version, book };
  }

  run(): Replayed<Event> {
    for (const said of this.#recorded.said) {
      if (said.from === 'client') this.#onClient(said);
      else this.#onServer(said);
    }
    this.#take(this.#session.handle({ at: AT, type: 'closed' }));
    return {
      expected: this.#expected.map(({ key }) => key),
      sent: this.#sent.map(({ key }) => key),
      events: this.#events,
      faults: this.#faults,
    };
  }

  #onClient(said: Said): void {
    for (const frame of new FrameReader(this.#role, 'client').push(said.bytes)) {
      const key = comparable(frame, this.#when);
      if (key === undefined) continue;
      this.#expected.push({ key, trid: frame.args[0] ?? '' });
      const input = this.#trigger(frame, this.#when, this.#after(said));
      if (input !== undefined) this.#take(this.#session.handle(input));
      this.#when.signedIn ||= /^USR (?:TWN|MD5) S /.test(key);
    }
  }

  #after(said: Said): string {
    const { said: all } = this.#recorded;
    return all.slice(all.indexOf(said) + 1).find(({ from }) => from === 'client')?.line ?? '';
  }

  #onServer(said: Said): void {
    for (const bytes of cut(this.#translate(said), this.#random)) {
      this.#take(this.#session.handle({ at: AT, type: 'received', bytes }));
    }
    if (said.line.startsWith('CHG ')) this.#when.statusSet = true;
  }

  /** The recorded bytes, but an answer names our transaction where the numbers differ. */
  #translate(said: Said): Buffer {
    const match = /^([A-Z]{3}|\d{3}) (\d+)\b/.exec(said.line);
    if (match === null || ['RNG', 'QNG', 'BPR', 'NOT'].includes(match[1] ?? '')) return said.bytes;
    const [head, verb = '', trid = ''] = match;
    if (trid === '0') return said.bytes;
    const at = this.#expected.findLastIndex((command) => command.trid === trid);
    const ours = at === -1 ? `9000${trid}` : (this.#sent[at]?.trid ?? trid);
    if (ours === trid) return said.bytes;
    return Buffer.concat([Buffer.from(`${verb} ${ours}`), said.bytes.subarray(head.length)]);
  }

  #note(event: Event): void {
    this.#events.push(event);
    const news = event as SessionEvent | SwitchboardEvent;
    if (news.type === 'roster') this.#when.book = new ContactBook(news);
    else if (isContactChange(news)) this.#when.book.apply(news);
  }

  #take(outputs: readonly Output<Event>[]): void {
    for (const output of outputs) {
      if (output.type === 'event') this.#note(output.event);
      if (output.type === 'close' && output.error !== undefined) this.#faults.push(output.error);
      if (output.type !== 'send') continue;
      for (const frame of new FrameReader(this.#role, 'client').push(output.bytes)) {
        const key = comparable(frame, this.#when);
        this.#sent.push({
          key: key ?? `not to be sent: ${frame.verb} ${frame.args.join(' ')}`,
          trid: frame.args[0] ?? '',
        });
      }
    }
  }
}
