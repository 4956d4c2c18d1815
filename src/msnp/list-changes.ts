// Lines that tell of a change of the contact list: ADD, ADC, REM, ADG, REG, RMG, REA, SBP, BPR, PRP, BLP, GTC. Knows
// their forms in all dialects; asks for none.

import { normalizeAddress } from './address.ts';
import type { ContactBook } from './contact-book.ts';
import { LIST_CODES } from './contacts.ts';
import type { ContactChange, ListChange } from './contacts.ts';
import type { Dialect } from './dialect.ts';
import { percentDecode } from './encoding.ts';
import { readPrivacy } from './privacy.ts';
import { readProperty } from './properties.ts';

type Args = readonly string[];

/** Reads what begins with a transaction number, 0 or another; undefined groups, people or forms give nothing. */
export function readListChange(verb: string, args: Args, dialect: Dialect, book: ContactBook): ContactChange[] {
  return READERS.get(verb)?.(args, dialect, book) ?? [];
}

const READERS = new Map<string, (args: Args, dialect: Dialect, book: ContactBook) => ContactChange[]>([
  ['ADD', readAddition],
  ['ADC', readNamedAddition],
  ['REM', readRemoval],
  ['ADG', readNewGroup],
  ['REG', readGroupName],
  ['RMG', readGroupRemoval],
  ['REA', ([, , address = '', nick = '']) => readName(address, nick)],
  [
    'SBP',
    ([, guid = '', name, nick = ''], _, book) => (name === 'MFN' ? readName(book.addressOf(guid) ?? '', nick) : []),
  ],
  ['BPR', readContactProperty],
  ['PRP', readOwnProperty],
  ['BLP', (args) => readPrivacyChange('BLP', args)],
  ['GTC', (args) => readPrivacyChange('GTC', args)],
]);

/** `ADD trid list version address nick [group]`. */
function readAddition([, code = '', , address = '', nick, group = '']: Args): ContactChange[] {
  const changes = listChange(code, 'added', address, nick);
  if (code !== 'FL' || group === '' || changes.length === 0) return changes;
  return [...changes, { type: 'contact-grouped', change: 'added', address: normalizeAddress(address), group }];
}

/**
 * `ADC trid list N=address [F=nick] [C=guid]`, or `ADC trid FL C=guid group`: somebody comes into a group. With list
 * versions `ADC trid list version N=address [F=nick] [group]`.
 */
function readNamedAddition([, code = '', ...rest]: Args, dialect: Dialect, book: ContactBook): ContactChange[] {
  const fields = dialect.listVersions ? rest.slice(1) : rest;
  const field = (name: string): string | undefined =>
    fields.find((candidate) => candidate.startsWith(name))?.slice(name.length);
  const guid = field('C=');
  const address = field('N=');
  const added = address === undefined ? [] : listChange(code, 'added', address, field('F='), guid);
  // where GUIDs name people, what follows an address is a filler of some server
  const who = dialect.contactIds === 'address' ? address : address === undefined && book.addressOf(guid ?? '');
  const group = fields.find((candidate) => candidate !== '' && !/^[A-Z]=/.test(candidate));
  if (code !== 'FL' || !who || group === undefined) return added;
  return [...added, { type: 'contact-grouped', change: 'added', address: normalizeAddress(who), group }];
}

/** `REM trid list [version] who [group]`; with a group only that group loses the contact. */
function readRemoval([, code = '', ...rest]: Args, dialect: Dialect, book: ContactBook): ContactChange[] {
  const [who = '', group = ''] = dialect.listVersions ? rest.slice(1) : rest;
  const address = book.addressOf(who) ?? who;
  if (group === '') return listChange(code, 'removed', address, undefined);
  return address.includes('@')
    ? [{ type: 'contact-grouped', change: 'removed', address: normalizeAddress(address), group }]
    : [];
}

/** `ADG trid version name id 0`, `ADG trid name guid`; some servers put fillers after it. */
function readNewGroup([, ...args]: Args, dialect: Dialect): ContactChange[] {
  const [name = '', group = ''] = dialect.listVersions ? args.slice(1) : args;
  return group === '' ? [] : [{ type: 'group-added', group, name: percentDecode(name) }];
}

/** `REG trid version id name 0`, `REG trid guid name`; some servers turn the latter round behind a filler. */
function readGroupName([, ...args]: Args, dialect: Dialect, book: ContactBook): ContactChange[] {
  const at = args.findIndex((word) => book.hasGroup(word));
  const [group = '', name = ''] = dialect.listVersions ? args.slice(1) : [args[at], args[at === 0 ? 1 : at - 1]];
  return group === '' ? [] : [{ type: 'group-renamed', group, name: percentDecode(name) }];
}

/** `RMG trid version id`, `RMG trid [filler] guid`. */
function readGroupRemoval([, ...args]: Args): ContactChange[] {
  const group = args.at(-1) ?? '';
  return group === '' ? [] : [{ type: 'group-removed', group }];
}

function readName(address: string, nick: string): ContactChange[] {
  if (!address.includes('@') || nick === '') return [];
  return [{ type: 'contact-renamed', address: normalizeAddress(address), nick: percentDecode(nick) }];
}

/** `BPR [version] address NAME [value]`. */
function readContactProperty(args: Args): ContactChange[] {
  const property = readProperty(args);
  if (property?.address === undefined) return [];
  const { address, name, value } = property;
  return [{ type: 'contact-property-changed', address, name, value }];
}

function readOwnProperty(args: Args): ContactChange[] {
  const property = readProperty(args);
  if (property === undefined) return [];
  return [{ type: 'own-property-changed', name: property.name, value: property.value }];
}

function readPrivacyChange(verb: 'BLP' | 'GTC', args: Args): ContactChange[] {
  const privacy = readPrivacy(verb, args);
  return privacy === undefined ? [] : [{ type: 'privacy-changed', privacy }];
}

function listChange(
  code: string,
  change: ListChange['change'],
  address: string,
  nick: string | undefined,
  guid?: string,
): ContactChange[] {
  const list = LIST_CODES.get(code);
  if (list === undefined || !address.includes('@')) return [];
  return [
    {
      type: 'list-changed',
      list,
      change,
      address: normalizeAddress(address),
      ...(nick === undefined || nick === '' ? {} : { nick: percentDecode(nick) }),
      ...(guid === undefined || guid === '' ? {} : { guid }),
    },
  ];
}
