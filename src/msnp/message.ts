// MSG payloads: a MIME head and a body. Knows content types, not who talks to whom.

import type { TextFormat } from './text-format.ts';

/** What a switchboard carries, read. */
export type ChatMessage =
  | {
      readonly type: 'text';
      readonly text: string;
      readonly format: TextFormat;
      /** P4-Context */ readonly name?: string;
    }
  | { readonly type: 'typing'; readonly address: string }
  | { readonly type: 'nudge' }
  /** Any other content type; ignored by most. */
  | {
      readonly type: 'other';
      readonly contentType: string;
      readonly headers: ReadonlyMap<string, string>;
      readonly body: Uint8Array;
    };
