// Mints the ids of this network, and is the only place that looks inside them. Knows no sockets and no events.

import type { ChatId, NetworkId, RemoteMessageId, RemoteUserId, ServerKey } from '../../bridge/ids.ts';

export const MSN = 'msn' as NetworkId;

/** Addresses are compared without regard to letter case: servers relay whatever spelling they have stored. */
export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

export function userId(server: ServerKey, address: string): RemoteUserId {
  return `${server}/${address.toLowerCase()}` as RemoteUserId;
}

export function addressOfUser(user: RemoteUserId): string {
  return user.slice(user.indexOf('/') + 1);
}

/** The chat with one person is named by the person's address. */
export function chatWith(address: string): ChatId {
  return address.toLowerCase() as ChatId;
}

export function addressOfChat(chat: ChatId): string {
  return chat;
}

/** A chat of several has no name of its own on the network. In capitals, which no chat with one person is. */
export function groupChat(random: Uint8Array): ChatId {
  return `GROUP-${Buffer.from(random).toString('hex')}` as ChatId;
}

export function isGroupChat(chat: ChatId): boolean {
  return chat.startsWith('GROUP-');
}

/** MSNP has no message ids. `login`, `epoch`: of the session; `connection`: within the session; `count`: within it. */
export function messageId(login: RemoteUserId, epoch: number, connection: number, count: number): RemoteMessageId {
  return `${login}/${epoch}.${connection}.${count}` as RemoteMessageId;
}

/** `offer`: the sender's name of what is offered, which may come twice. */
export function offerId(
  login: RemoteUserId,
  epoch: number,
  connection: number,
  sender: RemoteUserId,
  offer: string,
): RemoteMessageId {
  return `${login}/${epoch}.${connection}.offer.${sender}.${offer.slice(0, MAX_OFFER)}` as RemoteMessageId;
}

/** `count`: of the session. */
export function participantsId(login: RemoteUserId, epoch: number, count: number): RemoteMessageId {
  return `${login}/${epoch}.participants.${count}` as RemoteMessageId;
}

/** Somebody asks to be let in once in a session. */
export function requestId(login: RemoteUserId, epoch: number, address: string): RemoteMessageId {
  return `${login}/${epoch}.request.${address.toLowerCase()}` as RemoteMessageId;
}

/** `count`: of the session. */
export function noticeId(login: RemoteUserId, epoch: number, count: number): RemoteMessageId {
  return `${login}/${epoch}.notice.${count}` as RemoteMessageId;
}

const MAX_ADDRESS = 129;
const MAX_OFFER = 64;

/** Whether what a server calls an address may name a person: the longer ones, and those with blanks or controls, may not. */
export function isAddress(address: string): boolean {
  if (address.length > MAX_ADDRESS) return false;
  // nearly all are plain ASCII, for which the first look is enough and ten times as quick
  return /^[!-~]+$/.test(address) || /^[^\p{C}\p{Z}]+$/u.test(address);
}

/** What is wrong with an address that somebody typed, as a sentence; undefined if nothing. */
export function addressFault(address: string): string | undefined {
  if (address === '') return 'An e-mail address is needed.';
  if (address.length > MAX_ADDRESS) return 'That address is too long.';
  // Printable ASCII only: the protocol sends addresses bare, between blanks.
  if (!/^[!-~]+$/.test(address)) return 'That address has a blank or a letter that MSN addresses cannot have.';
  if (!/^[^@;:/%,]+@[^@;:/%,]+$/.test(address)) return 'That is not an address: it looks like name@example.com.';
  return undefined;
}
