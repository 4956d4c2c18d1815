// Packets of person-to-person content as attackers write them: any number in any field. Knows the old header's layout.

interface Packet {
  readonly session?: number;
  readonly id?: number;
  readonly offset?: bigint;
  readonly total?: bigint;
  readonly length?: number;
  readonly flags?: number;
  readonly body?: Uint8Array | string;
}

const HEAD_BYTES = 48;

/** An MSG payload that carries one packet; what a field is not given says the truth. */
export function packet({ session = 0, id = 1, offset = 0n, total, length, flags = 0, body = '' }: Packet): Buffer {
  const content = Buffer.from(body as string);
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(session, 0);
  head.writeUInt32LE(id, 4);
  head.writeBigUInt64LE(offset, 8);
  head.writeBigUInt64LE(total ?? BigInt(content.length), 16);
  head.writeUInt32LE(length ?? content.length, 24);
  head.writeUInt32LE(flags, 28);
  return p2p(Buffer.concat([head, content, Buffer.alloc(4)]));
}

/** An MSG payload that says it carries a packet; these bytes are all there is of it. */
export function p2p(bytes: Uint8Array, headers = ''): Buffer {
  const head = `MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: alice@example.com\r\n${headers}\r\n`;
  return Buffer.concat([Buffer.from(head), bytes]);
}

/** The text that opens a session, in one packet; `fields`: of its body. */
export function invite(fields: string, head = ''): Buffer {
  return packet({ body: wholeInvite(fields, head) });
}

/** The same text, in no packet. */
export function wholeInvite(fields: string, head = ''): Buffer {
  const body = `${fields}\r\n\0`;
  return Buffer.from(
    'INVITE MSNMSGR:alice@example.com MSNSLP/1.0\r\nTo: <msnmsgr:alice@example.com>\r\n' +
      'From: <msnmsgr:bob@example.com>\r\nVia: MSNSLP/1.0/TLP ;branch={00000000-0000-0000-0000-000000000000}\r\n' +
      'CSeq: 0 \r\nCall-ID: {00000000-0000-0000-0000-000000000001}\r\nMax-Forwards: 0\r\n' +
      `Content-Type: application/x-msnmsgr-sessionreqbody\r\n${head}Content-Length: ${body.length}\r\n\r\n${body}`,
  );
}

export const OBJECTS = 'EUF-GUID: {A4268EEC-FEC5-49E5-95C3-F126696BDBF6}\r\nSessionID: 7\r\nAppID: 1\r\n';
export const FILES = 'EUF-GUID: {5D3E02AB-6190-11D3-BBBB-00C04F795683}\r\nSessionID: 7\r\nAppID: 2\r\n';

export function msnObject(attributes: string): string {
  return `<msnobj ${attributes}/>`;
}

/** An object as a session's context has it. */
export function context(object: string): string {
  return `Context: ${Buffer.from(`${object}\0`).toString('base64')}\r\n`;
}

const FILE_HEAD = 574;
const NAME_AT = 20;

interface OfferedFile {
  /** Beyond 259 units it runs over its place. */
  readonly name: string;
  readonly size?: bigint;
  /** What the head says of itself. */
  readonly length?: number;
  readonly preview?: Uint8Array;
}

/** What a session about a file says of it, in the second version of its layout. */
export function fileContext({ name, size = 60_904n, length = FILE_HEAD, preview }: OfferedFile): Buffer {
  const head = Buffer.alloc(FILE_HEAD);
  head.writeUInt32LE(length, 0);
  head.writeUInt32LE(2, 4);
  head.writeBigUInt64LE(size, 8);
  head.writeUInt32LE(preview === undefined ? 1 : 0, 16);
  head.writeUInt32LE(0xffff_ffff, FILE_HEAD - 4);
  head.write(name, NAME_AT, 'utf16le');
  return Buffer.concat([head, preview ?? Buffer.alloc(0)]);
}
