// One connection to a notification server, from VER to OUT. Knows the order of things; lines' fields are read elsewhere.

import { normalizeAddress, parseServerAddress } from './address.ts';
import { answerNewChallenge, answerOldChallenge } from './challenge.ts';
import { command, text, TransactionIds } from './command.ts';
import type { Argument, OutgoingVerb } from './command.ts';
import { chooseDialect } from './dialect.ts';
import type { Dialect, DialectName } from './dialect.ts';
import { encodeText, percentDecode } from './encoding.ts';
import { assertNever, MsnpProtocolError } from './errors.ts';
import { FrameReader } from './frame.ts';
import type { Frame } from './frame.ts';
import { ListChanges } from './list-changes.ts';
import { readMaintenance, readOut, readRing } from './notices.ts';
import type { NotificationCommand, NotificationEvent, StatusCode } from './notification-types.ts';
import { readPersonalMessage } from './personal-message.ts';
import { offline, readPresence, readStatus } from './presence.ts';
import { synArguments, SynReader } from './roster-syn.ts';
import type { Input, Output, Session } from './session.ts';
import { SwitchboardRequests } from './switchboard-requests.ts';

export interface NotificationOptions {
  /** As the server's own record spells it: letter case matters at sign-in, and nowhere else. */
  readonly address: string;
  /** Those we are ready to speak. */
  readonly dialects: readonly DialectName[];
  /** Of the cached contact list; without it the whole list comes. */
  readonly serial?: string;
  /** Client capabilities word; by default a client of 2005 that takes long messages in pieces. */
  readonly capabilities?: number;
  readonly initialStatus?: Exclude<StatusCode, 'FLN'>;
}

type Outputs = Output<NotificationEvent>[];
type Handler = (args: readonly string[], payload: Uint8Array) => Outputs;

const DEFAULT_CAPABILITIES = 0x4000_0020;
const STEP_TIMEOUT_MS = 15_000;
const PING_EVERY_S = 45;
const PONG_WITHIN_MS = 30_000;
/** Commands whose answers we could still name; some servers never answer. */
const MAX_REMEMBERED = 64;

/** What we are waiting for. */
type Phase = 'new' | 'VER' | 'CVR' | 'USR' | 'ticket' | 'confirmation' | 'SYN' | 'CHG' | 'ready' | 'over';

export class NotificationSession implements Session<NotificationCommand, NotificationEvent> {
  readonly #options: NotificationOptions;
  readonly #reader = new FrameReader('notification');
  readonly #trids = new TransactionIds();
  readonly #verbs = new Map<number, OutgoingVerb>();
  readonly #switchboards = new SwitchboardRequests();
  #phase: Phase = 'new';
  #dialect: Dialect | undefined;
  #status: Exclude<StatusCode, 'FLN'>;
  #nick: string | undefined;
  #roster: SynReader | undefined;
  #lists: ListChanges | undefined;
  /** The list is whole, but properties of its last contact may still follow. */
  #rosterDue = false;
  #missing = 0;

  readonly #handlers = new Map<string, Handler>([
    ['VER', (args) => this.#onVersion(args)],
    ['CVR', () => this.#onClientVersion()],
    ['USR', (args) => this.#onUser(args)],
    ['XFR', (args) => this.#onTransfer(args)],
    ['SYN', (args) => this.#onSynchronize(args)],
    ['LSG', (args) => this.#onBurst((roster) => roster.group(args))],
    ['LST', (args) => this.#onBurst((roster) => roster.contact(args))],
    ['BPR', (args) => this.#onContactProperty(args)],
    ['PRP', (args) => this.#onProperty(args)],
    ['REA', (args) => this.#onRename(args)],
    ['CHG', (args) => this.#onStatus(args)],
    ['ILN', (args) => maybe(readPresence(args.slice(1)))],
    ['NLN', (args) => maybe(readPresence(args))],
    ['FLN', ([address = '']) => maybe(address === '' ? undefined : offline(address))],
    ['UBX', ([address = ''], payload) => this.#onPersonalMessage(address, payload)],
    ['ADD', (args) => maybe(this.#lists?.added(args))],
    ['ADC', (args) => maybe(this.#lists?.addedByName(args))],
    ['REM', (args) => maybe(this.#lists?.removed(args))],
    ['RNG', (args) => maybe(readRing(args))],
    ['CHL', (args) => this.#onChallenge(args)],
    ['QNG', (args) => this.#onPong(args)],
    ['MSG', (_, payload) => maybe(readMaintenance(payload))],
    ['OUT', (args) => [event(readOut(args)), ...this.#close()]],
  ]);

  constructor(options: NotificationOptions) {
    this.#options = options;
    this.#status = options.initialStatus ?? 'NLN';
  }

  handle(input: Input<NotificationCommand>): Outputs {
    if (this.#phase === 'over') return [];
    switch (input.type) {
      case 'received':
        return this.#receive(input.bytes);
      case 'command':
        return this.#onCommand(input.command);
      case 'woken':
        return this.#onWoken(input.id);
      case 'closed':
        return this.#onClosed();
      case 'fetched':
        return []; // we ask for nothing
      default:
        return assertNever(input);
    }
  }

  #receive(bytes: Uint8Array): Outputs {
    const outputs: Outputs = [];
    try {
      for (const frame of this.#reader.push(bytes)) {
        outputs.push(...this.#onFrame(frame));
        if (this.#over) break;
      }
    } catch (error) {
      if (!(error instanceof MsnpProtocolError)) throw error;
      outputs.push(...this.#close(error));
    }
    return outputs;
  }

  #onFrame({ verb, args, payload }: Frame): Outputs {
    const outputs = this.#rosterDue && !['BPR', 'LST', 'LSG'].includes(verb) ? this.#deliverRoster() : [];
    if (/^\d{3}$/.test(verb)) outputs.push(...this.#onRefusal(Number(verb), Number(args[0])));
    else outputs.push(...(this.#handlers.get(verb)?.(args, payload) ?? []));
    return outputs;
  }

  #onCommand(asked: NotificationCommand): Outputs {
    switch (asked.type) {
      case 'sign-in':
        return this.#phase === 'new' ? this.#step('VER', 'VER', [...this.#options.dialects, 'CVR0']) : [];
      case 'ticket':
        return this.#phase === 'ticket' ? this.#user('confirmation', 'S', asked.ticket) : [];
      case 'set-status':
        this.#status = asked.status;
        return this.#announced ? [this.#changeStatus()] : [];
      case 'set-nick':
        this.#nick = asked.nick;
        return this.#announced ? this.#rename() : [];
      case 'request-switchboard':
        return this.#requestSwitchboard(asked.request);
      case 'sign-out':
        return [{ type: 'send', bytes: command('OUT', undefined) }, ...this.#close()];
      default:
        return assertNever(asked);
    }
  }

  // ---- sign-in, step by step

  #onVersion([, ...answered]: readonly string[]): Outputs {
    if (this.#phase !== 'VER') return [];
    this.#dialect = chooseDialect(this.#options.dialects, answered);
    if (this.#dialect === undefined) {
      if (answered.some((word) => /^MSNP/i.test(word))) throw new MsnpProtocolError('VER: not what was offered');
      return this.#refuseSignIn(0);
    }
    const { version, brand } = this.#dialect.client;
    const machine = ['0x0409', 'winnt', '5.1', 'i386', 'MSNMSGR'];
    return this.#step('CVR', 'CVR', [...machine, version, brand, this.#options.address]);
  }

  #onClientVersion(): Outputs {
    return this.#phase === 'CVR' ? this.#user('USR', 'I', this.#options.address) : [];
  }

  #user(phase: Phase, letter: 'I' | 'S', what: string): Outputs {
    return this.#dialect === undefined ? [] : this.#step(phase, 'USR', [this.#dialect.auth, letter, what]);
  }

  #onUser([, method, phase, ...rest]: readonly string[]): Outputs {
    if (this.#phase === 'USR' && method === this.#dialect?.auth && phase === 'S') {
      this.#phase = 'ticket';
      return [{ type: 'cancel', id: 'step' }, event({ type: 'ticket-wanted', challenge: rest[0] ?? '' })];
    }
    if (this.#phase !== 'confirmation' || method !== 'OK' || this.#dialect === undefined) return [];
    const dialect = this.#dialect;
    this.#roster = new SynReader(dialect);
    this.#lists = new ListChanges(dialect);
    return [
      event({ type: 'signed-in', address: normalizeAddress(this.#options.address), dialect: dialect.name }),
      ...(dialect.ownNick === 'account' ? ownNick(rest[0]) : []),
      { type: 'wake', id: 'ping', afterMs: PING_EVERY_S * 1000 },
      ...this.#step('SYN', 'SYN', synArguments(dialect, this.#options.serial)),
    ];
  }

  #onSynchronize([, ...args]: readonly string[]): Outputs {
    if (this.#phase !== 'SYN') return [];
    return this.#onBurst((roster) => roster.begin(args));
  }

  #onBurst(read: (roster: SynReader) => void): Outputs {
    if (this.#roster === undefined) return [];
    read(this.#roster);
    if (this.#phase !== 'SYN' || !this.#roster.whole) return [];
    this.#phase = 'CHG';
    this.#rosterDue = true;
    return [
      this.#changeStatus(),
      { type: 'wake', id: 'step', afterMs: STEP_TIMEOUT_MS },
      ...(this.#nick === undefined ? [] : this.#rename()),
    ];
  }

  #onContactProperty([first = '', second = '']: readonly string[]): Outputs {
    // with an address (and a version before it) it is news of somebody's telephone, which nobody here wants
    return /^[A-Z]{3}$/.test(first) ? this.#onBurst((roster) => roster.property(first, second)) : [];
  }

  #deliverRoster(): Outputs {
    const roster = this.#roster?.roster();
    this.#rosterDue = false;
    this.#roster = undefined;
    if (roster === undefined) return [];
    for (const { guid, address } of roster.contacts) if (guid !== undefined) this.#lists?.know(guid, address);
    return [event({ type: 'roster', ...roster })];
  }

  #onStatus([, word]: readonly string[]): Outputs {
    const first = this.#phase === 'CHG';
    if (first) this.#phase = 'ready';
    else if (this.#phase !== 'ready') return [];
    return [
      ...(first ? [{ type: 'cancel', id: 'step' } as const] : []),
      event({ type: 'status-set', status: readStatus(word ?? '') }),
    ];
  }

  // ---- news

  #onProperty(args: readonly string[]): Outputs {
    const at = args.indexOf('MFN');
    return at === -1 ? [] : ownNick(args[at + 1]);
  }

  /** `REA trid version address nick`. */
  #onRename([, , address = '', nick]: readonly string[]): Outputs {
    return normalizeAddress(address) === normalizeAddress(this.#options.address) ? ownNick(nick) : [];
  }

  #onPersonalMessage(address: string, payload: Uint8Array): Outputs {
    if (address === '') return [];
    const { message, media } = readPersonalMessage(payload);
    return [event({ type: 'personal-message-changed', address: normalizeAddress(address), message, media })];
  }

  #onChallenge([, challenge = '']: readonly string[]): Outputs {
    if (this.#dialect === undefined) return [];
    const { algorithm, productId, productKey } = this.#dialect.challenge;
    const answer =
      algorithm === 'old'
        ? answerOldChallenge(challenge, productKey)
        : answerNewChallenge(challenge, productId, productKey);
    return [this.#send('QRY', [productId], encodeText(answer))];
  }

  #onRefusal(code: number, trid: number): Outputs {
    if (this.#switchboards.has(trid)) return this.#switchboards.refused(trid, code);
    const verb = this.#verbs.get(trid);
    const signingIn = !['CHG', 'ready'].includes(this.#phase);
    if (signingIn && (this.#phase !== 'SYN' || verb === 'SYN')) return this.#refuseSignIn(code);
    return [event({ type: 'command-refused', verb: verb ?? '', code })];
  }

  // ---- switchboards

  #requestSwitchboard(request: string): Outputs {
    // 913 is what the server says to those whose first status is not set
    if (this.#phase !== 'ready') return [event({ type: 'switchboard-refused', request, code: 913 })];
    return this.#switchboards.ask(this.#trids.next(), request);
  }

  /** `XFR trid NS host:port …`: to another server; `XFR trid SB …`: a switchboard. */
  #onTransfer(args: readonly string[]): Outputs {
    const [, kind, where = ''] = args;
    if (kind !== 'NS') return this.#switchboards.granted(args);
    const server = parseServerAddress(where);
    if (server === undefined) throw new MsnpProtocolError('XFR: no server address');
    return [event({ type: 'redirected', ...server }), ...this.#close()];
  }

  // ---- time

  #onWoken(id: string): Outputs {
    if (id === 'ping') {
      const bytes = command('PNG', undefined);
      return [
        { type: 'send', bytes },
        { type: 'wake', id: 'pong', afterMs: PONG_WITHIN_MS },
      ];
    }
    if (id === 'pong') return this.#timeOut('PNG');
    if (id === 'step') return this.#onStepTimeout();
    return this.#switchboards.woken(id);
  }

  #onStepTimeout(): Outputs {
    const missing = this.#roster?.missing ?? 0;
    if (this.#phase === 'SYN' && missing !== this.#missing) {
      this.#missing = missing; // a long list on a slow line: it is still coming
      return [{ type: 'wake', id: 'step', afterMs: STEP_TIMEOUT_MS }];
    }
    const phase = this.#phase;
    return phase === 'ticket' || phase === 'ready' ? [] : this.#timeOut(phase === 'confirmation' ? 'USR' : phase);
  }

  /** The number is what the server asks us to wait until the next one. */
  #onPong([seconds = '']: readonly string[]): Outputs {
    const wanted = /^\d{1,4}$/.test(seconds) ? Number(seconds) : PING_EVERY_S;
    const wait = Math.min(Math.max(wanted, 10), PING_EVERY_S);
    return [
      { type: 'cancel', id: 'pong' },
      { type: 'wake', id: 'ping', afterMs: wait * 1000 },
    ];
  }

  #timeOut(step: string): Outputs {
    return [event({ type: 'timed-out', step }), ...this.#close()];
  }

  #onClosed(): Outputs {
    this.#phase = 'over';
    return this.#switchboards.abandon();
  }

  // ---- sending

  get #announced(): boolean {
    return this.#phase === 'CHG' || this.#phase === 'ready';
  }

  get #over(): boolean {
    return this.#phase === 'over';
  }

  #step(phase: Phase, verb: OutgoingVerb, args: readonly Argument[]): Outputs {
    this.#phase = phase;
    return [this.#send(verb, args), { type: 'wake', id: 'step', afterMs: STEP_TIMEOUT_MS }];
  }

  #changeStatus(): Output<NotificationEvent> {
    return this.#send('CHG', [this.#status, this.#options.capabilities ?? DEFAULT_CAPABILITIES]);
  }

  #rename(): Outputs {
    if (this.#nick === undefined || this.#dialect === undefined) return [];
    const nick = text(this.#nick);
    const byProperty = this.#dialect.ownNick === 'property';
    return [byProperty ? this.#send('PRP', ['MFN', nick]) : this.#send('REA', [this.#options.address, nick])];
  }

  #send(verb: OutgoingVerb, args: readonly Argument[], payload?: Uint8Array): Output<NotificationEvent> {
    const trid = this.#trids.next();
    this.#verbs.set(trid, verb);
    if (this.#verbs.size > MAX_REMEMBERED) this.#verbs.delete(trid - MAX_REMEMBERED);
    return { type: 'send', bytes: command(verb, trid, args, payload) };
  }

  #refuseSignIn(code: number): Outputs {
    return [event({ type: 'sign-in-refused', code }), ...this.#close()];
  }

  /** Whoever waits for a switchboard is told; nothing follows a close, so it stands last. */
  #close(error?: MsnpProtocolError): Outputs {
    this.#phase = 'over';
    return [...this.#switchboards.abandon(), error === undefined ? { type: 'close' } : { type: 'close', error }];
  }
}

function event(news: NotificationEvent): Output<NotificationEvent> {
  return { type: 'event', event: news };
}

function maybe(news: NotificationEvent | undefined): Outputs {
  return news === undefined ? [] : [event(news)];
}

function ownNick(nick: string | undefined): Outputs {
  return nick === undefined || nick === '' ? [] : [event({ type: 'own-nick', nick: percentDecode(nick) })];
}
