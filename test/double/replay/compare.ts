// Holds what a server says against what was recorded. Knows the table of allowed differences and the tokens met so far;
// not how anything is sent.
import type { Frame } from '../../support/msn-person/frames.ts';
import type { Item, RecordedPayload } from './recording.ts';

/**
 * One line of the table. In `line`, `*` is a word that must be as recorded, `<any>` one that need not be, `<number>` any number,
 * and any other `<token>` one that differs but is the same thing wherever it was recorded; what stands before the token must be as
 * it stands. A row with `only` is for that recording alone.
 */
export type AllowedDifference = { readonly reason: string; readonly only?: string } & Row;

type Row =
  | { readonly type: 'words'; readonly line: string }
  /** What differs in a payload, and with it its length. */
  | { readonly type: 'payload'; readonly line: string; readonly except: RegExp }
  /** Recorded, but need not come. */
  | { readonly type: 'absent'; readonly line: string }
  /** Not recorded, but may come. */
  | { readonly type: 'extra'; readonly line: string }
  /** Once more the same, which need not come and may. */
  | { readonly type: 'repeat'; readonly verb: string }
  /** What is told of somebody comes in its order, but may come before or after anything else. */
  | { readonly type: 'order'; readonly verb: string; readonly about: number }
  /** Said in other words. */
  | { readonly type: 'instead'; readonly recorded: string; readonly line: string }
  /** What a client that had said OUT did not read any more. */
  | { readonly type: 'unread'; readonly verb: string }
  /** The only headers of an answer that are compared. */
  | { readonly type: 'headers'; readonly names: readonly string[] };

export type ServerItem = Extract<Item, { type: 'server' | 'client' }>;

export class Comparison {
  readonly #allowed: readonly AllowedDifference[];
  readonly #tokens = new Map<string, string>();

  constructor(allowed: readonly AllowedDifference[], recording: string) {
    this.#allowed = allowed.filter(({ only }) => only === undefined || only === recording);
  }

  /** Says that what was recorded as one word is another now. */
  bind(recorded: string, actual: string): void {
    this.#tokens.set(recorded, actual);
    // A contact's GUID and a session's number stand with a mark in one place and without in the next.
    const [was, is] = [recorded, actual].map((word) => /^(?:C|SessionID)=([^;]*)/u.exec(word)?.[1]);
    if (was !== undefined && is !== undefined) this.#tokens.set(was, is);
  }

  isBound(recorded: string): boolean {
    return this.#tokens.has(recorded);
  }

  /** What the recorded client would say here and now. */
  translate(text: string): string {
    return text
      .split(' ')
      .map((word) => this.#tokens.get(word) ?? word)
      .join(' ');
  }

  /** The queue a line belongs to: within one, order counts. */
  streamOf(line: string): string {
    const words = line.split(' ');
    for (const row of this.#allowed) {
      if (row.type === 'order' && row.verb === words[0]) return `${row.verb}/${words[row.about] ?? ''}`;
    }
    return 'replies';
  }

  mayBeMissing(item: ServerItem, before: ServerItem | undefined): boolean {
    if (this.#allowed.some((row) => row.type === 'absent' && applies(row.line, item.line))) return true;
    if (before?.line !== item.line) return false;
    return this.#allowed.some((row) => row.type === 'repeat' && row.verb === item.line.split(' ')[0]);
  }

  /** The next of a stream that says something new. */
  firstOf(frames: readonly Frame[], stream: string, before: Frame | undefined): Frame | undefined {
    return frames.find((frame) => this.streamOf(frame.line) === stream && !this.isRepeat(frame, before));
  }

  isRepeat(frame: Frame, before: Frame | undefined): boolean {
    if (before?.line !== frame.line) return false;
    return this.#allowed.some((row) => row.type === 'repeat' && row.verb === frame.verb);
  }

  mayBeExtra(frame: Frame): boolean {
    return this.#allowed.some((row) => row.type === 'extra' && applies(row.line, frame.line));
  }

  mayGoUnread(frame: Frame): boolean {
    return this.#allowed.some((row) => row.type === 'unread' && row.verb === frame.verb);
  }

  /** Whether this frame is what was recorded, and if so, what its tokens are. */
  matches(item: ServerItem, frame: Frame): boolean {
    const other = this.#allowed.find((one) => one.type === 'instead' && applies(one.recorded, item.line));
    if (other?.type === 'instead') return applies(other.line, frame.line);
    const row = this.#allowed.find(
      (one) => (one.type === 'words' || one.type === 'payload') && applies(one.line, item.line),
    ) as Extract<AllowedDifference, { type: 'words' | 'payload' }> | undefined;
    const template = row?.line ?? item.line.replaceAll(/\S+/gu, '*');
    const pairs = matchLine(template, item.line, frame.line, (word) => this.translate(word));
    if (!pairs) return false;
    if ([...pairs].some(([recorded, actual]) => (this.#tokens.get(recorded) ?? actual) !== actual)) return false;
    const except = row?.type === 'payload' ? row.except : undefined;
    if (item.payload && !matchPayload(item.payload, frame.payload, except)) return false;
    for (const [recorded, actual] of pairs) this.bind(recorded, actual);
    return true;
  }

  /** Status and the headers that count, of a recorded and an actual answer. */
  webEssence(head: string): string[] {
    const names = this.#allowed.flatMap((row) => (row.type === 'headers' ? row.names : []));
    const [status = '', ...headers] = head.split('\r\n');
    const wanted = headers.filter((line) => names.includes(line.split(':')[0] ?? ''));
    return [status.split(' ').slice(1).join(' '), ...wanted];
  }
}

function applies(template: string, line: string): boolean {
  const words = line.split(' ');
  const wanted = template.split(' ');
  return words.length === wanted.length && wanted.every((word, index) => fits(word, words[index] ?? ''));
}

function fits(wanted: string, word: string): boolean {
  if (wanted === '<number>') return /^\d+$/u.test(word);
  const prefix = /^([^<]*)<\w+>$/u.exec(wanted)?.[1];
  return wanted === '*' || (prefix === undefined ? word === wanted : word.startsWith(prefix));
}

/** The words that stand for tokens, recorded and actual; undefined if the lines differ otherwise. */
function matchLine(
  template: string,
  recorded: string,
  actual: string,
  translate: (word: string) => string,
): Map<string, string> | undefined {
  const was = recorded.split(' ');
  const is = actual.split(' ');
  const tokens = new Map<string, string>();
  if (was.length !== is.length) return undefined;
  for (const [index, word] of template.split(' ').entries()) {
    const [before = '', now = ''] = [was[index], is[index]];
    if (word === '<any>') continue;
    if (word === '<number>') {
      if (!/^\d+$/u.test(now)) return undefined;
    } else if (word.endsWith('>')) {
      if ((now === '') !== (before === '') || !fits(word, now)) return undefined;
      if (now !== '') tokens.set(before, now);
    } else if (translate(before) !== now) return undefined;
  }
  return tokens;
}

function matchPayload(recorded: RecordedPayload, actual: Buffer, except: RegExp | undefined): boolean {
  if (except) return recorded.bytes.toString().replace(except, '') === actual.toString().replace(except, '');
  return (
    recorded.bytes.length === actual.length &&
    recorded.bytes.every((byte, index) => recorded.known[index] === 0 || byte === actual[index])
  );
}
