// Messages made and read: the MIME ones of a chat, and what one says of oneself. Knows their form; not how they travel.

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

/** The lines of a service's message, by lower-case name: its body is written as headers are. */
export function readFields({ body }: Pick<ReceivedMessage, 'body'>): ReadonlyMap<string, string> {
  return readLines(body.toString('utf8'));
}

function mime(headers: readonly (readonly [string, string])[], body: string): Buffer {
  const head = [['MIME-Version', '1.0'] as const, ...headers].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${head.join('')}\r\n${body}`);
}

/** The document of UUX. */
export function personalMessage(text: string, media: string): Buffer {
  return Buffer.from(`<Data><PSM>${escapeXml(text)}</PSM><CurrentMedia>${escapeXml(media)}</CurrentMedia></Data>`);
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function readMessage(from: string, payload: Buffer): ReceivedMessage {
  const end = payload.indexOf('\r\n\r\n');
  const head = payload.subarray(0, end < 0 ? payload.length : end).toString('utf8');
  const headers = readLines(head);
  const contentType = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  const body = end < 0 ? Buffer.alloc(0) : payload.subarray(end + 4);
  return { from, contentType, headers, body, payload };
}

function readLines(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}

/** What was said in words. */
export function textsIn(messages: readonly ReceivedMessage[]): string[] {
  return messages.filter(({ contentType }) => contentType === 'text/plain').map(({ body }) => body.toString());
}
