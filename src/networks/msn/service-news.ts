// What the service tells besides contacts and chats: mail, alerts, offline messages, its own going down. Says in
// sentences what has come and keeps the count of unread mail; opens no page to read it on.

import { assertNever } from '../../bridge/errors.ts';
import type { Log } from '../../bridge/log.ts';
import { countMail, isInbox } from '../../msnp/mail-count.ts';
import type { MailCount } from '../../msnp/mail-count.ts';
import type { NotificationEvent } from '../../msnp/notification-types.ts';
import type { MailPage, ServiceEvent } from '../../msnp/service-types.ts';
import { splitText } from '../../msnp/text-split.ts';
import { toName } from './convert-contact.ts';

export type Told =
  Exclude<ServiceEvent, { type: 'profile' | 'page-granted' }> | Extract<NotificationEvent, { type: 'maintenance' }>;
type Of<Type extends Told['type']> = Extract<Told, { type: Type }>;

export interface ServiceNewsParts {
  /** What people call the server. */
  readonly server: string;
  readonly say: (text: string) => void;
  readonly log: Log;
}

/** In bytes. */
const MAX_SUBJECT = 200;
const MAX_TEXT = 4_000;
const MAX_URL = 500;
/** Far more than a server tells of at once; beyond it some may be told again. */
const MAX_WAITING = 1_000;

export class ServiceNews {
  readonly #parts: ServiceNewsParts;
  /** Undefined until the service has told of mail. */
  #unread: MailCount | undefined;
  #lastMail: MailPage | undefined;
  /** Those that the user was told of; they stay where they are, and come again at every sign-in. */
  readonly #waiting = new Set<string>();

  constructor(parts: ServiceNewsParts) {
    this.#parts = parts;
  }

  /** For the command `mail`. */
  get mailSummary(): string {
    if (this.#unread === undefined) return 'This server has told nothing of a mailbox.';
    const { inbox, folders } = this.#unread;
    return `You have ${inbox === 1 ? 'one unread message' : `${inbox} unread messages`} in your inbox and ${folders} in other folders.`;
  }

  /** Where the mail is that came last. */
  get lastMail(): MailPage | undefined {
    return this.#lastMail;
  }

  handle(news: Told): void {
    switch (news.type) {
      case 'mail-counted':
        return this.#onCounted(news);
      case 'mail-arrived':
        this.#unread = countMail(this.#unread, news);
        return this.#onArrived(news);
      case 'mail-moved':
        this.#unread = countMail(this.#unread, news);
        return;
      case 'offline-messages':
        return this.#onWaiting(news);
      case 'alert':
        return this.#onAlert(news);
      case 'alert-lost':
        return this.#onLost(news);
      case 'maintenance':
        return this.#onMaintenance(news);
      default:
        assertNever(news);
    }
  }

  /** It comes at every sign-in: what has not changed is not said again. */
  #onCounted(news: Of<'mail-counted'>): void {
    const before = this.#unread ?? { inbox: 0, folders: 0 };
    this.#unread = countMail(this.#unread, news);
    const { inbox, folders } = news;
    if (inbox + folders > 0 && (inbox !== before.inbox || folders !== before.folders)) {
      this.#parts.say(this.mailSummary);
    }
  }

  #onArrived({ from, address, subject, folder, page }: Of<'mail-arrived'>): void {
    this.#lastMail = page;
    const where = isInbox(folder) ? '' : ', not in your inbox';
    const what = beginning(toName(subject), MAX_SUBJECT, '…') || 'no subject';
    this.#parts.say(`New mail from ${person(from, address)}${where}: ${what}`);
  }

  #onWaiting({ messages, complete }: Of<'offline-messages'>): void {
    const fresh = messages.filter(({ id }) => !this.#waiting.has(id));
    if (this.#waiting.size > MAX_WAITING) this.#waiting.clear();
    for (const { id } of fresh) this.#waiting.add(id);
    const bySender = Map.groupBy(fresh, ({ address }) => address);
    for (const [address, theirs] of bySender) {
      const what = theirs.length === 1 ? 'a message' : `${theirs.length} messages`;
      const from = person(theirs[0]?.nick ?? '', address);
      this.#parts.say(`${from} left ${what} for you while you were away. ${UNFETCHED}`);
    }
    if (!complete) this.#parts.say(`Messages were left for you while you were away. ${UNFETCHED}`);
  }

  /** Some are for programs, which have no text. */
  #onAlert({ origin, from, text, url }: Of<'alert'>): void {
    const lines = text.split(/\r\n|\r|\n/).map(toName);
    const clean = lines.join('\n').trim();
    if (clean === '') return;
    const cut = `…\n(It goes on, and is too long to be shown: ${clean.length} characters.)`;
    const who = from === undefined ? '' : ` from ${toName(from.replace(/^tel:/i, ''))}`;
    // a telephone's leads to where one answered from in those days
    const more = origin === 'telephone' || url === undefined || url.length > MAX_URL ? '' : `\n${url}`;
    this.#parts.say(`${NAMES[origin]}${who}: ${beginning(clean, MAX_TEXT, cut)}${more}`);
  }

  /** What a service had to say is for programs nearly always; what comes from a telephone is somebody's word. */
  #onLost({ origin, reason }: Of<'alert-lost'>): void {
    this.#parts.log.info({ origin, reason }, 'an alert could not be read');
    if (origin === 'service') return;
    const why = reason === 'too-long' ? 'is too long to be shown' : 'cannot be read';
    this.#parts.say(`${NAMES[origin]} came that ${why}.`);
  }

  #onMaintenance({ minutes }: Of<'maintenance'>): void {
    const when = minutes === 0 ? 'now' : minutes === 1 ? 'in a minute' : `in ${minutes} minutes`;
    this.#parts.say(`${this.#parts.server} goes down for maintenance ${when}.`);
  }
}

const NAMES = { telephone: 'A message from a telephone', service: 'A notice of the service' } as const;
const UNFETCHED = 'The bridge cannot fetch it yet; it stays with the server.';

function person(name: string, address: string): string {
  const [clean, where] = [toName(name), toName(address)];
  return clean === '' || clean === where ? where : `${clean} (${where})`;
}

/** As much as fits, and a sign that there is more. */
function beginning(text: string, bytes: number, sign: string): string {
  const [first = '', ...others] = splitText(text, bytes);
  return others.length === 0 ? first : first + sign;
}
