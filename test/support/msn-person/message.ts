// The MIME messages of a chat, made and read. Knows their headers; not how they travel.

export interface ReceivedMessage {
  readonly from: string;
  /** Lower case, without parameters. */
  readonly contentType: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly payload: Buffer;
}

const PLAIN = 'FN=Microsoft%20Sans%20Serif; EF=; CO=0; CS=0; PF=22';

export function textMessage(text: string, format = PLAIN): Buffer {
  return mime(
    [
      ['Content-Type', 'text/plain; charset=UTF-8'],
      ['X-MMS-IM-Format', format],
    ],
    text,
  );
}

export function typingMessage(address: string): Buffer {
  return mime(
    [
      ['Content-Type', 'text/x-msmsgscontrol'],
      ['TypingUser', address],
    ],
    '\r\n',
  );
}

export function nudgeMessage(): Buffer {
  return mime([['Content-Type', 'text/x-msnmsgr-datacast']], 'ID: 1\r\n\r\n');
}

function mime(headers: readonly (readonly [string, string])[], body: string): Buffer {
  const head = [['MIME-Version', '1.0'] as const, ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${head.join('')}\r\n${body}`);
}

export function readMessage(from: string, payload: Buffer): ReceivedMessage {
  const end = payload.indexOf('\r\n\r\n');
  const head = payload.subarray(0, end < 0 ? payload.length : end).toString('utf8');
  const headers = new Map<string, string>();
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const contentType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const body = end < 0 ? Buffer.alloc(0) : payload.subarray(end + 4);
  return { from, contentType, headers, body, payload };
}
