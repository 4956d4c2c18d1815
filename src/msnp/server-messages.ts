// What a notification server writes itself: the profile, mail, maintenance. Knows these messages' fields; reacts to
// none.

import { readProfile } from './account-profile.ts';
import { readMailData } from './mail-data.ts';
import { decodeWords } from './mime-words.ts';
import { contentType, readFields, readMime } from './mime.ts';
import type { Mime } from './mime.ts';
import { readMaintenance } from './notices.ts';
import type { NotificationEvent } from './notification-types.ts';
import { accepted } from './refused.ts';
import type { MailPage, ServiceEvent } from './service-types.ts';

type News = readonly (NotificationEvent | ServiceEvent)[];

/** Two dozen waiting messages stand in one line. */
const MAX_MAIL_DATA = 64 * 1024;

/** Nothing where there is nothing that anybody needs to know. */
export function readServerMessage(payload: Uint8Array, at: Date): News {
  const mime = accepted(readMime(payload));
  return mime === undefined ? [] : (READERS.get(contentType(mime))?.(mime, at, payload) ?? []);
}

const READERS = new Map<string, (mime: Mime, at: Date, payload: Uint8Array) => News>([
  ['text/x-msmsgsprofile', (mime, at) => [{ type: 'profile', profile: readProfile(mime, at) }]],
  ['text/x-msmsgsinitialemailnotification', readFirstMail],
  ['text/x-msmsgsinitialmdatanotification', readData],
  ['text/x-msmsgsoimnotification', readData],
  ['text/x-msmsgsemailnotification', readNewMail],
  ['text/x-msmsgsactivemailnotification', readMove],
  [
    'application/x-msmsgssystemmessage',
    (_, __, payload) => [readMaintenance(payload)].filter((news) => news !== undefined),
  ],
]);

function readFirstMail({ body }: Mime): News {
  const fields = readFields(body);
  const counts = { inbox: readCount(fields.get('inbox-unread')), folders: readCount(fields.get('folders-unread')) };
  return [{ type: 'mail-counted', ...counts, ...readPaths(fields) }];
}

/** Mail and offline messages in one, or an offline message alone. */
function readData({ body }: Mime): News {
  const fields = readFields(body, MAX_MAIL_DATA);
  const xml = fields.get('mail-data') ?? '';
  if (xml === 'too-large') return [{ type: 'offline-messages', messages: [], complete: false }];
  const data = readMailData(xml);
  if (data === undefined) return [];
  const { unread, messages } = data;
  return [
    ...(unread === undefined ? [] : [{ type: 'mail-counted', ...unread, ...readPaths(fields) } as const]),
    ...(messages.length === 0 ? [] : [{ type: 'offline-messages', messages, complete: true } as const]),
  ];
}

function readNewMail({ body }: Mime): News {
  const fields = readFields(body);
  const address = fields.get('from-addr') ?? '';
  const page = readPage(fields);
  return [
    {
      type: 'mail-arrived',
      from: decodeWords(fields.get('from') ?? '') || address,
      address,
      subject: decodeWords(fields.get('subject') ?? ''),
      folder: fields.get('dest-folder') ?? '',
      ...(page === undefined ? {} : { page }),
    },
  ];
}

function readMove({ body }: Mime): News {
  const fields = readFields(body);
  const from = fields.get('src-folder') ?? '';
  const to = fields.get('dest-folder') ?? '';
  return from === '' && to === ''
    ? []
    : [{ type: 'mail-moved', from, to, count: readCount(fields.get('message-delta')) }];
}

type Fields = ReadonlyMap<string, string>;

function readPage(fields: Fields): MailPage | undefined {
  const path = fields.get('message-url') ?? '';
  const postUrl = fields.get('post-url') ?? '';
  return path === '' || postUrl === '' ? undefined : { path, postUrl, id: fields.get('id') ?? '' };
}

function readPaths(fields: Fields): { inboxPath?: string; foldersPath?: string; postUrl?: string } {
  const paths = {
    inboxPath: fields.get('inbox-url'),
    foldersPath: fields.get('folders-url'),
    postUrl: fields.get('post-url'),
  };
  return Object.fromEntries(Object.entries(paths).filter(([, value]) => value !== undefined && value !== ''));
}

function readCount(text: string | undefined): number {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
