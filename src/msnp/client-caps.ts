// text/x-clientcaps: which program somebody uses, as programs that are not Microsoft's tell it. Knows its two fields.

import type { ChatMessage } from './message.ts';
import { readFields } from './mime.ts';

export interface ClientCaps {
  /** `Purple/2.10.9` */
  readonly client: string;
  /** Whether it keeps what is said: in clear, encrypted, not; undefined: it does not say. */
  readonly logging: 'yes' | 'secure' | 'no' | undefined;
}

const LOGGING = new Map<string, ClientCaps['logging']>([
  ['Y', 'yes'],
  ['S', 'secure'],
  ['N', 'no'],
]);

/** Undefined: a message of another kind. */
export function readClientCaps(message: ChatMessage): ClientCaps | undefined {
  if (message.type !== 'other' || message.contentType !== 'text/x-clientcaps') return undefined;
  const fields = readFields(message.body);
  const logging = LOGGING.get(fields.get('chat-logging')?.toUpperCase() ?? '');
  return { client: fields.get('client-name') ?? message.headers.get('client-name') ?? '', logging };
}
