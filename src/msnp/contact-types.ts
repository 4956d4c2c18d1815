// The words about the contact list: what may be asked of the notification session and what it tells.

import type { ContactChange, ListChange } from './contacts.ts';

/** Telephone numbers at home, at work and mobile; whether one may be paged; whether one has a mobile device. */
export type PropertyName = 'PHH' | 'PHW' | 'PHM' | 'MOB' | 'MBE';

/**
 * Each is answered by `request-done` or `request-refused` with the same `request`, after the changes it made have been
 * told. What stands already as it was asked for is done.
 */
export type ContactCommand = { readonly request: string } & (
  | {
      readonly type: 'add-to-list';
      readonly list: 'forward' | 'allow' | 'block';
      readonly address: string;
      readonly nick?: string;
      /** Forward list only. */
      readonly group?: string;
    }
  | {
      readonly type: 'remove-from-list';
      readonly list: 'forward' | 'allow' | 'block' | 'pending';
      readonly address: string;
    }
  /** Off the block list, onto the allow list; whoever was pending is accepted. */
  | { readonly type: 'allow-contact'; readonly address: string; readonly nick?: string }
  /** Allowed, and onto the forward list; nothing of it is sent if there is no room on that. */
  | { readonly type: 'add-contact'; readonly address: string }
  /** Off the allow list, onto the block list; whoever was pending is turned away. */
  | { readonly type: 'block-contact'; readonly address: string; readonly nick?: string }
  /** Under which name our list keeps somebody. */
  | { readonly type: 'rename-contact'; readonly address: string; readonly nick: string }
  | { readonly type: 'add-group'; readonly name: string }
  | { readonly type: 'rename-group'; readonly group: string; readonly name: string }
  /** Those who are in it stay on the list. */
  | { readonly type: 'remove-group'; readonly group: string }
  | { readonly type: 'add-to-group' | 'remove-from-group'; readonly address: string; readonly group: string }
  | { readonly type: 'set-unlisted'; readonly unlisted: 'allow' | 'block' }
  | { readonly type: 'set-newcomers'; readonly newcomers: 'ask' | 'add' }
  /** An empty value takes it away. */
  | { readonly type: 'set-property'; readonly name: PropertyName; readonly value: string }
);

export type ContactEvent =
  /** Additions and removals are among the session's other news. */
  Exclude<ContactChange, ListChange> | { readonly type: 'request-done'; readonly request: string } | RequestRefused;

export interface RequestRefused {
  readonly type: 'request-refused';
  readonly request: string;
  readonly reason: RefusalReason;
  /** The server's, or the one that says the same; 0: it said nothing. */
  readonly code: number;
}

export type RefusalReason =
  /** The server said so. */
  | 'server'
  /** It said nothing in time; what was asked may have been done. */
  | 'silence'
  /** The connection ended meanwhile; what was asked may have been done. */
  | 'lost'
  /** The rest was not sent. */
  | 'not-signed-in'
  | 'not-in-this-version'
  | 'bad-address'
  | 'unknown-contact'
  | 'unknown-group'
  | 'nick-too-long'
  | 'group-name-too-long'
  | 'value-too-long'
  | 'too-many-groups'
  | 'too-many-contacts'
  | 'group-stays';
