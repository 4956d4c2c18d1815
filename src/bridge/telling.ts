// What somebody has yet to be told of a row of the journal. It is written down together with the outcome: so it is told also
// after a crash, and nobody is told of an outcome that then becomes another.

import type { Content } from './events.ts';
import type { EventId, LoginId, MatrixUserId, NetworkId, RoomId } from './ids.ts';
import type { MessageStatus } from './matrix.ts';

export type Failure = Extract<MessageStatus, { type: 'failed' }>;

export type Telling =
  /** The network has taken it; `to`: whom it has reached, if that is known. */
  | {
      readonly type: 'carried';
      readonly room: RoomId;
      readonly event: EventId;
      readonly network: NetworkId;
      readonly to: readonly MatrixUserId[];
      readonly attempt: EventId;
      /** The offer that was tapped: it is used up now. */
      readonly taken?: EventId;
    }
  | {
      readonly type: 'not-carried';
      readonly room: RoomId;
      readonly event: EventId;
      readonly network: NetworkId;
      readonly sender: MatrixUserId;
      readonly failure: Failure;
      /** What this attempt began with: the event itself, or a tap that asked for another one. */
      readonly attempt: EventId;
      readonly taken?: EventId;
      /** The sentence was said already. */
      readonly quiet: boolean;
      /** Whether the event is one that clients show, to which one can reply. */
      readonly isShown: boolean;
      /** It can be sent again, from this piece on. */
      readonly again?: { readonly login: LoginId; readonly from: number };
    }
  /** What the bot answers to something that was said to it. */
  | { readonly type: 'replies'; readonly room: RoomId; readonly to: EventId; readonly replies: readonly Content[] };
