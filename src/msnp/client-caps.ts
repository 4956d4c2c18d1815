// text/x-clientcaps: which program somebody uses, as programs that are not Microsoft's tell it. Knows its two fields.

import { encodeText } from './encoding.ts';
import type { Mime } from './mime.ts';
import { oneLine, readFields } from './mime.ts';

export interface ClientCaps {
  /** `Purple/2.10.9` */
  readonly client: string;
  /** Whether it keeps what is said: in clear, encrypted, not; undefined: it does not say. */
  readonly logging: 'yes' | 'secure' | 'no' | undefined;
}

const LETTERS = { yes: 'Y', secure: 'S', no: 'N' } as const;
const LOGGING = new Map(
  Object.entries(LETTERS).map(([logging, letter]) => [letter as string, logging as keyof typeof LETTERS]),
);

export function readClientCaps({ headers, body }: Mime): ClientCaps {
  const fields = readFields(body);
  const logging = LOGGING.get(fields.get('chat-logging')?.toUpperCase() ?? '');
  return { client: fields.get('client-name') ?? headers.get('client-name') ?? '', logging };
}

/** The body. */
export function writeClientCaps({ client, logging }: ClientCaps): Uint8Array {
  const kept = logging === undefined ? '' : `Chat-Logging: ${LETTERS[logging]}\r\n`;
  return encodeText(`Client-Name: ${oneLine(client)}\r\n${kept}`);
}
