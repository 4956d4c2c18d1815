// Which addresses may be a link, and which of them stand for a person or a room. Knows URLs; not HTML.

import type { MatrixUserId } from '../bridge/ids.ts';
import { asUserId } from './checks.ts';

const MAX_LINK = 2048;
const ALLOWED = /^(?:https?:\/\/[^\s/?#\\]|mailto:[^\s])/i;
const UNSAFE = /[\p{Cc}\p{Z}<>"'`\\\p{Bidi_Control}]/u;
const USER = /^https:\/\/matrix\.to\/#\/((?:@|%40)[^?/]+)/i;
const PILL = /^https:\/\/matrix\.to\/#\/(?:@|#|%40|%23)/i;

/** The user whom a link stands for. */
export function mentionOf(link: string): MatrixUserId | undefined {
  const name = USER.exec(link)?.[1];
  if (name === undefined) return undefined;
  try {
    return asUserId(decodeURIComponent(name));
  } catch {
    return undefined; // a broken escape
  }
}

/** The address as it may be shown as a link, or undefined. */
export function safeLink(address: string): string | undefined {
  const link = address.trim();
  if (link.length > MAX_LINK || !ALLOWED.test(link) || UNSAFE.test(link)) return undefined;
  return URL.canParse(link) ? link : undefined;
}

/** A link that is another way to write somebody's or a room's name. */
export function isPill(link: string): boolean {
  return PILL.test(link);
}
