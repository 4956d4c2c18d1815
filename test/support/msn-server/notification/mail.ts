// Mail as the notification server tells of it: what waits at sign-in, what arrives, what is moved; and the links to it.
// Knows the texts of those notices; not who reads mail, nor what the web server behind a link does.
import type { Account } from '../account.ts';
import type { Command } from '../wire.ts';
import { sendNotice } from './notice.ts';
import type { Session, SignedInHandler } from './session.ts';

export const INBOX = 'ACTIVE';
const INBOX_PATH = '/cgi-bin/HoTMaiL';
const FOLDERS_PATH = '/cgi-bin/folders';
const LINK_ID = 2;

export interface Mail {
  readonly from: string;
  /** As it stands in the notice: RFC 2047 or plain. */
  readonly name?: string;
  /** As it stands in the notice: RFC 2047 or plain. */
  readonly subject: string;
  /** The inbox, if not said. */
  readonly folder?: string;
}

export interface MovedMail {
  readonly from: string;
  readonly to: string;
  readonly count: number;
}

export const mailHandlers: readonly (readonly [string, SignedInHandler])[] = [['URL', handleLink]];

/** What waits, after the first CHG. Without mail, only documents are sent, as observed. */
export function sendInitialMail(session: Session): void {
  const { account, dialect } = session;
  const links = [
    ['Inbox-URL', INBOX_PATH],
    ['Folders-URL', FOLDERS_PATH],
    ['Post-URL', session.surroundings.mailSignInUrl()],
  ] as const;
  if (dialect.mail === 'document') {
    const data = [['Mail-Data', mailData(account)], ...(account.mail ? links : [])] as const;
    return sendNotice(session, 'text/x-msmsgsinitialmdatanotification; charset=UTF-8', data);
  }
  if (!account.mail) return undefined;
  const counts = [
    ['Inbox-Unread', account.mail.inboxUnread],
    ['Folders-Unread', account.mail.foldersUnread],
  ] as const;
  return sendNotice(session, 'text/x-msmsgsinitialemailnotification; charset=UTF-8', [...counts, ...links], true);
}

export function deliverMail(account: Account, session: Session | undefined, mail: Mail): void {
  const folder = mail.folder ?? INBOX;
  move(account, undefined, folder, 1);
  if (!session) return;
  sendNotice(session, 'text/x-msmsgsemailnotification; charset=UTF-8', [
    ['From', mail.name ?? mail.from],
    ['Message-URL', `/cgi-bin/getmsg?msg=MSG1050451140.21&start=2310&len=2059&curmbox=${folder}`],
    ['Post-URL', session.surroundings.mailSignInUrl()],
    ['Subject', mail.subject],
    ['Dest-Folder', folder],
    ['From-Addr', mail.from],
    ['id', LINK_ID],
  ]);
}

export function moveMail(account: Account, session: Session | undefined, { from, to, count }: MovedMail): void {
  move(account, from, to, count);
  if (!session) return;
  sendNotice(session, 'text/x-msmsgsactivemailnotification; charset=UTF-8', [
    ['Src-Folder', from],
    ['Dest-Folder', to],
    ['Message-Delta', count],
  ]);
}

/** Unread mail in the inbox, and in all other folders. */
function move(account: Account, from: string | undefined, to: string, count: number): void {
  const { mail } = account;
  if (!mail) throw new Error(`${account.address} has no mail`);
  if (from !== undefined) mail[from === INBOX ? 'inboxUnread' : 'foldersUnread'] -= count;
  mail[to === INBOX ? 'inboxUnread' : 'foldersUnread'] += count;
}

function mailData({ mail }: Account): string {
  const { inboxUnread = 0, foldersUnread = 0 } = mail ?? {};
  const counts = `<I>${inboxUnread}</I><IU>${inboxUnread}</IU><O>${foldersUnread}</O><OU>${foldersUnread}</OU>`;
  return `<MD><E>${counts}</E><Q><QTM>409600</QTM><QNM>204800</QNM></Q></MD>`;
}

/** Who has no mail gets words that mean nothing, as observed. */
function handleLink(session: Session, command: Command): void {
  const [trid = '', service] = command.args;
  if (service === undefined) return session.ignore('URL: no service', command);
  const words = session.account.mail ? linkTo(session, service) : ['/unused1', '/unused2'];
  const site = session.account.mail ? LINK_ID : 1;
  return session.send('URL', trid, ...words, ...(session.dialect.siteOfLink ? [site] : []));
}

function linkTo(session: Session, service: string): string[] {
  const path = { INBOX: INBOX_PATH, FOLDERS: FOLDERS_PATH }[service] ?? `/cgi-bin/${service.toLowerCase()}`;
  return [path, session.surroundings.mailSignInUrl()];
}
