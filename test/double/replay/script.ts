// Reads and plays a scripted recording, which shows every connection of everybody in the order things happened.
// Knows that notation (see the recordings' README); not what may differ.
import { createHash } from 'node:crypto';

import type { Frame } from '../../support/msn-person/frames.ts';
import { fetchTicket } from '../../support/msn-person/passport.ts';
import type { MsnServerDouble } from '../../support/msn-server/msn-server-double.ts';
import { Wire, type Hearing } from '../wire.ts';
import { Comparison, type AllowedDifference, type ServerItem } from './compare.ts';
import { GatewayPlay } from './gateway-play.ts';

export interface ScriptStage {
  /** The recording's name, as the table of differences has it. */
  readonly recording: string;
  readonly server: MsnServerDouble;
  readonly addressOf: (user: string) => string;
  readonly password: string;
  readonly allowed: readonly AllowedDifference[];
  /** So many seconds have gone by. */
  readonly pass: (seconds: number) => void;
  /** What somebody does of whom no connection is shown, by the heading under which it is done. */
  readonly cues: ReadonlyMap<string, () => void>;
  readonly patienceMs: number;
}

type Step =
  | { readonly type: 'connect' | 'closed by server' | 'closed by client'; readonly name: string }
  | { readonly type: 'pause'; readonly seconds: number }
  | { readonly type: 'heading'; readonly text: string }
  | { readonly type: 'raw'; readonly name: string; readonly bytes: Buffer }
  | (ServerItem & { readonly name: string; readonly source: number });

export function parseScript(text: string): Step[] {
  const steps: Step[] = [];
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const pause = /^# \(([\d.]+) s later\)/u.exec(line);
    if (pause) steps.push({ type: 'pause', seconds: Number(pause[1]) });
    if (line.startsWith('## ')) steps.push({ type: 'heading', text: line.slice(3) });
    const event = /^-- (\S+) (connect|closed by server|closed by client)/u.exec(line);
    if (event) steps.push({ type: event[2] as 'connect', name: event[1] ?? '' });
    const said = /^([CS])> (\S+) (.*)$/u.exec(line);
    if (!said) continue;
    const [, side = '', name = '', words = ''] = said;
    if (words.startsWith(': ')) {
      steps.push({ type: 'raw', name, bytes: piece(words) });
      continue;
    }
    const pieces = payloadLines(lines, index, `${side}> ${name} `);
    index += pieces.length;
    const bytes = Buffer.concat(pieces.map((text_) => piece(text_)));
    const payload = pieces.length === 0 ? undefined : { bytes, known: new Uint8Array(bytes.length).fill(1) };
    steps.push({ type: side === 'C' ? 'client' : 'server', at: 0, line: words, payload, name, source: index + 1 });
  }
  return steps;
}

function payloadLines(lines: readonly string[], index: number, prefix: string): string[] {
  const found: string[] = [];
  for (const line of lines.slice(index + 1)) {
    const rest = line.startsWith(prefix) ? line.slice(prefix.length) : '';
    if (!/^[|/.:] /u.test(rest)) break;
    found.push(rest);
  }
  return found;
}

function piece(text: string): Buffer {
  const rest = text.slice(2);
  if (text.startsWith('|')) return Buffer.from(`${rest}\r\n`);
  if (text.startsWith('/')) return Buffer.from(`${rest}\n`);
  return text.startsWith(':') ? Buffer.from(rest.split(' ')[0] ?? '', 'hex') : Buffer.from(rest);
}

/** @throws if the double does not say what the recorded server said; returns how many lines were compared. */
export async function playScript(steps: readonly Step[], stage: ScriptStage): Promise<number> {
  const play = new ScriptPlay(stage);
  try {
    for (const step of steps) await play.perform(step);
    play.expectNothingMore();
    return play.compared;
  } finally {
    play.close();
  }
}

class ScriptPlay {
  compared = 0;
  readonly #stage: ScriptStage;
  readonly #comparison: Comparison;
  /** By name, the older first: one name may have two connections while one puts the other out. */
  readonly #wires = new Map<string, Wire[]>();
  /** By connection and stream: what was recorded last, and what came for it. */
  readonly #last = new Map<string, ServerItem>();
  readonly #heard = new Map<string, Frame>();
  readonly #leaving = new Set<Wire>();
  readonly #gateway: GatewayPlay;

  constructor(stage: ScriptStage) {
    this.#stage = stage;
    this.#comparison = new Comparison(stage.allowed, stage.recording);
    this.#gateway = new GatewayPlay(stage.server.gateway.url, this.#comparison, (wire, item) =>
      this.#hearFrom(wire, item),
    );
  }

  close(): void {
    for (const wire of [...this.#wires.values()].flat()) wire.destroy();
  }

  async perform(step: Step): Promise<void> {
    if (step.type === 'pause') return this.#stage.pass(step.seconds);
    if (step.type === 'heading') return this.#stage.cues.get(step.text)?.();
    if (step.name.startsWith('HTTP')) return this.#performWeb(step);
    switch (step.type) {
      case 'connect':
        return this.#connect(step.name);
      case 'client':
        if (step.line === 'OUT') this.#leaving.add(this.#newest(step.name));
        return this.#newest(step.name).write(this.#comparison.translate(step.line), step.payload?.bytes);
      case 'raw':
        return this.#newest(step.name).writeRaw(step.bytes);
      case 'server':
        return this.#hear(step);
      case 'closed by server':
      case 'closed by client':
        return this.#end(step.name, step.type);
    }
  }

  expectNothingMore(): void {
    for (const [name, wire] of this.#gateway.wires) this.#expectNothingLeft(name, wire);
  }

  async #performWeb(step: Exclude<Step, { type: 'pause' | 'heading' }>): Promise<void> {
    if (step.type === 'client') await this.#gateway.ask(step);
    if (step.type === 'server' && !(await this.#gateway.compare(step))) await this.#fetch(step);
  }

  async #connect(name: string): Promise<void> {
    const { server } = this.#stage;
    const port = name.startsWith('SB') ? server.switchboardPort : server.notificationPort;
    const wires = this.#wires.get(name) ?? [];
    this.#wires.set(name, [...wires, await Wire.open(name, port)]);
  }

  /** The recording's ticket stands for one of our own. */
  async #fetch({ line, payload, name }: ServerItem & { readonly name: string }): Promise<void> {
    const ticket = /from-PP='([^']*)'/u.exec(`${line}${payload?.bytes.toString() ?? ''}`)?.[1];
    if (ticket === undefined) return;
    const { server, addressOf, password } = this.#stage;
    const way = { nexusUrl: server.nexusUrl };
    this.#comparison.bind(ticket, await fetchTicket(way, addressOf(name.split('/')[1] ?? ''), password, 'none'));
  }

  async #hear(item: ServerItem & { readonly name: string; readonly source: number }): Promise<void> {
    const wires = this.#wires.get(item.name) ?? [];
    const wire = item.line.startsWith('OUT') ? wires[0] : wires.at(-1);
    if (wire && (await this.#hearFrom(wire, item))) this.compared += 1;
  }

  /** False if it need not come. */
  async #hearFrom(
    wire: Hearing,
    item: ServerItem & { readonly name: string; readonly source: number },
  ): Promise<boolean> {
    const stream = this.#comparison.streamOf(item.line);
    const key = `${item.name} ${stream}`;
    if (this.#comparison.mayBeMissing(item, this.#last.get(key))) return false;
    this.#last.set(key, item);
    const before = this.#heard.get(key);
    let repeats: Frame[] = [];
    const frame = await wire.take(
      (frames) => {
        const first = this.#comparison.firstOf(frames, stream, before);
        if (!first || !this.#comparison.matches(item, first)) return undefined;
        const earlier = frames.slice(0, frames.indexOf(first));
        repeats = earlier.filter((other) => this.#comparison.streamOf(other.line) === stream);
        return first;
      },
      `line ${item.source}: ${item.line}`,
      this.#stage.patienceMs,
    );
    wire.forget(repeats);
    this.#heard.set(key, frame);
    this.#learnDigest(item.line, frame.line);
    return true;
  }

  /** With another salt, the right password has another digest; a wrong one was recorded as such. */
  #learnDigest(recorded: string, actual: string): void {
    if (!/^USR \d+ MD5 S /u.test(recorded)) return;
    const [was = '', is = ''] = [recorded, actual].map((line) => {
      return createHash('md5')
        .update(`${line.split(' ').at(-1)}${this.#stage.password}`)
        .digest('hex');
    });
    this.#comparison.bind(was, is);
  }

  async #end(name: string, how: 'closed by server' | 'closed by client'): Promise<void> {
    const [wire, ...others] = this.#wires.get(name) ?? [];
    this.#wires.set(name, others);
    if (!wire) throw new Error(`${name} ends and was not open`);
    if (how === 'closed by server') await wire.closed();
    else wire.destroy();
    this.#expectNothingLeft(name, wire, this.#leaving.has(wire));
  }

  #expectNothingLeft(name: string, wire: Hearing, isLeaving = false): void {
    const left = wire.unasked.filter((frame) => {
      const before = this.#heard.get(`${name} ${this.#comparison.streamOf(frame.line)}`);
      if (isLeaving && this.#comparison.mayGoUnread(frame)) return false;
      return !this.#comparison.isRepeat(frame, before) && !this.#comparison.mayBeExtra(frame);
    });
    if (left.length > 0) throw new Error(`${name}: not recorded:\n${left.map(({ line }) => line).join('\n')}`);
  }

  #newest(name: string): Wire {
    const wire = this.#wires.get(name)?.at(-1);
    if (!wire) throw new Error(`${name} is not open`);
    return wire;
  }
}
