// The words of the notification session: what may be asked of it and what it tells.

import type { ContactCommand, ContactEvent } from './contact-types.ts';
import type { ListChange } from './contacts.ts';
import type { DialectName } from './dialect.ts';
import type { Roster } from './roster.ts';
import type { ServiceCommand, ServiceEvent } from './service-types.ts';

export type StatusCode = 'NLN' | 'BSY' | 'IDL' | 'BRB' | 'AWY' | 'PHN' | 'LUN' | 'HDN' | 'FLN';

export type NotificationCommand =
  /**
   * Begins; sent once, when the connection stands. `pings` false: whatever carries the bytes finds out by itself that the
   * server is gone.
   */
  | { readonly type: 'sign-in'; readonly pings?: boolean }
  /** Answers `ticket-wanted` with what it asks for. */
  | { readonly type: 'ticket'; readonly ticket: string }
  /** Before the roster has come it becomes the first status, after it a change. */
  | { readonly type: 'set-status'; readonly status: Exclude<StatusCode, 'FLN'> }
  /** Before the roster has come it waits for it. Without a request nobody hears of the outcome, unless it is refused. */
  | { readonly type: 'set-nick'; readonly nick: string; readonly request?: string }
  /** Told once the first status is set; MSNP11 and later. `media`: what we listen to, in parts between literal `\0`. */
  | {
      readonly type: 'set-personal-message';
      readonly message: string;
      readonly media?: string;
      readonly request?: string;
    }
  /** Wants a switchboard; answered by `switchboard-granted` or `switchboard-refused` with the same request. */
  | { readonly type: 'request-switchboard'; readonly request: string }
  | ContactCommand
  | ServiceCommand
  | { readonly type: 'sign-out' };

/** All that the session tells. */
export type SessionEvent = NotificationEvent | ContactEvent | ServiceEvent;

/** Signing in, presence, switchboards, the end. */
export type NotificationEvent =
  /** The dispatch server sends us on: this session is over, begin anew there. */
  | { readonly type: 'redirected'; readonly host: string; readonly port: number }
  /**
   * The server wants proof: a ticket of the Passport service (see `auth-tweener`), or a digest of the challenge and the
   * password (see `auth-md5`). Answered by `ticket`.
   */
  | { readonly type: 'ticket-wanted'; readonly proof: 'ticket' | 'digest'; readonly challenge: string }
  | { readonly type: 'signed-in'; readonly address: string; readonly dialect: DialectName }
  /** The server refuses the sign-in; `code` 0: none of our dialects. The connection ends. */
  | { readonly type: 'sign-in-refused'; readonly code: number }
  /** Contact list and groups are complete; presence follows. `unchanged`: the cached list is still right. */
  | ({ readonly type: 'roster' } & Roster)
  /** Our own status stands: from now on presence comes in and switchboards can be had. */
  | { readonly type: 'status-set'; readonly status: StatusCode }
  | { readonly type: 'own-nick'; readonly nick: string }
  | {
      readonly type: 'status-changed';
      readonly address: string;
      readonly status: StatusCode;
      /** Absent when the contact went offline. */
      readonly nick?: string;
      /** Client capabilities word. */
      readonly capabilities?: number;
      /** Percent-decoded; absent: no picture. */
      readonly object?: string;
    }
  | {
      readonly type: 'personal-message-changed';
      readonly address: string;
      readonly message: string;
      readonly media: string;
    }
  | ListChange
  | {
      readonly type: 'switchboard-granted';
      readonly request: string;
      readonly host: string;
      readonly port: number;
      readonly ticket: string;
    }
  /** `code` 0: no answer in time. */
  | { readonly type: 'switchboard-refused'; readonly request: string; readonly code: number }
  /** Somebody calls us. */
  | {
      readonly type: 'rung';
      readonly session: string;
      readonly host: string;
      readonly port: number;
      readonly ticket: string;
      readonly address: string;
      readonly nick: string;
    }
  /** The server says that it goes down in so many minutes. */
  | { readonly type: 'maintenance'; readonly minutes: number }
  /** The server ends the session: another client took over, it shuts down, or it wants us back after `minutes`. */
  | {
      readonly type: 'signed-out';
      readonly reason: 'elsewhere' | 'shutdown' | 'moved' | 'terms' | 'unknown';
      readonly minutes?: number;
    }
  /** A command that nobody waits for was refused. */
  | { readonly type: 'command-refused'; readonly verb: string; readonly code: number }
  /** The server did not answer in time: the link is dead. */
  | { readonly type: 'timed-out'; readonly step: string };
