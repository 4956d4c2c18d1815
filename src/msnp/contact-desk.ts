// The contact list within a session: how it comes in, what changes it, what is asked about it. Knows its lines and what
// was asked; not when one is signed in.

import { normalizeAddress } from './address.ts';
import { ContactBook } from './contact-book.ts';
import { contactPlan } from './contact-plans.ts';
import type { ContactCommand } from './contact-types.ts';
import { EMPTY_LIST } from './contacts.ts';
import type { ContactList } from './contacts.ts';
import { unmigrated } from './dialect.ts';
import type { Dialect } from './dialect.ts';
import { percentDecode } from './encoding.ts';
import { MsnpProtocolError } from './errors.ts';
import { readListChange } from './list-changes.ts';
import type { SessionEvent } from './notification-types.ts';
import { Requests } from './requests.ts';
import type { Plan } from './requests.ts';
import { ListedReader } from './roster-lists.ts';
import { SynReader } from './roster-syn.ts';
import { synArguments } from './roster.ts';
import type { CachedRoster, RosterReader } from './roster.ts';
import type { Sender } from './sender.ts';
import type { Output } from './session.ts';

type Outputs = Output<SessionEvent>[];

/** Commands that are answered here or tell of changes. */
export const CONTACT_VERBS = [
  ...(['LSG', 'LST', 'BPR', 'PRP', 'BLP', 'GTC'] as const),
  ...(['ADD', 'ADC', 'REM', 'ADG', 'REG', 'RMG', 'REA', 'SBP', 'UUX', 'URL'] as const),
];
export type ContactVerb = (typeof CONTACT_VERBS)[number];

/** Of the contact list and its changes over one connection, in characters: ten times what the longest list has. */
const MAX_TOLD = 8 * 1024 * 1024;

/** What a contact list is made of, while it comes. */
const LINES = new Map<ContactVerb, (roster: RosterReader, args: readonly string[]) => void>([
  ['LSG', (roster, args) => roster.group(args)],
  ['LST', (roster, args) => roster.contact(args)],
  ['BPR', (roster, args) => roster.draft.contactProperty(args)],
  ['PRP', (roster, args) => roster.draft.ownProperty(args)],
  ['BLP', (roster, args) => roster.draft.privacy('BLP', args)],
  ['GTC', (roster, args) => roster.draft.privacy('GTC', args)],
]);

export class ContactDesk {
  readonly #sender: Sender;
  readonly #requests: Requests;
  readonly #own: string;
  #dialect: Dialect;
  /** As it was told; the book is made of it when something is first looked up, which in many sessions is never. */
  #list: ContactList = EMPTY_LIST;
  #opened: ContactBook | undefined;
  /** While the contact list comes. */
  #roster: RosterReader | undefined;
  /** Changes told among its lines: they come after what is told of them there. */
  #early: (readonly [verb: ContactVerb, args: readonly string[]])[] = [];
  #told = 0;

  /** `own`: our address. */
  constructor(sender: Sender, own: string, dialect: Dialect) {
    this.#sender = sender;
    this.#requests = new Requests(sender);
    this.#own = normalizeAddress(own);
    this.#dialect = dialect;
  }

  /** The list has come, except for properties of its last contact. */
  get isWhole(): boolean {
    return this.#roster?.whole ?? true;
  }

  /** It has been told, too. */
  get isSettled(): boolean {
    return this.#roster === undefined;
  }

  get missing(): number {
    return this.#roster?.missing ?? 0;
  }

  /** Asks for the list, or whether it is still what it was. */
  synchronize(cached: CachedRoster | undefined): Outputs {
    const usable = cached?.dialect === this.#dialect.name ? cached : undefined;
    const known = usable?.list ?? EMPTY_LIST;
    const serials = synArguments(this.#dialect, usable?.serial);
    this.#roster =
      this.#dialect.contactLine === 'listed'
        ? new ListedReader(serials.join(' '), known)
        : new SynReader(() => this.#dialect, known);
    return [this.#sender.send('SYN', serials).output];
  }

  /** The account's lists are kept in the old way, says its profile. */
  onUnmigrated(): void {
    this.#dialect = unmigrated(this.#dialect);
  }

  /** `SYN trid serials [totals]`. */
  onSynchronized([, ...args]: readonly string[]): void {
    this.#roster?.begin(args);
  }

  /** Tells the list once no line of it can follow; nothing if it is not whole. */
  deliver(): Outputs {
    if (this.#roster?.whole !== true) return [];
    const roster = this.#roster.roster();
    this.#roster = undefined;
    this.#list = roster;
    this.#opened = undefined;
    const early = this.#early.splice(0).flatMap(([verb, args]) => this.#onChange(verb, args));
    return [event({ type: 'roster', ...roster }), ...early];
  }

  /** Throws `MsnpProtocolError` when the server does not come to an end. */
  handle(verb: ContactVerb, args: readonly string[]): Outputs {
    for (const word of args) this.#told += word.length;
    if (this.#told > MAX_TOLD) throw new MsnpProtocolError('a contact list without end');
    const answered = this.#requests.answered(verb, args, this.#book);
    if (answered !== undefined) return answered;
    if (verb === 'PRP' && args.includes('MFN')) return ownNick(args[args.indexOf('MFN') + 1]);
    if (verb === 'REA' && normalizeAddress(args[2] ?? '') === this.#own) return ownNick(args[3]);
    const ofTheList = LINES.get(verb);
    if (this.#roster === undefined) return this.#onChange(verb, args);
    if (ofTheList === undefined) this.#early.push([verb, args]);
    else ofTheList(this.#roster, args);
    return [];
  }

  command(asked: ContactCommand): Outputs {
    return this.ask(asked.request, contactPlan(asked, this.#dialect, this.#book));
  }

  ask(request: string | undefined, plan: Plan): Outputs {
    return this.#requests.begin(request, plan, this.#book);
  }

  /** Undefined: it refuses nothing that was asked here. */
  refused(trid: number, code: number): Outputs | undefined {
    return this.#requests.refused(trid, code, this.#book);
  }

  woken(id: string): Outputs {
    return this.#requests.woken(id);
  }

  abandon(): Outputs {
    return this.#requests.abandon();
  }

  get #book(): ContactBook {
    this.#opened ??= new ContactBook(this.#list);
    return this.#opened;
  }

  #onChange(verb: ContactVerb, args: readonly string[]): Outputs {
    const changes = readListChange(verb, args, this.#dialect, this.#book);
    for (const change of changes) this.#book.apply(change);
    return changes.map((change) => event(change));
  }
}

export function ownNick(nick: string | undefined): Outputs {
  return nick === undefined || nick === '' ? [] : [event({ type: 'own-nick', nick: percentDecode(nick) })];
}

function event(news: SessionEvent): Output<SessionEvent> {
  return { type: 'event', event: news };
}
