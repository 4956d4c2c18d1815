// The contact list as SYN sends it up to MSNP7: one list after the other, every line with the transaction number and
// the list version. Knows the burst's lines; not when it is asked for.

import { normalizeAddress } from './address.ts';
import { LIST_CODES, LISTS } from './contacts.ts';
import type { ContactList, ListName } from './contacts.ts';
import { percentDecode } from './encoding.ts';
import { MsnpProtocolError } from './errors.ts';
import { MAX_ENTRIES, RosterDraft } from './roster.ts';
import type { Roster, RosterReader } from './roster.ts';

const TOLD: readonly ListName[] = ['forward', 'allow', 'block', 'reverse'];

/** Whole when all four lists have been told to their ends. */
export class ListedReader implements RosterReader {
  readonly draft = new RosterDraft();
  readonly #asked: string;
  readonly #known: ContactList;
  readonly #ended = new Set<ListName>();
  #serial: string | undefined;
  #lines = 0;

  /** `asked`: the serial that SYN carried; the same in the answer means that nothing follows. */
  constructor(asked: string, known: ContactList) {
    this.#asked = asked;
    this.#known = known;
  }

  get whole(): boolean {
    return this.#unchanged || (this.#serial !== undefined && TOLD.every((list) => this.#ended.has(list)));
  }

  get missing(): number {
    return this.whole ? 0 : Number.MAX_SAFE_INTEGER - this.#lines;
  }

  get #unchanged(): boolean {
    return this.#serial === this.#asked;
  }

  begin([serial = '']: readonly string[]): void {
    this.#serial = serial;
  }

  /** `LSG trid version index total id name 0`. */
  group([, , , , id = '', name = '']: readonly string[]): void {
    this.#lines += 1;
    this.draft.group({ id, name: percentDecode(name) });
  }

  /** `LST trid list version index total address nick [groups]`; index and total are 0 for an empty list. */
  contact([, code = '', , index = '', total = '', who = '', nick = '', groups = '']: readonly string[]): void {
    this.#lines += 1;
    const list = LIST_CODES.get(code);
    if (list === undefined) return;
    if (readNumber(index) >= readNumber(total)) this.#ended.add(list);
    if (!who.includes('@')) return;
    const address = normalizeAddress(who);
    const known = this.draft.find(address);
    const lists = (known?.lists ?? 0) | LISTS[list];
    if (known !== undefined) return this.draft.contact({ ...known, lists }); // the forward list came first: its name counts
    const name = nick === '' ? who : percentDecode(nick);
    const ids = list === 'forward' ? groups.split(',').filter((id) => id !== '') : [];
    this.draft.contact({ address, nick: name, lists, groups: ids, properties: {} });
  }

  roster(): Roster {
    const list = this.#unchanged ? this.#known : this.draft.list;
    return { ...list, unchanged: this.#unchanged, serial: this.#serial ?? '' };
  }
}

function readNumber(text: string): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : MAX_ENTRIES + 1;
  if (number > MAX_ENTRIES) throw new MsnpProtocolError('LST: not a place in a list');
  return number;
}
