// How many messages are unread, from the first count on. Pure; knows the folders' names.

import { assertNever } from './errors.ts';
import type { ServiceEvent } from './service-types.ts';

export interface MailCount {
  readonly inbox: number;
  readonly folders: number;
}

const INBOX = 'ACTIVE';

/** What a piece of news makes of the count; undefined: nothing has been counted yet. */
export function countMail(known: MailCount | undefined, news: ServiceEvent): MailCount | undefined {
  switch (news.type) {
    case 'mail-counted':
      return { inbox: news.inbox, folders: news.folders };
    case 'mail-arrived':
      return known && moved(known, '', news.folder, 1);
    case 'mail-moved':
      return known && moved(known, news.from, news.to, news.count);
    case 'profile':
    case 'offline-messages':
    case 'page-granted':
    case 'alert':
      return known;
    default:
      return assertNever(news);
  }
}

/** Only the inbox is counted on: what goes on among the other folders is not always unread mail. */
function moved({ inbox, folders }: MailCount, from: string, to: string, count: number): MailCount {
  if (from === to) return { inbox, folders };
  const arrived = (to === INBOX ? count : 0) - (from === INBOX ? count : 0);
  return { inbox: Math.max(0, inbox + arrived), folders };
}
