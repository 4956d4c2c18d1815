// Cuts what a client sends into commands. Knows lines, payload lengths and the shapes that carry one; not what a command does.

export interface Command {
  readonly verb: string;
  /** What stands between the blanks, undecoded: each argument is decoded by its meaning. */
  readonly args: readonly string[];
  readonly payload: Buffer;
  readonly line: string;
  /** What other servers would refuse though this one reads on: a bare LF, a verb in small letters … */
  readonly oddities: readonly string[];
}

/** The stream is broken: the connection has to be closed. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** The longest command line that is read: tickets and picture objects pass 2 KiB. */
const MAX_LINE_BYTES = 16 * 1024;
/** Beyond this the switchboard closes without delivering. */
export const MAX_MESSAGE_BYTES = 1664;
const MAX_OTHER_PAYLOAD_BYTES = 64 * 1024;

const MAX_PAYLOAD_BYTES = new Map([
  ['MSG', MAX_MESSAGE_BYTES],
  ...['QRY', 'SDC', 'PAG', 'PGD', 'UUX', 'ADL', 'RML', 'FQY', 'UUN', 'UUM', 'VAS', 'PUT', 'DEL', 'SDG'].map(
    (verb) => [verb, MAX_OTHER_PAYLOAD_BYTES] as const,
  ),
]);

const CR = 0x0d;
const LF = 0x0a;

export class CommandReader {
  #rest: Buffer = Buffer.alloc(0);
  #head: Omit<Command, 'payload'> | undefined;
  #wanted = 0;

  /** @throws {WireError} where a real server would end the connection; the commands before it have been yielded. */
  *push(bytes: Uint8Array): Generator<Command, void> {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      if (!this.#head && !this.#readHead()) return;
      if (!this.#head || this.#rest.length < this.#wanted) return;
      const command = { ...this.#head, payload: Buffer.from(this.#rest.subarray(0, this.#wanted)) };
      this.#rest = this.#rest.subarray(this.#wanted);
      this.#head = undefined;
      yield command;
    }
  }

  #readHead(): boolean {
    const end = this.#rest.indexOf(LF);
    if (end > MAX_LINE_BYTES || (end < 0 && this.#rest.length > MAX_LINE_BYTES)) {
      throw new WireError('a command line that does not end');
    }
    if (end < 0) return false;
    const hasReturn = this.#rest[end - 1] === CR;
    const bytes = this.#rest.subarray(0, hasReturn ? end - 1 : end);
    this.#rest = this.#rest.subarray(end + 1);
    this.#head = parseLine(bytes, hasReturn ? [] : ['a line that ends in a bare LF']);
    this.#wanted = payloadLength(this.#head);
    return true;
  }
}

function parseLine(bytes: Buffer, oddities: string[]): Omit<Command, 'payload'> {
  if (bytes.length === 0) throw new WireError('an empty line');
  let line: string;
  try {
    line = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new WireError('a command line that is not UTF-8', { cause: error });
  }
  // Any blank of Unicode parts words, as observed: a no-break space has to be percent-encoded.
  const [word = '', ...args] = line.split(/\s+/u).filter((part) => part !== '');
  const verb = word.toUpperCase();
  if (word === '') throw new WireError('a line of blanks');
  if (word !== verb) oddities.push('a command in small letters');
  if (/ {2}| $/u.test(line)) oddities.push('a blank too many');
  if (/[^\x20-\x7e]/u.test(line)) oddities.push('a command line that is not plain ASCII');
  return { verb, args, line, oddities };
}

function payloadLength({ verb, args, line }: Omit<Command, 'payload'>): number {
  const limit = MAX_PAYLOAD_BYTES.get(verb);
  if (limit === undefined) return 0;
  const length = args.at(-1) ?? '';
  if (!/^\d{1,7}$/u.test(length)) throw new WireError(`a payload without a length: ${line}`);
  if (Number(length) > limit) throw new WireError(`a payload of more than ${limit} bytes: ${line}`);
  return Number(length);
}

/** Names as the observed server writes them: raw UTF-8, only what would break the line is encoded. */
export function encodeName(name: string): string {
  return name.replaceAll(/[% \r\n]/gu, (char) => encodeURIComponent(char));
}

/** The name a client meant; a broken percent sign stands for itself. */
export function decodeName(text: string): string {
  const bytes: Buffer[] = [];
  for (const part of text.split(/(%[0-9a-f]{2})/iu)) {
    bytes.push(/^%[0-9a-f]{2}$/iu.test(part) ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part));
  }
  return Buffer.concat(bytes).toString('utf8');
}
