// What each wish about the contact list takes on the wire, in each dialect. Knows commands, limits and the order of
// steps; sends nothing.

import { normalizeAddress } from './address.ts';
import { named, text } from './command.ts';
import type { ContactBook } from './contact-book.ts';
import type { ContactCommand, PropertyName } from './contact-types.ts';
import { isOn, NO_GROUP } from './contacts.ts';
import type { ContactChange, ListName, Privacy } from './contacts.ts';
import type { Dialect } from './dialect.ts';
import { percentEncode } from './encoding.ts';
import { assertNever } from './errors.ts';
import type { Fault, Plan } from './requests.ts';

/** Percent-encoded, as it goes over the wire. */
export const MAX_NICK = 387;
const MAX_GROUP_NAME = 61;
const MAX_GROUPS = 30;
const MAX_VALUE = 95;

const CODES = { forward: 'FL', allow: 'AL', block: 'BL', reverse: 'RL', pending: 'PL' } as const;

/** "No such user", "invalid user" and "not on the list": servers say any of these of somebody who is gone already. */
const GONE = [205, 208, 216, 225];
const THERE = [215];
const SAME_MODE = [218];

const fault = (reason: Fault['reason'], code: number): Fault => ({ reason, code });
const NOT_HERE = fault('not-in-this-version', 502);
const BAD_ADDRESS = fault('bad-address', 201);
const UNKNOWN_CONTACT = fault('unknown-contact', 216);
const GROUP_STAYS = fault('group-stays', 230);
const LIST_FULL = fault('too-many-contacts', 210);
const UNKNOWN_GROUP = fault('unknown-group', 224);
const NICK_TOO_LONG = fault('nick-too-long', 209);

type Make = Plan[number];

export function contactPlan(asked: ContactCommand, dialect: Dialect, book: ContactBook): Plan {
  switch (asked.type) {
    case 'add-to-list': {
      const { list, address, nick, group } = asked;
      if (list !== 'forward' || group === undefined) return [adding(dialect, list, address, nick)];
      return dialect.contactIds === 'address'
        ? [addingToGroup(dialect, address, group, nick)]
        : [checkingGroup(group), adding(dialect, list, address, nick), addingToGroup(dialect, address, group)];
    }
    case 'remove-from-list':
      return [removing(dialect, asked.list, asked.address)];
    case 'allow-contact':
      return deciding(dialect, asked.address, 'allow', asked.nick, book);
    case 'block-contact':
      return deciding(dialect, asked.address, 'block', asked.nick, book);
    case 'add-contact': {
      const { address } = asked;
      // allowed before: so a server tells at once whether they are there
      const allowed = deciding(dialect, address, 'allow', undefined, book);
      return [checkingRoom(dialect, address), ...allowed, joining(dialect, address)];
    }
    case 'rename-contact':
      return [renaming(dialect, asked.address, asked.nick)];
    case 'add-group':
      return [makingGroup(dialect, asked.name)];
    case 'rename-group':
      return [renamingGroup(dialect, asked.group, asked.name)];
    case 'remove-group':
      return [...savingMembers(dialect, asked.group, book), removingGroup(dialect, asked.group)];
    case 'add-to-group':
      return [addingToGroup(dialect, asked.address, asked.group)];
    case 'remove-from-group':
      return [
        savingFromNowhere(dialect, asked.address, asked.group),
        removingFromGroup(dialect, asked.address, asked.group),
      ];
    case 'set-unlisted':
      return [setting('BLP', asked.unlisted === 'allow' ? 'AL' : 'BL', { unlisted: asked.unlisted })];
    case 'set-newcomers':
      return [setting('GTC', asked.newcomers === 'ask' ? 'A' : 'N', { newcomers: asked.newcomers })];
    case 'set-property':
      return [settingProperty(dialect, asked.name, asked.value)];
    default:
      return assertNever(asked);
  }
}

/** Our own name: it is not of the contact list, but goes the same way. */
export function nickPlan(nick: string, own: string, dialect: Dialect): Plan {
  if (isTooLong(nick, MAX_NICK)) return [() => NICK_TOO_LONG];
  const news = (): [{ type: 'own-nick'; nick: string }] => [{ type: 'own-nick', nick }];
  return dialect.ownNick === 'property'
    ? [() => ({ verb: 'PRP', args: ['MFN', text(nick)], news })]
    : [() => ({ verb: 'REA', args: [own, text(nick)], news })];
}

// ---- lists

function adding(dialect: Dialect, list: ListName, who: string, nick: string | undefined): Make {
  const code = CODES[list];
  const change = { type: 'list-changed', list, change: 'added', address: normalizeAddress(who) } as const;
  return (book) => {
    if (!isAddress(who)) return BAD_ADDRESS;
    if (nick !== undefined && isTooLong(nick, MAX_NICK)) return NICK_TOO_LONG;
    if (list === 'forward' && isFull(dialect, book, change.address)) return LIST_FULL;
    const isNew = !isOn(list, book.contact(change.address));
    // numbered groups: whoever is put into none is in this one
    const grouped = { type: 'contact-grouped', change: 'added', address: change.address, group: NO_GROUP } as const;
    const isGrouped = list === 'forward' && dialect.groupIds === 'number' && isNew && book.hasGroup(NO_GROUP);
    const changes = (answer: readonly string[]): ContactChange[] => {
      const guid = answer.find((word) => word.startsWith('C='))?.slice(2) ?? '';
      const added = { ...change, ...(nick === undefined ? {} : { nick }), ...(guid === '' ? {} : { guid }) };
      return [added, ...(isGrouped ? [grouped] : [])];
    };
    if (dialect.addition === 'ADD') {
      return { verb: 'ADD', args: [code, who, text(nick ?? who)], changes, already: THERE };
    }
    const name = list === 'forward' ? [named('F=', nick ?? who)] : [];
    return { verb: 'ADC', args: [code, `N=${who}`, ...name], changes, already: THERE };
  };
}

function removing(dialect: Dialect, list: ListName, who: string): Make {
  const address = normalizeAddress(who);
  return (book) => {
    if (!isAddress(who)) return BAD_ADDRESS;
    if (list === 'pending' && dialect.pending === 'none') return NOT_HERE;
    const byGuid = list === 'forward' && dialect.contactIds === 'guid';
    const name = byGuid ? book.contact(address)?.guid : who;
    if (name === undefined) return UNKNOWN_CONTACT;
    const changes = (): ContactChange[] => [{ type: 'list-changed', list, change: 'removed', address }];
    return { verb: 'REM', args: [CODES[list], name], changes, already: GONE };
  };
}

/** Onto one of the two lists that exclude each other; whoever was pending is so no longer. */
function deciding(
  dialect: Dialect,
  who: string,
  to: 'allow' | 'block',
  nick: string | undefined,
  book: ContactBook,
): Plan {
  const address = normalizeAddress(who);
  const from = to === 'allow' ? 'block' : 'allow';
  const isListed = (now: ContactBook, list: ListName): boolean => isOn(list, now.contact(address));
  return [
    (now) => (isListed(now, from) ? removing(dialect, from, who)(now) : undefined),
    (now) => (isListed(now, to) ? undefined : adding(dialect, to, who, nick)(now)),
    ...settling(dialect, who, book),
  ];
}

/** Onto the forward list, unless they are on it. */
function joining(dialect: Dialect, who: string): Make {
  const add = adding(dialect, 'forward', who, undefined);
  return (book) => (isOn('forward', book.contact(normalizeAddress(who))) ? undefined : add(book));
}

/** Whoever was pending is so no longer. `book`: as it is before the answer. */
function settling(dialect: Dialect, who: string, book: ContactBook): Plan {
  const contact = book.contact(normalizeAddress(who));
  // of somebody who asks while we are there only the reverse list is told; where they are not pending, that is no harm
  const isPending =
    isOn('pending', contact) || (isOn('reverse', contact) && !isOn('allow', contact) && !isOn('block', contact));
  if (dialect.pending === 'none' || !isPending) return [];
  const isReversed = isOn('reverse', contact);
  if (dialect.pending === 'removed') return [isReversed ? removing(dialect, 'pending', who) : revealing(dialect, who)];
  // before the removal: afterwards a server ended the connection
  return [...(isReversed ? [] : [adding(dialect, 'reverse', who, undefined)]), removing(dialect, 'pending', who)];
}

/** Off the pending list, which hid that they have us on theirs. */
function revealing(dialect: Dialect, who: string): Make {
  const remove = removing(dialect, 'pending', who);
  const shown = { type: 'list-changed', list: 'reverse', change: 'added', address: normalizeAddress(who) } as const;
  return (book) => {
    const step = remove(book);
    if (step === undefined || 'reason' in step) return step;
    return { ...step, changes: (answer) => [shown, ...(step.changes?.(answer) ?? [])] };
  };
}

function renaming(dialect: Dialect, who: string, nick: string): Make {
  const address = normalizeAddress(who);
  return (book) => {
    if (isTooLong(nick, MAX_NICK)) return NICK_TOO_LONG;
    const contact = book.contact(address);
    const changes = (): ContactChange[] => [{ type: 'contact-renamed', address, nick }];
    if (dialect.contactIds === 'address') {
      return contact === undefined ? UNKNOWN_CONTACT : { verb: 'REA', args: [who, text(nick)], changes };
    }
    if (contact?.guid === undefined) return UNKNOWN_CONTACT;
    return { verb: 'SBP', args: [contact.guid, 'MFN', text(nick)], changes };
  };
}

// ---- groups

function makingGroup(dialect: Dialect, name: string): Make {
  return (book) => {
    if (dialect.groupIds === 'none') return NOT_HERE;
    if (isTooLong(name, MAX_GROUP_NAME)) return fault('group-name-too-long', 229);
    if (book.groups.length >= MAX_GROUPS) return fault('too-many-groups', 223);
    const filler = dialect.groupIds === 'number' ? ['0'] : [];
    const at = dialect.groupIds === 'number' ? 3 : 2;
    const changes = (answer: readonly string[]): ContactChange[] => {
      const group = answer[at] ?? '';
      return group === '' ? [] : [{ type: 'group-added', group, name }];
    };
    return { verb: 'ADG', args: [text(name), ...filler], changes };
  };
}

function renamingGroup(dialect: Dialect, group: string, name: string): Make {
  return (book) => {
    if (isTooLong(name, MAX_GROUP_NAME)) return fault('group-name-too-long', 229);
    if (staysAsItIs(dialect, group)) return GROUP_STAYS;
    const filler = dialect.groupIds === 'number' ? ['0'] : [];
    const changes = (): ContactChange[] => [{ type: 'group-renamed', group, name }];
    return checkingGroup(group)(book) ?? { verb: 'REG', args: [group, text(name), ...filler], changes };
  };
}

/** A server of numbered groups may drop those from the forward list who were in this group only. */
function savingMembers(dialect: Dialect, group: string, book: ContactBook): Plan {
  if (dialect.groupIds !== 'number' || group === NO_GROUP) return [];
  const members = [...book.contacts].filter(({ groups }) => groups.includes(group));
  return members.map(({ address }) => savingFromNowhere(dialect, address, group));
}

function removingGroup(dialect: Dialect, group: string): Make {
  const changes = (): ContactChange[] => [{ type: 'group-removed', group }];
  return (book) => {
    if (staysAsItIs(dialect, group)) return GROUP_STAYS;
    return checkingGroup(group)(book) ?? { verb: 'RMG', args: [group], changes };
  };
}

function staysAsItIs(dialect: Dialect, group: string): boolean {
  return dialect.groupIds === 'number' && group === NO_GROUP;
}

/** `nick`: whoever is not on the forward list yet comes onto it. */
function addingToGroup(dialect: Dialect, who: string, group: string, nick?: string): Make {
  const address = normalizeAddress(who);
  const grouped = { type: 'contact-grouped', change: 'added', address, group } as const;
  return (book) => {
    if (!isAddress(who)) return BAD_ADDRESS;
    const missing = checkingGroup(group)(book);
    if (missing !== undefined) return missing;
    const contact = book.contact(address);
    if (dialect.contactIds === 'address') {
      const name = nick ?? contact?.nick ?? who;
      const added = { type: 'list-changed', list: 'forward', change: 'added', address } as const;
      const isNew = !isOn('forward', contact);
      if (isFull(dialect, book, address)) return LIST_FULL;
      const changes = (): ContactChange[] => (isNew ? [{ ...added, nick: name }, grouped] : [grouped]);
      const person = dialect.addition === 'ADD' ? [who, text(name)] : [`N=${who}`, named('F=', name)];
      return { verb: dialect.addition, args: ['FL', ...person, group], changes, already: THERE };
    }
    if (contact?.guid === undefined) return UNKNOWN_CONTACT;
    return { verb: 'ADC', args: ['FL', `C=${contact.guid}`, group], changes: () => [grouped], already: THERE };
  };
}

/** Numbered groups: out of the last one means off the list, so somebody goes among those without a group first. */
function savingFromNowhere(dialect: Dialect, who: string, group: string): Make {
  return (book) => {
    const groups = book.contact(normalizeAddress(who))?.groups ?? [];
    const isLast = groups.length === 1 && groups[0] === group;
    if (dialect.groupIds !== 'number' || !isLast || !book.hasGroup(NO_GROUP)) return undefined;
    return group === NO_GROUP ? GROUP_STAYS : addingToGroup(dialect, who, NO_GROUP)(book);
  };
}

function removingFromGroup(dialect: Dialect, who: string, group: string): Make {
  const address = normalizeAddress(who);
  return (book) => {
    const contact = book.contact(address);
    const name = dialect.contactIds === 'guid' ? contact?.guid : contact && who;
    if (name === undefined) return UNKNOWN_CONTACT;
    const changes = (): ContactChange[] => [{ type: 'contact-grouped', change: 'removed', address, group }];
    return checkingGroup(group)(book) ?? { verb: 'REM', args: ['FL', name, group], changes, already: GONE };
  };
}

/** A group that there is not: some servers answer with the end of the connection. */
function checkingGroup(group: string): (book: ContactBook) => Fault | undefined {
  return (book) => (book.hasGroup(group) ? undefined : UNKNOWN_GROUP);
}

// ---- settings

function setting(verb: 'BLP' | 'GTC', value: string, privacy: Privacy): Make {
  const changes = (): ContactChange[] => [{ type: 'privacy-changed', privacy }];
  return () => ({ verb, args: [value], changes, already: SAME_MODE });
}

function settingProperty(dialect: Dialect, name: PropertyName, value: string): Make {
  return () => {
    if (!dialect.properties) return NOT_HERE;
    if (isTooLong(value, MAX_VALUE)) return fault('value-too-long', 201);
    const changes = (): ContactChange[] => [{ type: 'own-property-changed', name, value }];
    return { verb: 'PRP', args: [name, ...(value === '' ? [] : [text(value)])], changes };
  };
}

function checkingRoom(dialect: Dialect, who: string): Make {
  return (book) => (isFull(dialect, book, normalizeAddress(who)) ? LIST_FULL : undefined);
}

/** For somebody who is not on the forward list yet. */
function isFull({ maxContacts }: Dialect, book: ContactBook, address: string): boolean {
  if (isOn('forward', book.contact(address))) return false;
  return [...book.contacts].filter((contact) => isOn('forward', contact)).length >= maxContacts;
}

function isTooLong(value: string, limit: number): boolean {
  return percentEncode(value).length > limit;
}

function isAddress(who: string): boolean {
  return /^[^\s@]{1,200}@[^\s@]{1,200}$/.test(who);
}
