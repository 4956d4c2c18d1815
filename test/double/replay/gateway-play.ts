// Plays what a recording shows of the gateway: requests are sent again, answers held against the recorded ones.
// Knows HTTP as the recording shows it; not what may differ, nor in which order what comes through is to be heard.
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';

import { ServerFrameReader, type Frame } from '../../support/msn-person/frames.ts';
import { readBody } from '../../support/msn-server/web-listener.ts';
import type { Hearing } from '../wire.ts';
import type { Comparison, ServerItem } from './compare.ts';

const POLL_EVERY_MS = 20;

export type WebItem = ServerItem & { readonly name: string; readonly source: number };

interface Message {
  /** First line and headers, a line each. */
  readonly head: readonly string[];
  readonly body: Buffer;
}

/** One client's session; what the answers bring is kept until it is asked for. */
export class GatewayWire implements Hearing {
  readonly #name: string;
  readonly #url: string;
  readonly #reader = new ServerFrameReader();
  readonly #unasked: Frame[] = [];
  #session = '';

  constructor(name: string, url: string) {
    this.#name = name;
    this.#url = url;
  }

  get unasked(): readonly Frame[] {
    return this.#unasked;
  }

  async request(query: string, body: Buffer): Promise<Message> {
    const headers = { 'Content-Type': 'application/x-msn-messenger', 'Content-Length': body.length };
    const call = httpRequest(`${this.#url}?${query}`, { method: 'POST', headers, agent: false });
    call.end(body);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    const bytes = await readBody(response);
    const session = /SessionID=([^;]*)/u.exec(String(response.headers['x-msn-messenger']))?.[1];
    if (session !== undefined) {
      this.#session = session;
      this.#unasked.push(...this.#reader.push(bytes));
    }
    const names = response.rawHeaders.filter((_text, index) => index % 2 === 0);
    const lines = names.map((header, index) => `${header}: ${response.rawHeaders[2 * index + 1]}`);
    return { head: [`HTTP/1.1 ${response.statusCode} ${response.statusMessage}`, ...lines], body: bytes };
  }

  async take(
    choose: (unasked: readonly Frame[]) => Frame | undefined,
    what: string,
    patienceMs = 4_000,
  ): Promise<Frame> {
    for (let waited = 0; waited <= patienceMs; waited += POLL_EVERY_MS) {
      const found = choose(this.#unasked);
      if (found) {
        this.forget([found]);
        return found;
      }
      // What another connection sets off may come a little later than it was recorded.
      await new Promise((resolve) => {
        setTimeout(resolve, POLL_EVERY_MS);
      });
      await this.request(`Action=poll&SessionID=${this.#session}`, Buffer.alloc(0));
    }
    const listing = this.#unasked.map(({ line }) => `  ${line}`).join('\n');
    throw new Error(`waited ${patienceMs} ms for ${this.#name}: ${what}; there is\n${listing}`);
  }

  forget(frames: readonly Frame[]): void {
    for (const frame of frames) this.#unasked.splice(this.#unasked.indexOf(frame), 1);
  }
}

export class GatewayPlay {
  readonly wires = new Map<string, GatewayWire>();
  readonly #url: string;
  readonly #comparison: Comparison;
  readonly #hear: (wire: Hearing, item: WebItem) => Promise<unknown>;
  /** The answers that wait to be compared. */
  readonly #answers = new Map<string, Message>();

  constructor(url: string, comparison: Comparison, hear: (wire: Hearing, item: WebItem) => Promise<unknown>) {
    this.#url = url;
    this.#comparison = comparison;
    this.#hear = hear;
  }

  /** Sends a request again, if it was one to the gateway. */
  async ask({ name, line, payload }: WebItem): Promise<void> {
    const query = /^POST \/gateway\/gateway\.dll\?(\S*)/u.exec(line)?.[1];
    if (query === undefined) return;
    const wire = this.wires.get(name) ?? new GatewayWire(name, this.#url);
    this.wires.set(name, wire);
    const { body } = parse(line, payload?.bytes);
    const said = this.#translate(body.toString('utf8'), '\r\n');
    this.#answers.set(name, await wire.request(this.#translate(query, '='), Buffer.from(said)));
  }

  /** False if no answer of the gateway is due. @throws if the one there is is another. */
  async compare(item: WebItem): Promise<boolean> {
    const { name, source, line, payload } = item;
    const actual = this.#answers.get(name);
    const wire = this.wires.get(name);
    if (!actual || !wire) return false;
    this.#answers.delete(name);
    const recorded = parse(line, payload?.bytes);
    const differ = (was: string, is: string) => new Error(`line ${source}: recorded\n${was}\nand there is\n${is}`);
    const [was = [], is = []] = [recorded, actual].map(({ head }) => this.#comparison.webEssence(head.join('\r\n')));
    for (const [index, text] of was.entries()) {
      const frame = { verb: '', args: [], payload: Buffer.alloc(0), line: is[index] ?? '' };
      const isSame = this.#comparison.matches({ type: 'server', at: 0, line: text, payload: undefined }, frame);
      if (!isSame) throw differ(text, frame.line);
    }
    if (!recorded.head.some((text) => text.startsWith('X-MSN-Messenger:'))) {
      if (!recorded.body.equals(actual.body)) throw differ(recorded.body.toString(), actual.body.toString());
      return true;
    }
    for (const frame of new ServerFrameReader().push(recorded.body)) {
      const { length } = frame.payload;
      const known = { bytes: frame.payload, known: new Uint8Array(length).fill(1) };
      await this.#hear(wire, { ...item, line: frame.line, payload: length > 0 ? known : undefined });
    }
    return true;
  }

  #translate(text: string, separator: string): string {
    const words = text.split(separator);
    return words.map((word) => this.#comparison.translate(word)).join(separator);
  }
}

/** Head and body, which a recording shows as a line and its payload. */
function parse(line: string, payload: Buffer = Buffer.alloc(0)): Message {
  const whole = Buffer.concat([Buffer.from(`${line}\r\n`), payload]);
  const end = whole.indexOf('\r\n\r\n');
  return { head: whole.subarray(0, end).toString('utf8').split('\r\n'), body: whole.subarray(end + 4) };
}
