// Mail-Data: counts of mail and the offline messages that wait, as a small XML document. Knows its elements.

import { normalizeAddress } from './address.ts';
import { decodeWords } from './mime-words.ts';
import { accepted } from './refused.ts';
import type { OfflineMessage } from './service-types.ts';
import { child, readTree } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

export interface MailData {
  /** Unread; undefined in notices of single messages. */
  readonly unread: { readonly inbox: number; readonly folders: number } | undefined;
  readonly messages: readonly OfflineMessage[];
}

/** More than any server tells of: beyond some two dozen it only says that there are more. */
const MAX_MESSAGES = 256;

/** Undefined: no such document; `too-large` stands in its place when there is too much to tell. */
export function readMailData(xml: string): MailData | undefined {
  const root = accepted(readTree(xml));
  if (root?.name !== 'MD') return undefined;
  const counts = child(root, 'E');
  const messages = root.children.filter(({ name }) => name === 'M').slice(0, MAX_MESSAGES);
  return {
    unread: counts && { inbox: readCount(counts, 'IU'), folders: readCount(counts, 'OU') },
    messages: messages.flatMap((message) => readMessage(message)),
  };
}

function readMessage(message: XmlElement): OfflineMessage[] {
  const text = (name: string): string => child(message, name)?.text.trim() ?? '';
  const address = text('E');
  const id = text('I');
  if (id === '' || !/^[^\s\p{Cc}@]+@[^\s\p{Cc}]+$/u.test(address)) return [];
  const at = new Date(text('RT'));
  return [
    {
      id,
      address: normalizeAddress(address),
      nick: decodeWords(text('N')) || address,
      at: Number.isNaN(at.getTime()) ? undefined : at,
    },
  ];
}

function readCount(element: XmlElement, name: string): number {
  const text = child(element, name)?.text.trim() ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
