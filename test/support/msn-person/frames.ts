// Cuts what a server sends into commands. Knows lines and which of them carry a payload; not what a command means.

export interface Frame {
  readonly verb: string;
  readonly args: readonly string[];
  readonly payload: Buffer;
  readonly line: string;
}

const WITH_PAYLOAD = new Set(['MSG', 'NOT', 'UBX', 'GCF', 'IPG', 'UBN', 'UBM']);

export class ServerFrameReader {
  #rest: Buffer = Buffer.alloc(0);

  *push(bytes: Uint8Array): Generator<Frame, void> {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const end = this.#rest.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#rest.subarray(0, end).toString('utf8');
      const [verb = '', ...args] = line.split(' ');
      const length = WITH_PAYLOAD.has(verb) && /^\d+$/u.test(args.at(-1) ?? '') ? Number(args.at(-1)) : 0;
      if (this.#rest.length < end + 2 + length) return;
      const payload = Buffer.from(this.#rest.subarray(end + 2, end + 2 + length));
      this.#rest = this.#rest.subarray(end + 2 + length);
      yield { verb, args, payload, line };
    }
  }
}
