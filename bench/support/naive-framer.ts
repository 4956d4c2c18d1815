// The least that cuts frames at all: believes every line and every length. The measure for the real one.

const PAYLOADS = new Set(['MSG', 'UBX', 'NOT', 'GCF', 'IPG', 'UBN', 'UBM']);
const NOTHING = Buffer.alloc(0);

type Latin1 = Buffer & { latin1Slice(from: number, to: number): string };

export class NaiveFramer {
  #rest: Buffer = NOTHING;

  push(bytes: Buffer): { readonly words: readonly string[]; readonly payload: Buffer }[] {
    const buffer = (this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])) as Latin1;
    const frames = [];
    let at = 0;
    for (let end = buffer.indexOf(10); end !== -1; end = buffer.indexOf(10, at)) {
      const words = buffer.latin1Slice(at, end - 1).split(' ');
      const length = PAYLOADS.has(words[0]!) ? Number(words[words.length - 1]) : 0;
      if (buffer.length < end + 1 + length) break;
      frames.push({ words, payload: length === 0 ? NOTHING : buffer.subarray(end + 1, end + 1 + length) });
      at = end + 1 + length;
    }
    this.#rest = buffer.subarray(at);
    return frames;
  }
}
