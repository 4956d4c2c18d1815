// Reads what a request brings, parts of its path and a JSON body, within bounds. Knows HTTP; not what is said.

import type { IncomingMessage } from 'node:http';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Becomes the answer to the request: a status, and a Matrix error. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly errcode: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    errcode: string,
    message: string,
    options: { readonly headers?: Readonly<Record<string, string>>; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = status;
    this.errcode = errcode;
    this.headers = options.headers ?? {};
  }
}

/** Throws `HttpProblem`. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((resolve, reject) => {
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) {
        request.removeAllListeners('data');
        reject(tooLarge());
        return;
      }
      chunks.push(chunk);
    });
    request.once('end', resolve);
    const brokeOff = (): void => {
      // Every request closes in the end, and an error is dear: it keeps its stack.
      if (!request.readableEnded) reject(new HttpProblem(400, 'M_NOT_JSON', 'The request broke off.'));
    };
    request.once('error', brokeOff);
    request.once('close', brokeOff);
  });
  return parse(Buffer.concat(chunks));
}

/** A part of a path, decoded. Throws `HttpProblem`. */
export function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw new HttpProblem(400, 'M_INVALID_PARAM', 'The path cannot be read.', { cause });
  }
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch (cause) {
    throw new HttpProblem(400, 'M_NOT_JSON', 'The body is no JSON.', { cause });
  }
}

function tooLarge(): HttpProblem {
  return new HttpProblem(413, 'M_TOO_LARGE', 'The body is too large.');
}
