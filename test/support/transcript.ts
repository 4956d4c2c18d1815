// Reads recorded conversations, in both forms they come in. Knows the recorders' notation; not what was said.

import { readFileSync } from 'node:fs';

export interface Said {
  readonly from: 'client' | 'server';
  /** The command line, or the HTTP start line, without its end. */
  readonly line: string;
  /** Payload; for HTTP the header lines and the body. */
  readonly payload: Buffer;
  /** All of it as it stood on the wire. */
  readonly bytes: Buffer;
}

export interface Connection {
  /** `NS/alice`, `SB2/bob`, `HTTP/carol`; `alice-sb6` in recordings of real clients. */
  readonly name: string;
  readonly kind: 'notification' | 'switchboard' | 'http';
  readonly said: Said[];
  closedBy: 'client' | 'server' | undefined;
}

const FOLDER = new URL('../transcripts/', import.meta.url);

/** The connections of a recording, in the order in which they were opened. */
export function readTranscript(name: string): Connection[] {
  const text = readFileSync(new URL(`${name}.txt`, FOLDER), 'utf8');
  return /^== connection /m.test(text) ? readClientRecording(text) : readScriptedRecording(text);
}

/** The one connection of that name; `nth` counts from 0 where there are several. */
export function connection(connections: readonly Connection[], name: string, nth = 0): Connection {
  const found = connections.filter((candidate) => candidate.name === name)[nth];
  if (found === undefined) throw new Error(`no connection ${name} number ${nth}`);
  return found;
}

class Builder {
  readonly connections: Connection[] = [];
  readonly #current = new Map<string, Connection>();
  #open: { to: Connection; from: Said['from']; line: string; parts: Buffer[] } | undefined;

  connect(name: string, kind: Connection['kind']): void {
    this.finish();
    const opened: Connection = { name, kind, said: [], closedBy: undefined };
    this.connections.push(opened);
    this.#current.set(name, opened);
  }

  close(name: string, by: 'client' | 'server'): void {
    this.finish();
    const closed = this.#current.get(name);
    if (closed !== undefined) closed.closedBy = by;
  }

  line(name: string, from: Said['from'], line: string): void {
    this.finish();
    const to = this.#current.get(name);
    if (to === undefined) throw new Error(`${name} is not connected`);
    this.#open = { to, from, line, parts: [] };
  }

  payload(name: string, from: Said['from'], piece: Buffer): void {
    if (this.#open?.to !== this.#current.get(name) || this.#open?.from !== from) this.#raw(name, from, piece);
    else this.#open.parts.push(piece);
  }

  /** Bytes that are no line of text: the recorder provoking the server. */
  #raw(name: string, from: Said['from'], bytes: Buffer): void {
    this.finish();
    this.#current.get(name)?.said.push({ from, line: '', payload: bytes, bytes });
  }

  finish(): void {
    if (this.#open === undefined) return;
    const { to, from, line, parts } = this.#open;
    const payload = Buffer.concat(parts);
    to.said.push({ from, line, payload, bytes: Buffer.concat([Buffer.from(`${line}\r\n`), payload]) });
    this.#open = undefined;
  }
}

function readScriptedRecording(text: string): Connection[] {
  const builder = new Builder();
  for (const row of text.split('\n')) {
    const event = /^-- (\S+) (?:connect|closed by (server|client))/.exec(row);
    const spoken = /^([CS])> (\S+) (.*)$/s.exec(row);
    if (event !== null) {
      const [, name = '', by] = event;
      if (by === undefined) builder.connect(name, kindOf(name));
      else builder.close(name, by === 'server' ? 'server' : 'client');
    } else if (spoken !== null) {
      const [, side, name = '', rest = ''] = spoken;
      const from = sideOf(side);
      const piece = payloadPiece(rest);
      if (piece === undefined) builder.line(name, from, rest);
      else builder.payload(name, from, piece);
    }
  }
  builder.finish();
  return builder.connections;
}

/** Undefined: a command or start line. */
function payloadPiece(rest: string): Buffer | undefined {
  const text = rest.slice(2);
  switch (rest.slice(0, 2)) {
    case '| ':
      return Buffer.from(`${text}\r\n`);
    case '/ ':
      return Buffer.from(`${text}\n`);
    case '. ':
      return Buffer.from(text);
    case ': ':
      return Buffer.from(text.trim(), 'hex');
    default:
      return undefined;
  }
}

function sideOf(letter: string | undefined): Said['from'] {
  return letter === 'C' ? 'client' : 'server';
}

function kindOf(name: string): Connection['kind'] {
  if (name.startsWith('NS')) return 'notification';
  return name.startsWith('SB') ? 'switchboard' : 'http';
}

/** Real clients: one connection after the other; binary payloads are shown decoded and are not read back. */
function readClientRecording(text: string): Connection[] {
  const builder = new Builder();
  let name = '';
  let http = false;
  for (const row of text.split('\n')) {
    const opened = /^== connection (\S+) : (.*)$/.exec(row);
    const spoken = /^ +[\d.]+ ([CS])> (.*?)(?: {3}\[\d+\])?$/.exec(row);
    const piece = /^([CS])\| (.*)$/.exec(row);
    if (opened !== null) {
      [, name = ''] = opened;
      http = opened[2]?.startsWith('HTTP') ?? false;
      builder.connect(name, http ? 'http' : opened[2] === 'switchboard' ? 'switchboard' : 'notification');
    } else if (http) continue;
    else if (spoken !== null) builder.line(name, sideOf(spoken[1]), spoken[2] ?? '');
    else if (piece !== null) builder.payload(name, sideOf(piece[1]), clientPiece(piece[2] ?? ''));
  }
  builder.finish();
  return builder.connections;
}

function clientPiece(text: string): Buffer {
  const unfinished = / <end, no newline>$/;
  if (unfinished.test(text)) return Buffer.from(text.replace(unfinished, ''));
  const bare = / <LF>$/;
  return bare.test(text) ? Buffer.from(`${text.replace(bare, '')}\n`) : Buffer.from(`${text}\r\n`);
}
