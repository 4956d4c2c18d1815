// The way in, from VER to USR OK. Knows these commands and their order in every dialect; not what comes after them, and
// no password: it asks for a proof and is given one.

import type { Argument, OutgoingVerb } from './command.ts';
import { chooseDialect } from './dialect.ts';
import type { Dialect, DialectName } from './dialect.ts';
import { MsnpProtocolError } from './errors.ts';
import type { NotificationEvent } from './notification-types.ts';
import type { Sender } from './sender.ts';
import type { Output } from './session.ts';

export interface SignInOptions {
  /** As the server's own record spells it. */
  readonly address: string;
  /** Those we are ready to speak. */
  readonly dialects: readonly DialectName[];
}

type Outputs = Output<NotificationEvent>[];
type Step = 'new' | 'VER' | 'INF' | 'CVR' | 'USR' | 'proof' | 'confirmation' | 'done';

const STEP_TIMEOUT_MS = 15_000;

export class SignIn {
  readonly #options: SignInOptions;
  readonly #sender: Sender;
  #step: Step = 'new';
  #dialect: Dialect | undefined;
  #nick: string | undefined;

  constructor(options: SignInOptions, sender: Sender) {
    this.#options = options;
    this.#sender = sender;
  }

  get isDone(): boolean {
    return this.#step === 'done';
  }

  /** Known from the answer to VER on. */
  get dialect(): Dialect | undefined {
    return this.#dialect;
  }

  /** As it came over the wire, where the dialect tells it at the sign-in. */
  get nick(): string | undefined {
    return this.#nick;
  }

  /** The command that is not answered yet; undefined: it is not the server that we wait for. */
  get waitsFor(): string | undefined {
    const step = this.#step;
    if (step === 'new' || step === 'proof' || step === 'done') return undefined;
    return step === 'confirmation' ? 'USR' : step;
  }

  begin(): Outputs {
    return this.#step === 'new' ? this.#go('VER', 'VER', [...this.#options.dialects, 'CVR0']) : [];
  }

  /** Answers of the server; throws `MsnpProtocolError` where they make no sense. A `close` among them ends it all. */
  handle(verb: string, args: readonly string[]): Outputs {
    switch (verb) {
      case 'VER':
        return this.#onVersion(args);
      case 'INF':
        return this.#onMethods(args);
      case 'CVR':
        return this.#step === 'CVR' ? this.#introduce() : [];
      case 'USR':
        return this.#onUser(args);
      default:
        return [];
    }
  }

  /** The ticket or digest that `ticket-wanted` asked for. */
  prove(proof: string): Outputs {
    if (this.#step !== 'proof' || this.#dialect === undefined) return [];
    return this.#go('confirmation', 'USR', [this.#dialect.auth, 'S', proof]);
  }

  #onVersion([, ...answered]: readonly string[]): Outputs {
    if (this.#step !== 'VER') return [];
    this.#dialect = chooseDialect(this.#options.dialects, answered);
    if (this.#dialect === undefined) {
      if (answered.some((word) => /^MSNP/i.test(word))) throw new MsnpProtocolError('VER: not what was offered');
      return [{ type: 'event', event: { type: 'sign-in-refused', code: 0 } }, { type: 'close' }];
    }
    if (this.#dialect.greeting === 'INF') return this.#go('INF', 'INF', []);
    const { version, brand } = this.#dialect.client;
    const machine = ['0x0409', 'winnt', '5.1', 'i386', 'MSNMSGR'];
    return this.#go('CVR', 'CVR', [...machine, version, brand, this.#options.address]);
  }

  /** `INF trid method …`: how one may prove who one is. */
  #onMethods([, ...methods]: readonly string[]): Outputs {
    if (this.#step !== 'INF' || this.#dialect === undefined) return [];
    if (!methods.includes(this.#dialect.auth)) throw new MsnpProtocolError('INF: no method of ours');
    return this.#introduce();
  }

  #introduce(): Outputs {
    if (this.#dialect === undefined) return [];
    return this.#go('USR', 'USR', [this.#dialect.auth, 'I', this.#options.address]);
  }

  /** `USR trid method S challenge`, then `USR trid OK address [nick] [flags]`. */
  #onUser([, first, second, ...rest]: readonly string[]): Outputs {
    const dialect = this.#dialect;
    if (dialect === undefined) return [];
    if (this.#step === 'USR' && first === dialect.auth && second === 'S') {
      this.#step = 'proof';
      const proof = dialect.auth === 'MD5' ? 'digest' : 'ticket';
      const wanted: NotificationEvent = { type: 'ticket-wanted', proof, challenge: rest[0] ?? '' };
      return [
        { type: 'cancel', id: 'step' },
        { type: 'event', event: wanted },
      ];
    }
    if (this.#step !== 'confirmation' || first !== 'OK') return [];
    this.#step = 'done';
    if (dialect.ownNick === 'account') this.#nick = rest[0];
    return [];
  }

  #go(step: Step, verb: OutgoingVerb, args: readonly Argument[]): Outputs {
    this.#step = step;
    return [this.#sender.send(verb, args).output, { type: 'wake', id: 'step', afterMs: STEP_TIMEOUT_MS }];
  }
}
