// The shape of a sans-IO machine: one input in, a list of wishes out. Knows no protocol.

import type { MsnpProtocolError } from './errors.ts';

/** Every input carries the time, so that no machine needs a clock. */
export type Input<Command> = { readonly at: Date } & (
  | { readonly type: 'received'; readonly bytes: Uint8Array }
  | { readonly type: 'command'; readonly command: Command }
  | { readonly type: 'fetched'; readonly id: string; readonly reply: FetchReply }
  | { readonly type: 'woken'; readonly id: string }
  /** The connection ended, whoever ended it; nothing is received after it. */
  | { readonly type: 'closed' }
);

export type Output<Event> =
  | { readonly type: 'send'; readonly bytes: Uint8Array }
  | { readonly type: 'event'; readonly event: Event }
  | FetchRequest
  /**
   * Wants `woken` with this id; a second wish with the same id replaces the first. `whileHeard`: what is waited for is the
   * peer's, so no time counts in which the peer is not listened to.
   */
  | { readonly type: 'wake'; readonly id: string; readonly afterMs: number; readonly whileHeard?: true }
  | { readonly type: 'cancel'; readonly id: string }
  /** Wants the connection closed; `error`: because the peer broke the protocol. Nothing follows it. */
  | { readonly type: 'close'; readonly error?: MsnpProtocolError };

/** Redirects are never followed by whoever fetches: they come back as replies. */
export interface FetchRequest {
  readonly type: 'fetch';
  readonly id: string;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** True: the request carries credentials, which must only go where the server's profile allows. */
  readonly credentials: boolean;
}

export type FetchReply =
  | {
      readonly type: 'response';
      readonly status: number;
      /** Names in lower case; repeated headers joined by ", ". */
      readonly headers: ReadonlyMap<string, string>;
      readonly body: Uint8Array;
    }
  /** No answer: `reason` is for the log. */
  | { readonly type: 'failed'; readonly reason: string };

export interface Session<Command, Event> {
  /** Never throws on bytes from the wire. Not to be called again from within. */
  handle(input: Input<Command>): Output<Event>[];
  /** Bytes that are kept of what has not come whole. */
  readonly buffered?: number;
}
