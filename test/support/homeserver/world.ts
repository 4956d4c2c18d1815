// The parts of the homeserver that endpoints work with. Knows their names only.

import type { Accounts } from './accounts.ts';
import type { AppserviceFeed } from './appservice-feed.ts';
import type { Ephemeral } from './ephemeral.ts';
import type { Media } from './media.ts';
import type { Memberships } from './memberships.ts';
import type { Registrations } from './registration.ts';
import type { RequestLog } from './request-log.ts';
import type { RoomCreation } from './room-creation.ts';
import type { Rooms } from './rooms.ts';
import type { Sync } from './sync.ts';
import type { TransactionIds } from './transaction-ids.ts';

export interface World {
  readonly serverName: string;
  readonly defaultRoomVersion: string;
  readonly accounts: Accounts;
  readonly registrations: Registrations;
  readonly rooms: Rooms;
  readonly memberships: Memberships;
  readonly roomCreation: RoomCreation;
  readonly ephemeral: Ephemeral;
  readonly media: Media;
  readonly sync: Sync;
  readonly transactionIds: TransactionIds;
  readonly log: RequestLog;
  /** The feeds of registrations that have a url, by registration id. */
  readonly feeds: ReadonlyMap<string, AppserviceFeed>;
  readonly now: () => number;
}
