// Reads a recording of real clients: its connections, what was sent and answered on each, and when.
// Knows the recordings' notation, what they leave out included; not what any command means.

/** A payload some of whose bytes the recording does not show. */
export interface RecordedPayload {
  /** Unknown bytes are filled in: the same way every time, so that both ends of a relayed payload agree. */
  readonly bytes: Buffer;
  /** 1 where the byte was recorded. */
  readonly known: Uint8Array;
}

export type Item =
  | { readonly type: 'opened' | 'closed'; readonly at: number }
  | {
      readonly type: 'client' | 'server';
      readonly at: number;
      readonly line: string;
      readonly payload: RecordedPayload | undefined;
    };

export interface RecordedConnection {
  /** For example `alice-sb6`. */
  readonly name: string;
  readonly user: string;
  readonly kind: 'notification server' | 'switchboard' | 'HTTPS';
  readonly items: readonly Item[];
}

const FILLER = 0x2e;
const CHUNK_HEADER_BYTES = 48;
const CHUNK_FOOTER_BYTES = 4;
const CHUNK_BYTES = 1202;

export function parseRecording(text: string): RecordedConnection[] {
  const sections = text.split(/^== connection /mu).slice(1);
  return sections.map((section) => {
    const [head = '', ...lines] = section.split('\n');
    const [, name = '', kind = ''] = /^(\S+) : (notification server|switchboard|HTTPS)/u.exec(head) ?? [];
    const items = kind === 'HTTPS' ? parseWeb(lines) : parseChat(lines);
    return { name, user: name.split('-')[0] ?? '', kind: kind as RecordedConnection['kind'], items };
  });
}

function parseChat(lines: readonly string[]): Item[] {
  const items: Item[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const leftOut = /^ +\.\.\. (\d+) more chunks .* \(offsets (\d+) to/u.exec(line);
    if (leftOut) {
      const next = lines.slice(index + 1).find((later) => /^ +\d/u.test(later));
      items.push(...inventChunks(items, Number(leftOut[1]), Number(leftOut[2]), Number.parseFloat(next ?? 'Infinity')));
      continue;
    }
    const event = /^ +([\d.]+) -- (?:opened|(client|server) closed)/u.exec(line);
    if (event) items.push({ type: line.endsWith('opened') ? 'opened' : 'closed', at: Number(event[1]) });
    const command = /^ +([\d.]+) ([CS])> (.*?)(?: {3}\[(\d+)\])?$/u.exec(line);
    if (!command) continue;
    const [, at = '', side = '', said = '', length] = command;
    const payloadLines = following(lines, index, `${side}|`);
    index += payloadLines.length;
    const payload =
      length === undefined
        ? undefined
        : parsePayload(
            payloadLines.map((text) => text.slice(3)),
            Number(length),
          );
    items.push({ type: side === 'C' ? 'client' : 'server', at: Number(at), line: said, payload });
  }
  return items;
}

/** Requests and answers: each is one item, its header lines joined. */
function parseWeb(lines: readonly string[]): Item[] {
  const items: Item[] = [];
  let at = 0;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    at = Number(/^ +([\d.]+) --/u.exec(line)?.[1] ?? at);
    if (!/^[CS]> /u.test(line)) continue;
    const side = line.slice(0, 2);
    const rest = following(lines, index, side);
    index += rest.length;
    const head = [line, ...rest].map((text) => text.slice(3));
    const item = { at, line: head.join('\r\n'), payload: undefined };
    items.push({ type: side === 'C>' ? 'client' : 'server', ...item });
  }
  return items;
}

/** The lines right after this one that begin so. */
function following(lines: readonly string[], index: number, prefix: string): string[] {
  const rest = lines.slice(index + 1);
  const end = rest.findIndex((line) => !line.startsWith(prefix));
  return end < 0 ? rest : rest.slice(0, end);
}

function parsePayload(lines: readonly string[], length: number): RecordedPayload {
  const parts: RecordedPayload[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const data = /^data\((\d+)\)(?: SLP text(, ends in 00)?)?:/u.exec(line);
    if (data) {
      const block = following(lines, index, '  ').map((text) => text.slice(2));
      index += block.length;
      const isText = line.includes('SLP text');
      const ending = data[2] === undefined ? '' : '\0';
      parts.push(isText ? shown(Buffer.from(joinText(block) + ending)) : parseHex(block, Number(data[1])));
    } else if (/^(?:header\(48\)|footer\(4\)) /u.test(line)) {
      parts.push(shown(Buffer.from(line.split(' ')[1] ?? '', 'hex')));
    } else if (!line.startsWith('  session=')) {
      parts.push(shown(Buffer.from(joinText([line]))));
    }
  }
  const payload = {
    bytes: Buffer.concat(parts.map(({ bytes }) => bytes)),
    known: Buffer.concat(parts.map(({ known }) => known)),
  };
  if (payload.bytes.length === length) return payload;
  throw new Error(`a payload of ${length} bytes was read as ${payload.bytes.length}:\n${lines.join('\n')}`);
}

function joinText(lines: readonly string[]): string {
  return lines.map((line) => (line.endsWith(' <end, no newline>') ? line.slice(0, -18) : `${line}\r\n`)).join('');
}

function parseHex(lines: readonly string[], length: number): RecordedPayload {
  const start = Buffer.from(lines.filter((line) => !line.startsWith('...')).join(''), 'hex');
  const bytes = Buffer.alloc(length, FILLER);
  const known = new Uint8Array(length);
  start.copy(bytes);
  known.fill(1, 0, start.length);
  return { bytes, known };
}

function shown(bytes: Buffer): RecordedPayload {
  return { bytes, known: new Uint8Array(bytes.length).fill(1) };
}

/** The chunks a recording leaves out: like the last one shown, each at its offset, their data unknown, there `until` then. */
function inventChunks(before: readonly Item[], count: number, firstOffset: number, until: number): Item[] {
  const model = before.findLast((item) => 'payload' in item && (item.payload?.bytes.length ?? 0) > CHUNK_BYTES);
  if (!model || !('payload' in model) || !model.payload) throw new Error('chunks left out before any was shown');
  const { payload, line, at, type } = model;
  const items: Item[] = [];
  for (let index = 0; index < count; index += 1) {
    const words = line.split(' ');
    const chunk = atOffset(payload, firstOffset + index * CHUNK_BYTES);
    if (type === 'server') {
      items.push({ type, at: until, line, payload: chunk });
      continue;
    }
    const trid = Number(words[1]) + index + 1;
    items.push({ type, at, line: words.with(1, String(trid)).join(' '), payload: chunk });
    items.push({ type: 'server', at, line: `ACK ${trid}`, payload: undefined });
  }
  return items;
}

function atOffset({ bytes, known }: RecordedPayload, offset: number): RecordedPayload {
  const copy = Buffer.from(bytes);
  const stillKnown = Uint8Array.from(known);
  const header = copy.indexOf('\r\n\r\n') + 4;
  copy.writeBigUInt64LE(BigInt(offset), header + 8);
  const data = header + CHUNK_HEADER_BYTES;
  copy.fill(FILLER, data, copy.length - CHUNK_FOOTER_BYTES);
  stillKnown.fill(0, data, copy.length - CHUNK_FOOTER_BYTES);
  return { bytes: copy, known: stillKnown };
}
