// Holds what a server says against what was recorded. Knows the table of allowed differences and the tokens met so far;
// not how anything is sent.
import type { Frame } from '../../support/msn-person/frames.ts';
import type { Item, RecordedPayload } from './recording.ts';

/**
 * One line of the table. In `line`, `*` is a word that must be as recorded, `<any>` one that need not be, `<number>` any number,
 * and any other `<token>` one that differs but is the same thing wherever it was recorded.
 */
export type AllowedDifference =
  | { readonly reason: string; readonly type: 'words'; readonly line: string }
  /** Fields of a payload that differ, and with them its length. */
  | { readonly reason: string; readonly type: 'fields'; readonly line: string; readonly fields: readonly string[] }
  /** Once more the same, which need not come. */
  | { readonly reason: string; readonly type: 'repeat'; readonly verb: string }
  /** What is told of somebody comes in its order, but may come before or after anything else. */
  | { readonly reason: string; readonly type: 'order'; readonly verb: string; readonly about: number }
  /** What a client that had said OUT did not read any more. */
  | { readonly reason: string; readonly type: 'unread'; readonly verb: string }
  /** The only headers of an answer that are compared. */
  | { readonly reason: string; readonly type: 'headers'; readonly names: readonly string[] };

export type ServerItem = Extract<Item, { type: 'server' | 'client' }>;

export class Comparison {
  readonly #allowed: readonly AllowedDifference[];
  readonly #tokens = new Map<string, string>();

  constructor(allowed: readonly AllowedDifference[]) {
    this.#allowed = allowed;
  }

  /** Says that what was recorded as one word is another now. */
  bind(recorded: string, actual: string): void {
    this.#tokens.set(recorded, actual);
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
    if (before?.line !== item.line) return false;
    return this.#allowed.some((row) => row.type === 'repeat' && row.verb === item.line.split(' ')[0]);
  }

  mayGoUnread(frame: Frame): boolean {
    return this.#allowed.some((row) => row.type === 'unread' && row.verb === frame.verb);
  }

  /** Whether this frame is what was recorded, and if so, what its tokens are. */
  matches(item: ServerItem, frame: Frame): boolean {
    const row = this.#allowed.find(
      (one): one is Extract<AllowedDifference, { line: string }> => 'line' in one && applies(one.line, item.line),
    );
    const pairs = matchLine(row?.line ?? item.line.replaceAll(/\S+/gu, '*'), item.line, frame.line);
    if (!pairs) return false;
    if ([...pairs].some(([recorded, actual]) => (this.#tokens.get(recorded) ?? actual) !== actual)) return false;
    const ignored = row?.type === 'fields' ? row.fields : [];
    if (item.payload && !matchPayload(item.payload, frame.payload, ignored)) return false;
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
  return (
    words.length === wanted.length &&
    wanted.every((word, index) => word === '*' || /^<\w+>$/u.test(word) || word === words[index])
  );
}

/** The words that stand for tokens, recorded and actual; undefined if the lines differ otherwise. */
function matchLine(template: string, recorded: string, actual: string): Map<string, string> | undefined {
  const was = recorded.split(' ');
  const is = actual.split(' ');
  const tokens = new Map<string, string>();
  if (was.length !== is.length) return undefined;
  for (const [index, word] of template.split(' ').entries()) {
    const [before = '', now = ''] = [was[index], is[index]];
    if (word === '<any>') continue;
    if (word === '<number>') {
      if (!/^\d+$/u.test(now)) return undefined;
    } else if (/^<\w+>$/u.test(word)) {
      if (now === '') return undefined;
      tokens.set(before, now);
    } else if (before !== now) return undefined;
  }
  return tokens;
}

function matchPayload(recorded: RecordedPayload, actual: Buffer, ignored: readonly string[]): boolean {
  if (ignored.length > 0) return blank(recorded.bytes, ignored) === blank(actual, ignored);
  return (
    recorded.bytes.length === actual.length &&
    recorded.bytes.every((byte, index) => recorded.known[index] === 0 || byte === actual[index])
  );
}

function blank(payload: Buffer, fields: readonly string[]): string {
  const lines = payload.toString('utf8').split('\r\n');
  return lines.map((line) => (fields.includes(line.split(':')[0] ?? '') ? line.split(':')[0] : line)).join('\r\n');
}
