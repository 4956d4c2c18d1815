// The words about mail and other services: what may be asked of the notification session and what it tells.

import type { AccountProfile } from './account-profile.ts';

/** Pages that the server signs one in to. */
export type PageName =
  'INBOX' | 'FOLDERS' | 'COMPOSE' | 'CHGMOB' | 'MOBILE' | 'PROFILE' | 'PERSON' | 'CHAT' | 'ADDRBOOK' | 'ADVSEARCH';

/** Answered by `page-granted` and `request-done`, or by `request-refused`, with the same `request`. */
export interface ServiceCommand {
  readonly type: 'request-page';
  readonly request: string;
  readonly page: PageName;
  /** Of COMPOSE: to whom. */
  readonly argument?: string;
}

/** Where a form goes that opens a page without another sign-in; see `mail-login`. */
export interface MailPage {
  readonly path: string;
  readonly postUrl: string;
  readonly id: string;
}

export interface OfflineMessage {
  readonly id: string;
  readonly address: string;
  readonly nick: string;
  /** Undefined in notices of messages that come while we are there. */
  readonly at: Date | undefined;
}

export type ServiceEvent =
  | { readonly type: 'profile'; readonly profile: AccountProfile }
  /** Unread messages in the inbox and in all other folders, as it is after the first status. */
  | {
      readonly type: 'mail-counted';
      readonly inbox: number;
      readonly folders: number;
      readonly inboxPath?: string;
      readonly foldersPath?: string;
      readonly postUrl?: string;
    }
  | {
      readonly type: 'mail-arrived';
      /** The sender's name, or the address where there is none. */
      readonly from: string;
      readonly address: string;
      readonly subject: string;
      /** ACTIVE is the inbox. */
      readonly folder: string;
      /** Where the message can be read. */
      readonly page?: MailPage;
    }
  /** Messages were read, moved or removed. */
  | { readonly type: 'mail-moved'; readonly from: string; readonly to: string; readonly count: number }
  /** What others wrote while we were away. `complete` false: there are more, which must be asked for. */
  | { readonly type: 'offline-messages'; readonly messages: readonly OfflineMessage[]; readonly complete: boolean }
  | { readonly type: 'page-granted'; readonly request: string; readonly page: MailPage }
  | Alert
  | LostAlert;

/** A notice of some service, or a message from somebody's telephone. */
export interface Alert {
  readonly type: 'alert';
  readonly origin: 'service' | 'telephone';
  readonly siteId: string;
  /** An address or `tel:` number, where there is one. */
  readonly from?: string;
  readonly text: string;
  /** Where to read more. */
  readonly url?: string;
  /** Set in notices for programs, which nobody reads: `ABCHInternal` says that the contact list has changed. */
  readonly service?: string;
}

/** There was one, and nobody can know what it said. */
export interface LostAlert {
  readonly type: 'alert-lost';
  readonly origin: Alert['origin'];
  readonly reason: 'too-long' | 'unreadable';
}
