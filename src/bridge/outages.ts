// An outage is one notice: told once it has lasted a while, for all of a user's accounts on a server together, and edited
// when it is over. Knows who is without a connection, and since when; not who tries again, nor where notices stand.

import type { Cancel, Clock } from './clock.ts';
import type { Content } from './events.ts';
import type { LoginId, MatrixUserId } from './ids.ts';
import type { Log } from './log.ts';
import type { Login } from './login.ts';
import type { Said } from './management.ts';
import { Rounds } from './rounds.ts';
import { minutes, say } from './say.ts';
import type { OutageKey, OutageRecord, OutageStore } from './store.ts';

/**
 * What is over sooner is not told. Servers are restarted, and a dead connection of one account is noticed up to a minute
 * and a half later than that of another; beyond that somebody waits for an answer that cannot come.
 */
export const PATIENCE_MS = 3 * 60_000;
/** What begins again so soon is the same outage: its notice is taken up again, and nobody is told a second time. */
const SAME_MS = 10 * 60_000;
/** Accounts lose a server, and have it again, together. */
const TOGETHER_MS = 1_000;
const MOST_NAMES = 5;

export interface OutagesParts {
  readonly outages: OutageStore;
  readonly loginOf: (id: LoginId) => Login | undefined;
  /** What people call a server. */
  readonly serverName: (key: OutageKey) => string;
  /** Says something to a user, once however often it is tried: `about` makes it the same. */
  readonly notify: (user: MatrixUserId, content: Content, about: string) => Promise<Said>;
  /** Puts other words in the place of what was said. Resolves to where they stand. */
  readonly amend: (user: MatrixUserId, said: Said, content: Content, about: string) => Promise<Said>;
  readonly clock: Clock;
  readonly log: Log;
}

/** An account that is without a connection. */
interface Trouble {
  readonly login: LoginId;
  readonly address: string;
  readonly since: Date;
  /** What was said of it last: while it is tried again, nothing is. */
  why: string;
  /** Undefined once it has lasted. */
  patience: Cancel | undefined;
}

interface Outage {
  readonly key: OutageKey;
  readonly troubles: Map<LoginId, Trouble>;
  /** What the user is told of. It stays here after its end, in case it begins again. */
  record: OutageRecord | undefined;
  /** The record is written down. */
  isOpen: boolean;
  /** When somebody was back last. */
  backAt: Date | undefined;
  /** Whom the notice names as being without a connection; undefined: it was never tried. */
  shown: string | undefined;
}

const NOBODY = '';
const UNKNOWN = '?';

export class Outages {
  readonly #parts: OutagesParts;
  readonly #outages = new Map<string, Outage>();
  readonly #rounds: Rounds<string>;

  constructor(parts: OutagesParts) {
    this.#parts = parts;
    this.#rounds = new Rounds({
      clock: parts.clock,
      log: parts.log,
      delayMs: TOGETHER_MS,
      gapMs: TOGETHER_MS,
      failure: 'an outage could not be told',
      work: async (key) => this.#round(key),
    });
  }

  /** Goes on with what an earlier life has told. `logins`: those that are about to sign in; a server may be down already. */
  async resume(logins: Iterable<Login>): Promise<void> {
    for (const login of logins) if (login.hopeful) this.begin(login);
    for (const record of await this.#parts.outages.all()) this.#takeUp(record);
  }

  /** It has no connection, and tries to get one. */
  begin(login: Login): void {
    const outage = this.#at(keyOf(login));
    const { sentence } = login.state;
    const known = outage.troubles.get(login.id);
    if (known) {
      if (sentence !== '') known.why = sentence;
      return;
    }
    const { clock } = this.#parts;
    const trouble: Trouble = {
      login: login.id,
      address: login.address,
      since: clock.now(),
      why: sentence,
      patience: clock.after(PATIENCE_MS, () => {
        trouble.patience = undefined;
        this.#due(outage);
      }),
    };
    outage.troubles.set(login.id, trouble);
  }

  /** Whether it is known to be without a connection. */
  has(login: Login): boolean {
    return this.#outages.get(textOf(keyOf(login)))?.troubles.has(login.id) === true;
  }

  /** It has a connection, or does not try any more. */
  end(login: Login): void {
    const outage = this.#outages.get(textOf(keyOf(login)));
    const trouble = outage?.troubles.get(login.id);
    if (!outage || !trouble) return;
    trouble.patience?.();
    outage.troubles.delete(login.id);
    if (trouble.patience === undefined) {
      outage.backAt = this.#parts.clock.now();
      this.#due(outage);
    } else if (outage.troubles.size === 0 && !outage.record) {
      this.#outages.delete(textOf(outage.key));
    }
  }

  stop(): void {
    this.#rounds.stop();
    for (const { troubles } of this.#outages.values()) for (const { patience } of troubles.values()) patience?.();
  }

  #takeUp(record: OutageRecord): void {
    const outage = this.#at(record);
    outage.record = record;
    outage.isOpen = true;
    outage.backAt = this.#parts.clock.now();
    for (const { login } of record.accounts) {
      const trouble = outage.troubles.get(login);
      if (!trouble) continue;
      trouble.patience?.();
      trouble.patience = undefined;
    }
    outage.shown = (record.notice && idsOf(lasting(outage))) || UNKNOWN;
    this.#due(outage);
  }

  #at(key: OutageKey): Outage {
    const text = textOf(key);
    let outage = this.#outages.get(text);
    if (!outage) {
      const { user, network, server } = key;
      outage = {
        key: { user, network, server },
        troubles: new Map(),
        record: undefined,
        isOpen: false,
        backAt: undefined,
        shown: undefined,
      };
      this.#outages.set(text, outage);
    }
    return outage;
  }

  #due({ key }: Outage): void {
    this.#rounds.due(textOf(key));
  }

  async #round(key: string): Promise<void> {
    const outage = this.#outages.get(key);
    if (!outage) return;
    const out = lasting(outage);
    if (out.length > 0) await this.#tell(outage, out);
    else if (outage.record && outage.isOpen) await this.#close(outage, outage.record);
  }

  async #tell(outage: Outage, out: readonly Trouble[]): Promise<void> {
    const { key, isOpen, backAt } = outage;
    const began = new Date(Math.min(...out.map(({ since }) => since.getTime())));
    const isSame = isOpen || (backAt !== undefined && began.getTime() - backAt.getTime() < SAME_MS);
    const before = isSame ? outage.record : undefined;
    const { notice, accounts = [] } = before ?? {};
    const more = out.filter(({ login }) => accounts.every((known) => known.login !== login));
    const record: OutageRecord = {
      ...key,
      since: isOpen && before ? before.since : began,
      accounts: [...accounts, ...more.map(({ login, address }) => ({ login, address }))],
      ...(notice && { notice }),
    };
    if (!before) outage.shown = undefined;
    // first of all written down: an attempt that nobody hears the end of is made again as the same one
    if (!isOpen || more.length > 0) await this.#keep(outage, record);
    await this.#show(outage, idsOf(out), outWords(record, out, this.#parts.serverName(key)));
  }

  /** Those who are not back were told why, or have signed out. */
  async #close(outage: Outage, record: OutageRecord): Promise<void> {
    const { loginOf, serverName, clock, outages } = this.#parts;
    const back = record.accounts.filter(({ login }) => loginOf(login)?.connected === true);
    const until = outage.backAt ?? clock.now();
    const server = serverName(record);
    const words = back.length > 0 ? backWords(record, back, until, server) : overWords(record, until, server);
    await this.#show(outage, NOBODY, words);
    await outages.remove(record);
    outage.isOpen = false;
  }

  async #show(outage: Outage, ids: string, words: Content): Promise<void> {
    const { notify, amend, clock } = this.#parts;
    const { record } = outage;
    if (!record) return;
    let { notice } = record;
    if (!notice) {
      outage.shown ??= ids; // at a later attempt the words of the first one may stand there
      notice = await notify(record.user, words, `outage ${textOf(record)} ${record.since.getTime()}`);
      await this.#keep(outage, { ...record, notice });
    }
    if (outage.shown === ids) return;
    const about = `outage ${notice.event} ${ids} ${clock.now().getTime()}`;
    const standing = await amend(record.user, notice, words, about);
    if (standing.event !== notice.event) await this.#keep(outage, { ...record, notice: standing });
    outage.shown = ids;
  }

  async #keep(outage: Outage, record: OutageRecord): Promise<void> {
    await this.#parts.outages.put(record);
    outage.record = record;
    outage.isOpen = true;
  }
}

function keyOf({ matrixUser, network, server }: Login): OutageKey {
  return { user: matrixUser, network: network.id, server };
}

function textOf({ user, network, server }: OutageKey): string {
  return `${user} ${network} ${server}`;
}

function lasting({ troubles }: Outage): readonly Trouble[] {
  return [...troubles.values()].filter(({ patience }) => patience === undefined);
}

function idsOf(troubles: readonly Trouble[]): string {
  return troubles
    .map(({ login }) => login)
    .toSorted()
    .join(' ');
}

function outWords({ since }: OutageRecord, out: readonly Trouble[], server: string): Content {
  const why = out.map((one) => one.why).find((one) => one !== '') ?? `${server} does not answer.`;
  const have = out.length > 1 ? 'have' : 'has';
  return say(`${names(out)} ${have} not been connected to ${server} since ${minutes(since)}: ${why} I keep trying.`);
}

function backWords({ since }: OutageRecord, back: OutageRecord['accounts'], until: Date, server: string): Content {
  const [are, they] = back.length > 1 ? ['are', 'They'] : ['is', 'It'];
  const before = `${they} had not been connected since ${minutes(since)}.`;
  return say(`${names(back)} ${are} back on ${server} since ${minutes(until)}. ${before}`);
}

function overWords({ since, accounts }: OutageRecord, until: Date, server: string): Content {
  const were = accounts.length > 1 ? 'were' : 'was';
  return say(`${names(accounts)} ${were} not connected to ${server} from ${minutes(since)} until ${minutes(until)}.`);
}

/** "a, b and c". */
function names(accounts: readonly { readonly address: string }[]): string {
  const some = accounts.slice(0, accounts.length > MOST_NAMES ? MOST_NAMES - 1 : MOST_NAMES).map((one) => one.address);
  const more = accounts.length - some.length;
  const all = more > 0 ? [...some, `${more} more`] : some;
  return all.length > 1 ? `${all.slice(0, -1).join(', ')} and ${all.at(-1)}` : all.join('');
}
