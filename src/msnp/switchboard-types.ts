// The words of the switchboard session: what may be asked of it and what it tells.

import type { ChunkRefusal } from './chunks.ts';
import type { ChatMessage } from './message.ts';
import type { MimeRefusal } from './mime.ts';

/** How a switchboard is entered. */
export type SwitchboardEntry =
  | { readonly type: 'create'; readonly ticket: string }
  | { readonly type: 'answer'; readonly ticket: string; readonly session: string };

export type SwitchboardCommand =
  /** Begins; sent once, when the connection stands. */
  | { readonly type: 'enter' }
  | { readonly type: 'call'; readonly address: string }
  /**
   * Sends a message. `id` names it in the outcome. `withinMs`: how long to wait for that, if not as long as usual.
   * Too long a payload is refused at once with `outcome: 'too-long'`.
   */
  | {
      readonly type: 'send';
      readonly id: string;
      readonly message: ChatMessage;
      readonly acknowledged: Acknowledgement;
      readonly withinMs?: number;
    }
  /** Says goodbye. What others say is told until the connection is closed, which is the server's to do. */
  | { readonly type: 'leave' };

/**
 * What is wanted back: an outcome in any case (`true`, A on the wire), none (`false`, U), one only if it fails
 * (`on-refusal`, N), and `data` (D): as `true`, for what is not text; peer-to-peer content must be sent so.
 */
export type Acknowledgement = boolean | 'on-refusal' | 'data';

export type SwitchboardEvent =
  /** We are in, and these people are already there. */
  | { readonly type: 'entered'; readonly participants: readonly Participant[] }
  /** The ticket was not good, or nothing came. `code` 0: no answer in time. */
  | { readonly type: 'entry-refused'; readonly code: number }
  | { readonly type: 'joined'; readonly participant: Participant }
  | { readonly type: 'left'; readonly address: string; readonly idle: boolean }
  | { readonly type: 'ringing'; readonly address: string; readonly session: string }
  /** `code` 0: no answer in time, 217: not online, 215: already there … */
  | { readonly type: 'call-refused'; readonly address: string; readonly code: number }
  | { readonly type: 'message'; readonly address: string; readonly nick: string; readonly message: ChatMessage }
  /** A message, or a piece of one, that no honest client sends. */
  | { readonly type: 'unreadable'; readonly address: string; readonly reason: MimeRefusal | ChunkRefusal }
  | { readonly type: 'outcome'; readonly id: string; readonly outcome: MessageOutcome };

/** `timed-out` and `lost`: the bytes went out and nothing came back. */
export type MessageOutcome = 'acknowledged' | 'refused' | 'timed-out' | 'lost' | 'too-long';

export interface Participant {
  readonly address: string;
  readonly nick: string;
  readonly capabilities?: number;
}
