// One connection to a notification server, from VER to OUT. Knows the order of things; lines' fields are read elsewhere.

import { normalizeAddress, parseServerAddress } from './address.ts';
import { hearAlert } from './alerts.ts';
import { answerChallenge } from './challenge.ts';
import { command } from './command.ts';
import { CONTACT_VERBS, ContactDesk, ownNick } from './contact-desk.ts';
import type { ContactVerb } from './contact-desk.ts';
import { nickPlan } from './contact-plans.ts';
import type { ContactCommand } from './contact-types.ts';
import type { Dialect, DialectName } from './dialect.ts';
import { encodeText } from './encoding.ts';
import { assertNever, MsnpProtocolError } from './errors.ts';
import type { Frame } from './frame.ts';
import { Inbound } from './inbound.ts';
import { FIRST_PING, onPong, ping } from './keep-alive.ts';
import { readOut, readRing } from './notices.ts';
import type { NotificationCommand, SessionEvent, StatusCode } from './notification-types.ts';
import { readPersonalMessage } from './personal-message.ts';
import { pagePlan } from './page-plan.ts';
import { personalMessagePlan } from './personal-message-plan.ts';
import { offline, readPresence, readStatus } from './presence.ts';
import { Sender } from './sender.ts';
import type { CachedRoster } from './roster.ts';
import { readServerMessage } from './server-messages.ts';
import type { Input, Output, Session } from './session.ts';
import { SignIn } from './sign-in.ts';
import { SwitchboardRequests } from './switchboard-requests.ts';

export interface NotificationOptions {
  /** As the server's own record spells it: letter case matters at sign-in, and nowhere else. */
  readonly address: string;
  /** Those we are ready to speak. */
  readonly dialects: readonly DialectName[];
  /** The contact list of an earlier session, for a server that says that nothing has changed. */
  readonly cached?: CachedRoster | undefined;
  /** Client capabilities word; by default a client of 2005 that takes long messages in pieces. */
  readonly capabilities?: number;
  readonly initialStatus?: Exclude<StatusCode, 'FLN'>;
}

type Outputs = Output<SessionEvent>[];
type Handler = (args: readonly string[], payload: Uint8Array, at: Date, passedOver: boolean) => Outputs;
type Wish<Type extends NotificationCommand['type']> = Extract<NotificationCommand, { type: Type }>;

const DEFAULT_CAPABILITIES = 0x4000_0020;
const STEP_TIMEOUT: Output<never> = { type: 'wake', id: 'step', afterMs: 15_000 };

const WAY_IN = ['VER', 'INF', 'CVR', 'USR'] as const;
/** What may follow a contact list that is whole and still belong to it. */
const OF_THE_LIST: readonly string[] = ['BPR', 'LST', 'LSG'];

/** What we are waiting for. */
type Phase = 'way-in' | 'SYN' | 'CHG' | 'ready' | 'over';

export class NotificationSession implements Session<NotificationCommand, SessionEvent> {
  readonly #options: NotificationOptions;
  readonly #inbound = new Inbound<SessionEvent>('notification', {
    onFrame: (frame, at) => this.#onFrame(frame, at),
    isOver: () => this.#phase === 'over',
    close: (error) => this.#close(error),
  });
  readonly #sender = new Sender();
  readonly #signIn: SignIn;
  readonly #switchboards = new SwitchboardRequests(this.#sender);
  #phase: Phase = 'way-in';
  #dialect: Dialect | undefined;
  #desk: ContactDesk | undefined;
  #status: Exclude<StatusCode, 'FLN'>;
  #nick: Wish<'set-nick'> | undefined;
  #personal: Wish<'set-personal-message'> | undefined;
  #pings = true;
  #missing = 0;

  readonly #handlers = new Map<string, Handler>([
    ...WAY_IN.map((verb): [string, Handler] => [verb, (args) => this.#onWayIn(verb, args)]),
    ...CONTACT_VERBS.map((verb): [string, Handler] => [verb, (args) => this.#onContacts(verb, args)]),
    ['XFR', (args) => this.#onTransfer(args)],
    ['SYN', (args) => this.#onSynchronized(args)],
    ['CHG', (args) => this.#onStatus(args)],
    ['ILN', (args) => maybe(readPresence(args.slice(1)))],
    ['NLN', (args) => maybe(readPresence(args))],
    ['FLN', ([address = '']) => maybe(address === '' ? undefined : offline(address))],
    ['UBX', ([address = ''], payload) => this.#onPersonalMessage(address, payload)],
    ['RNG', (args) => maybe(readRing(args))],
    ['CHL', (args) => this.#onChallenge(args)],
    ['QNG', (args) => onPong(args)],
    ['MSG', (_, payload, at) => this.#onMessage(payload, at)],
    ['NOT', (_, payload, __, passedOver) => maybe(hearAlert(payload, 'service', passedOver))],
    ['IPG', (_, payload, __, passedOver) => maybe(hearAlert(payload, 'telephone', passedOver))],
    ['OUT', (args) => [event(readOut(args)), ...this.#close()]],
  ]);

  constructor(options: NotificationOptions) {
    this.#options = options;
    this.#status = options.initialStatus ?? 'NLN';
    this.#signIn = new SignIn(options, this.#sender);
  }

  get buffered(): number {
    return this.#inbound.buffered;
  }

  handle(input: Input<NotificationCommand>): Outputs {
    if (this.#phase === 'over') return [];
    switch (input.type) {
      case 'received':
        return this.#inbound.receive(input.bytes, input.at);
      case 'command':
        return this.#onCommand(input.command);
      case 'woken':
        return this.#onWoken(input.id);
      case 'closed':
        this.#phase = 'over';
        return this.#abandon();
      case 'fetched':
        return []; // we ask for nothing
      default:
        return assertNever(input);
    }
  }

  #onFrame({ verb, args, payload, passedOver = false }: Frame, at: Date): Outputs {
    const due = this.#announced && !OF_THE_LIST.includes(verb) ? (this.#desk?.deliver() ?? []) : [];
    const handler = this.#handlers.get(verb);
    if (handler !== undefined) return join(due, handler(args, payload, at, passedOver));
    return /^\d{3}$/.test(verb) ? join(due, this.#onRefusal(Number(verb), Number(args[0]))) : due;
  }

  #onCommand(asked: NotificationCommand): Outputs {
    switch (asked.type) {
      case 'sign-in':
        this.#pings = asked.pings ?? true;
        return this.#signIn.begin();
      case 'ticket':
        return this.#signIn.prove(asked.ticket);
      case 'set-status':
        this.#status = asked.status;
        return this.#announced ? [this.#changeStatus()] : [];
      case 'set-nick':
        this.#nick = asked;
        return this.#announced ? this.#rename() : [];
      case 'set-personal-message':
        this.#personal = asked;
        return this.#phase === 'ready' ? this.#express() : [];
      case 'request-page':
        if (!this.#announced) return [notSignedIn(asked.request)];
        return this.#desk?.ask(asked.request, pagePlan(asked)) ?? [];
      case 'request-switchboard':
        return this.#switchboards.ask(asked.request, this.#phase === 'ready');
      case 'sign-out':
        return [{ type: 'send', bytes: command('OUT', undefined) }, ...this.#close()];
      case 'add-to-list':
      case 'remove-from-list':
      case 'allow-contact':
      case 'add-contact':
      case 'block-contact':
      case 'rename-contact':
      case 'add-group':
      case 'rename-group':
      case 'remove-group':
      case 'add-to-group':
      case 'remove-from-group':
      case 'set-unlisted':
      case 'set-newcomers':
      case 'set-property':
        return this.#onContactCommand(asked);
      default:
        return assertNever(asked);
    }
  }

  // ---- sign-in

  #onWayIn(verb: (typeof WAY_IN)[number], args: readonly string[]): Outputs {
    if (this.#phase !== 'way-in') return [];
    const outputs: Outputs = this.#signIn.handle(verb, args);
    if (outputs.at(-1)?.type === 'close') this.#phase = 'over';
    return this.#signIn.isDone ? [...outputs, ...this.#onSignedIn()] : outputs;
  }

  #onSignedIn(): Outputs {
    const { dialect, nick } = this.#signIn;
    if (dialect === undefined) return [];
    const { address, cached } = this.#options;
    this.#phase = 'SYN';
    this.#dialect = dialect;
    this.#desk = new ContactDesk(this.#sender, address, dialect);
    const asking = this.#desk.synchronize(cached);
    this.#missing = this.#desk.missing;
    return [
      event({ type: 'signed-in', address: normalizeAddress(address), dialect: dialect.name }),
      ...ownNick(nick),
      ...(this.#pings ? [FIRST_PING] : []),
      ...asking,
      STEP_TIMEOUT,
    ];
  }

  #onSynchronized(args: readonly string[]): Outputs {
    if (this.#phase !== 'SYN') return [];
    this.#desk?.onSynchronized(args);
    return this.#afterContacts();
  }

  #onContacts(verb: ContactVerb, args: readonly string[]): Outputs {
    if (this.#desk === undefined) return [];
    return join(this.#desk.handle(verb, args), this.#afterContacts());
  }

  /** The list is whole: on to the first status. */
  #afterContacts(): Outputs {
    if (this.#phase !== 'SYN' || this.#desk?.isWhole !== true) return [];
    this.#phase = 'CHG';
    return [this.#changeStatus(), STEP_TIMEOUT, ...this.#rename()];
  }

  #onStatus([, word]: readonly string[]): Outputs {
    const first = this.#phase === 'CHG';
    if (first) this.#phase = 'ready';
    else if (this.#phase !== 'ready') return [];
    const set = event({ type: 'status-set', status: readStatus(word ?? '') });
    // a personal message told before the first status is kept from others by some servers
    return first ? [{ type: 'cancel', id: 'step' }, set, ...this.#express()] : [set];
  }

  #onContactCommand(asked: ContactCommand): Outputs {
    if (this.#announced && this.#desk?.isSettled === true) return this.#desk.command(asked);
    return [notSignedIn(asked.request)];
  }

  // ---- news

  #onPersonalMessage(address: string, payload: Uint8Array): Outputs {
    if (address === '') return [];
    const { message, media } = readPersonalMessage(payload);
    return [event({ type: 'personal-message-changed', address: normalizeAddress(address), message, media })];
  }

  #onMessage(payload: Uint8Array, at: Date): Outputs {
    const news = readServerMessage(payload, at);
    if (news.some((one) => one.type === 'profile' && !one.profile.migrated)) this.#desk?.onUnmigrated();
    return news.map((one) => event(one));
  }

  #onChallenge([, challenge = '']: readonly string[]): Outputs {
    if (this.#dialect === undefined) return [];
    const { productId } = this.#dialect.challenge;
    return [this.#send('QRY', [productId], encodeText(answerChallenge(this.#dialect.challenge, challenge)))];
  }

  #onRefusal(code: number, trid: number): Outputs {
    if (this.#switchboards.has(trid)) return this.#switchboards.refused(trid, code);
    const refused = this.#desk?.refused(trid, code);
    if (refused !== undefined) return refused;
    const verb = this.#sender.verbOf(trid);
    if (this.#phase === 'way-in' || (this.#phase === 'SYN' && verb === 'SYN')) {
      return [event({ type: 'sign-in-refused', code }), ...this.#close()];
    }
    return [event({ type: 'command-refused', verb: verb ?? '', code })];
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
    if (id === 'ping') return ping();
    if (id === 'pong') return this.#timeOut('PNG');
    if (id === 'step') return this.#onStepTimeout();
    return [...this.#inbound.woken(id), ...this.#switchboards.woken(id), ...(this.#desk?.woken(id) ?? [])];
  }

  #onStepTimeout(): Outputs {
    const missing = this.#desk?.missing ?? 0;
    if (this.#phase === 'SYN' && missing !== this.#missing) {
      this.#missing = missing; // a long list on a slow line: it is still coming
      return [STEP_TIMEOUT];
    }
    const step = this.#phase === 'way-in' ? this.#signIn.waitsFor : this.#phase;
    return step === undefined || step === 'ready' ? [] : this.#timeOut(step);
  }

  #timeOut(step: string): Outputs {
    return [event({ type: 'timed-out', step }), ...this.#close()];
  }

  // ---- sending

  get #announced(): boolean {
    return this.#phase === 'CHG' || this.#phase === 'ready';
  }

  #changeStatus(): Output<SessionEvent> {
    const capabilities = this.#options.capabilities ?? DEFAULT_CAPABILITIES;
    return this.#send('CHG', [this.#status, ...(this.#dialect?.capabilities === true ? [capabilities] : [])]);
  }

  #rename(): Outputs {
    const wish = this.#nick;
    this.#nick = undefined;
    if (wish === undefined || this.#dialect === undefined) return [];
    return this.#desk?.ask(wish.request, nickPlan(wish.nick, this.#options.address, this.#dialect)) ?? [];
  }

  #express(): Outputs {
    const wish = this.#personal;
    this.#personal = undefined;
    if (wish === undefined || this.#dialect === undefined) return [];
    return this.#desk?.ask(wish.request, personalMessagePlan(wish, this.#dialect)) ?? [];
  }

  #send(...sent: Parameters<Sender['send']>): Output<SessionEvent> {
    return this.#sender.send(...sent).output;
  }

  /** Whoever waits for something is told. */
  #abandon(): Outputs {
    const early = [this.#nick?.request, this.#personal?.request].filter((request) => request !== undefined);
    return [
      ...this.#switchboards.abandon(),
      ...(this.#desk?.abandon() ?? []),
      ...early.map((request) => notSignedIn(request)),
    ];
  }

  /** Nothing follows a close, so it stands last. */
  #close(error?: MsnpProtocolError): Outputs {
    this.#phase = 'over';
    return [...this.#abandon(), error === undefined ? { type: 'close' } : { type: 'close', error }];
  }
}

/** A long contact list is mostly lines that nothing comes of. */
function join(first: Outputs, second: Outputs): Outputs {
  return first.length === 0 ? second : [...first, ...second];
}

function event(news: SessionEvent): Output<SessionEvent> {
  return { type: 'event', event: news };
}

function notSignedIn(request: string): Output<SessionEvent> {
  return event({ type: 'request-refused', request, reason: 'not-signed-in', code: 302 });
}

function maybe(news: SessionEvent | undefined): Outputs {
  return news === undefined ? [] : [event(news)];
}
