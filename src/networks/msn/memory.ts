// What a login knows from one session to the next: the contact list with its serial. Knows the form that it is kept in,
// and when there is something new to keep; not where that is.

import type { SessionMemory } from '../../bridge/network.ts';
import { isCount, isOneOf, isText, listOf, perhaps, recordOf, shape } from '../../bridge/shape.ts';
import { EMPTY_LIST } from '../../msnp/contacts.ts';
import type { ContactList } from '../../msnp/contacts.ts';
import { DIALECT_NAMES } from '../../msnp/dialect.ts';
import type { DialectName } from '../../msnp/dialect.ts';
import type { CachedRoster } from '../../msnp/roster.ts';
import type { Roster } from './roster.ts';

/** A later version reads this one, too. */
interface State extends CachedRoster {
  readonly version: 1;
}

type Known = Pick<Roster, 'list' | 'edition'>;

export class Memory {
  readonly #remember: (memory: SessionMemory) => void;
  readonly #loaded: CachedRoster | undefined;
  #protocol: string | undefined;
  /** What the server last said of the list. Changes since then make it answer with a later serial, and the whole list. */
  #told: Pick<CachedRoster, 'dialect' | 'serial'> | undefined;
  /** What was remembered last. */
  #kept: { readonly serial: string | undefined; readonly edition: number };

  constructor(memory: SessionMemory | undefined, remember: (memory: SessionMemory) => void) {
    this.#remember = remember;
    this.#protocol = memory?.protocol;
    this.#loaded = fromState(memory?.state);
    this.#told = this.#loaded;
    this.#kept = { serial: this.#loaded?.serial, edition: 0 };
  }

  get hasSignedIn(): boolean {
    return this.#protocol !== undefined;
  }

  /** The contact list of an earlier process life. */
  get list(): ContactList {
    return this.#loaded?.list ?? EMPTY_LIST;
  }

  /** What SYN may be asked with. */
  cached({ list }: Known): CachedRoster | undefined {
    return this.#told && { ...this.#told, list };
  }

  onConnected(dialect: DialectName, serial: string, roster: Known): void {
    const isOther = this.#protocol !== dialect;
    this.#protocol = dialect;
    this.#told = { dialect, serial };
    if (isOther || this.#kept.serial !== serial) this.#keep(roster);
    else this.onEnd(roster);
  }

  /** Keeps what has changed meanwhile. */
  onEnd(roster: Known): void {
    if (this.#kept.edition !== roster.edition) this.#keep(roster);
  }

  #keep({ list, edition }: Known): void {
    if (this.#protocol === undefined || this.#told === undefined) return;
    this.#kept = { serial: this.#told.serial, edition };
    this.#remember({ protocol: this.#protocol, state: { version: 1, ...this.#told, list } satisfies State });
  }
}

const LIST = shape({
  contacts: listOf(
    shape({
      address: isText,
      nick: isText,
      lists: isCount,
      guid: perhaps(isText),
      groups: listOf(isText),
      properties: recordOf(isText),
    }),
  ),
  groups: listOf(shape({ id: isText, name: isText })),
  privacy: shape({ unlisted: perhaps(isOneOf(['allow', 'block'])), newcomers: perhaps(isOneOf(['ask', 'add'])) }),
  properties: recordOf(isText),
});
const STATE = shape({ version: isOneOf([1]), dialect: isOneOf(DIALECT_NAMES), serial: isText, list: LIST });

/** Undefined: there is none, it is damaged, or of a version that we do not know. The list then comes anew from the server. */
function fromState(state: unknown): CachedRoster | undefined {
  if (!STATE(state)) return undefined;
  const { dialect, serial, list } = state as State;
  return { dialect, serial, list };
}
