// A person's lists, groups, names, telephones and privacy: what is known of them, and editing them.
// Knows each dialect's commands; not what they lead to.
import type { DialectHabits } from './habits.ts';
import { type Line, Refusal } from './line.ts';
import { LIST_BITS, type KnownContact, type KnownGroup, type Roster } from './roster.ts';

export type PhoneKey = 'PHH' | 'PHW' | 'PHM' | 'MOB' | 'MBE';

/** Who is to be off a list is off it: the other one's changes may have taken them off before. */
const NOT_THERE: ReadonlySet<number> = new Set([208, 216]);

export class AddressBook {
  readonly #address: string;
  readonly #line: Line;
  readonly #roster: Roster;
  readonly #habits: DialectHabits;

  constructor(address: string, line: Line, roster: Roster, habits: DialectHabits) {
    this.#address = address;
    this.#line = line;
    this.#roster = roster;
    this.#habits = habits;
  }

  get groups(): KnownGroup[] {
    return [...this.#roster.groups.values()];
  }

  /** Privacy (BLP), prompt (GTC), one's own telephones, and from MSNP10 on the name (MFN). */
  get settings(): ReadonlyMap<string, string> {
    return this.#roster.settings;
  }

  /** Who has added us and has neither been allowed nor blocked. */
  get requests(): KnownContact[] {
    const { AL, BL, RL, PL } = LIST_BITS;
    return this.#roster.contacts.filter(({ lists }) => (lists & (RL | PL)) !== 0 && (lists & (AL | BL)) === 0);
  }

  /** The names of the groups somebody is in. */
  groupsOf(address: string): string[] {
    const ids = this.#roster.contact(address)?.groups ?? [];
    return ids.map((id) => this.#roster.groups.get(id)?.name ?? id);
  }

  async add(list: 'FL' | 'AL' | 'BL', address: string, name = address): Promise<void> {
    if (this.#habits.edits === 'ADC') {
      const named = list === 'FL' ? [`F=${encodeURIComponent(name)}`] : [];
      await this.#line.request('ADC', list, `N=${address}`, ...named);
      return;
    }
    const group = list === 'FL' && this.#habits.groups ? ['0'] : [];
    await this.#line.request('ADD', list, address, encodeURIComponent(name), ...group);
  }

  async remove(list: 'FL' | 'AL' | 'BL' | 'PL', address: string): Promise<void> {
    await this.#line.request('REM', list, list === 'FL' ? this.#keyOf(address) : address);
  }

  /** Takes somebody off every list that is ours to change. */
  async forget(address: string): Promise<void> {
    for (const list of ['FL', 'AL', 'BL', 'PL'] as const) {
      const { lists = 0 } = this.#roster.contact(address) ?? {};
      if ((lists & LIST_BITS[list]) === 0) continue;
      await this.remove(list, address).catch((error: unknown) => {
        if (!(error instanceof Refusal && NOT_THERE.has(error.code))) throw error;
      });
    }
  }

  /** Allows somebody who has added us, and says that we know of it; adding back is another step. */
  async accept(address: string): Promise<void> {
    await this.add('AL', address);
    if (this.#habits.acceptsByReverse) await this.#line.request('ADC', 'RL', `N=${address}`);
    if (this.#habits.pendingList) await this.remove('PL', address);
  }

  async addGroup(name: string): Promise<KnownGroup> {
    const old = this.#habits.edits === 'ADD';
    const { args } = await this.#line.request('ADG', encodeURIComponent(name), ...(old ? ['0'] : []));
    const group = { id: (old ? args[3] : args.find((word) => /^[0-9a-f-]{36}$/u.test(word))) ?? '', name };
    this.#roster.groups.set(group.id, group);
    return group;
  }

  async renameGroup(name: string, newName: string): Promise<void> {
    const { id } = this.#groupOf(name);
    const tail = this.#habits.edits === 'ADD' ? ['0'] : [];
    await this.#line.request('REG', id, encodeURIComponent(newName), ...tail);
    this.#roster.groups.set(id, { id, name: newName });
  }

  async removeGroup(name: string): Promise<void> {
    const { id } = this.#groupOf(name);
    await this.#line.request('RMG', id);
    this.#roster.dropGroup(id);
  }

  async addToGroup(address: string, group: string): Promise<void> {
    const { id } = this.#groupOf(group);
    const { guid, name } = this.#contactOf(address);
    if (this.#habits.edits === 'ADC') await this.#line.request('ADC', 'FL', `C=${guid}`, id);
    else await this.#line.request('ADD', 'FL', address, encodeURIComponent(name), id);
  }

  async removeFromGroup(address: string, group: string): Promise<void> {
    await this.#line.request('REM', 'FL', this.#keyOf(address), this.#groupOf(group).id);
  }

  async setName(name: string): Promise<void> {
    const encoded = encodeURIComponent(name);
    if (this.#habits.edits === 'ADC') await this.#line.request('PRP', 'MFN', encoded);
    else await this.#line.request('REA', this.#address, encoded);
  }

  /** The name a contact has in this list alone; acknowledged and not kept by the real server we know. */
  async rename(address: string, name: string): Promise<void> {
    const encoded = encodeURIComponent(name);
    if (this.#habits.edits === 'ADD') await this.#line.request('REA', address, encoded);
    else await this.#line.request('SBP', this.#contactOf(address).guid ?? '', 'MFN', encoded);
  }

  /** Without a value, it is taken away. */
  async setProperty(key: PhoneKey, value?: string): Promise<void> {
    await this.#line.request('PRP', key, ...(value === undefined ? [] : [encodeURIComponent(value)]));
  }

  async setPrivacy(value: 'AL' | 'BL'): Promise<void> {
    await this.#line.request('BLP', value);
  }

  async setPrompt(value: 'A' | 'N'): Promise<void> {
    await this.#line.request('GTC', value);
  }

  #contactOf(address: string): KnownContact {
    const contact = this.#roster.contact(address);
    if (!contact) throw new Error(`${this.#address} does not know ${address}`);
    return contact;
  }

  /** What REM FL names somebody by. */
  #keyOf(address: string): string {
    return this.#habits.edits === 'ADC' ? (this.#roster.contact(address)?.guid ?? address) : address;
  }

  #groupOf(name: string): KnownGroup {
    const group = [...this.#roster.groups.values()].find((one) => one.name === name);
    if (!group) throw new Error(`${this.#address} has no group ${name}`);
    return group;
  }
}
