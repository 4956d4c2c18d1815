// How the user is seen over one connection: everything is set while hidden, then shown once, so that contacts see them
// come and not change three times over. Knows what is wanted and what the server has; not how it is asked.

import type { Cancel, Clock } from '../../bridge/clock.ts';
import { BridgeError } from '../../bridge/errors.ts';
import type { BridgeErrorCode } from '../../bridge/errors.ts';
import type { Log } from '../../bridge/log.ts';
import type { WantedPresence } from '../../bridge/network.ts';
import type { StatusCode } from '../../msnp/notification-types.ts';
import type { Question } from './asking.ts';
import { toOwnStatus } from './convert-contact.ts';
import { isTooFast } from './errors.ts';
import { ownWords } from './own-words.ts';
import type { OwnWords } from './own-words.ts';

export type OwnStatus = Exclude<StatusCode, 'FLN'>;

/** As which one signs in; nobody sees it. */
export const HIDDEN: OwnStatus = 'HDN';
const USUAL: OwnStatus = 'NLN';
/** Refused, not lost: it will be so at the next sign-in, too. */
const FOR_GOOD: ReadonlySet<BridgeErrorCode> = new Set(['network', 'bad-input']);
/** A server that wants fewer changes counts in twos of seconds. */
const AGAIN_MS = 3_000;

export interface OwnPresenceParts {
  readonly wanted: WantedPresence;
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
  readonly setStatus: (status: OwnStatus) => void;
  readonly ask: (question: Question) => Promise<void>;
  /** A sentence for the user, who has asked for nothing just now; the same comes at every sign-in. */
  readonly tell: (text: string) => void;
  /** The wanted status stands. */
  readonly onStands: () => void;
}

export class OwnPresence {
  readonly #parts: OwnPresenceParts;
  #status: OwnStatus;
  #words: OwnWords;
  /** As the server has it; undefined until it says so. */
  #standing: StatusCode | undefined;
  #nick: string | undefined;
  #again: Cancel | undefined;
  /** What was too fast for the server, to be asked again. */
  readonly #waits = new Set<Cancel>();

  constructor(parts: OwnPresenceParts) {
    this.#parts = parts;
    this.#status = statusOf(parts.wanted);
    this.#words = ownWords(parts.wanted);
  }

  /** Something else is wanted; before the roster has come it waits for it. Resolves when the server has taken it. */
  async want(wanted: WantedPresence): Promise<void> {
    const [status, words] = [this.#status, this.#words];
    this.#status = statusOf(wanted);
    this.#words = ownWords(wanted);
    if (this.#standing === undefined) return;
    if (this.#status !== status) this.#show();
    const { nick, message, media } = this.#words;
    try {
      if (nick !== words.nick) await this.#rename();
      if (message !== words.message || media !== words.media) await this.#express();
    } catch (error) {
      this.#words = words; // the same once more is to be asked once more
      throw error;
    }
  }

  onNick(nick: string): void {
    this.#nick = nick;
  }

  onStatus(status: StatusCode): void {
    const before = this.#standing;
    this.#standing = status;
    if (before === undefined) this.#enter();
    // what was told while hidden some servers keep to themselves
    else if (before === HIDDEN && status !== HIDDEN && this.#says()) this.#inBackground(() => this.#express());
    if (status === this.#status) this.#parts.onStands();
  }

  /** The status was not taken. */
  onRefused(code: number): void {
    if (isTooFast(code)) this.#again ??= this.#parts.clock.after(AGAIN_MS, () => this.#show());
  }

  end(): void {
    this.#again?.();
    for (const cancel of this.#waits) cancel();
    this.#waits.clear();
  }

  /** Signed in, the contact list there, and nobody sees us yet. */
  #enter(): void {
    this.#inBackground(
      () => this.#rename(),
      () => `Your contacts do not see the name “${this.#words.nick}”`,
    );
    if (this.#status !== HIDDEN) this.#show();
    else if (this.#says()) this.#inBackground(() => this.#express());
  }

  #show(): void {
    this.#again?.();
    this.#again = undefined;
    this.#parts.setStatus(this.#status);
  }

  async #rename(): Promise<void> {
    const { nick } = this.#words;
    if (nick !== undefined && nick !== this.#nick) await this.#parts.ask({ type: 'set-nick', nick });
  }

  async #express(): Promise<void> {
    const { message, media } = this.#words;
    await this.#parts.ask({ type: 'set-personal-message', message, media });
  }

  #says(): boolean {
    return this.#words.message !== '' || this.#words.media !== '';
  }

  /** `failed`: what the user is told if the server will not have it. */
  #inBackground(ask: () => Promise<void>, failed?: () => string): void {
    ask().catch((error: unknown) => {
      this.#parts.log.info({ err: error }, 'the server did not take our name or message');
      if (!(error instanceof BridgeError)) return;
      if (error.code === 'network' && error.retriable) this.#later(() => this.#inBackground(ask, failed));
      else if (failed && FOR_GOOD.has(error.code))
        this.#parts.tell(`${failed()}: ${error.message} “nick” chooses another one.`);
    });
  }

  #later(work: () => void): void {
    const cancel = this.#parts.clock.after(AGAIN_MS, () => {
      this.#waits.delete(cancel);
      work();
    });
    this.#waits.add(cancel);
  }
}

function statusOf({ status = '' }: WantedPresence): OwnStatus {
  return toOwnStatus(status) ?? USUAL;
}
