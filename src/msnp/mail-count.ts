// How many messages are unread. Pure; knows the folders' names.

import { assertNever } from './errors.ts';
import type { ServiceEvent } from './service-types.ts';

export interface MailCount {
  readonly inbox: number;
  readonly folders: number;
}

type MailNews = Extract<ServiceEvent, { type: 'mail-counted' | 'mail-arrived' | 'mail-moved' }>;

const NONE: MailCount = { inbox: 0, folders: 0 };

export function isInbox(folder: string): boolean {
  return folder === 'ACTIVE';
}

/**
 * What a piece of news makes of the count; undefined: nothing has been told of mail. New mail is unread wherever it comes
 * to; what then goes on among the other folders is not always unread mail, so only the inbox is counted on.
 */
export function countMail(known: MailCount | undefined, news: MailNews): MailCount | undefined {
  switch (news.type) {
    case 'mail-counted':
      return { inbox: news.inbox, folders: news.folders };
    case 'mail-arrived': {
      const { inbox, folders } = known ?? NONE;
      return isInbox(news.folder) ? { inbox: inbox + 1, folders } : { inbox, folders: folders + 1 };
    }
    case 'mail-moved': {
      const arrived = (isInbox(news.to) ? news.count : 0) - (isInbox(news.from) ? news.count : 0);
      return known && { ...known, inbox: Math.max(0, known.inbox + arrived) };
    }
    default:
      return assertNever(news);
  }
}
