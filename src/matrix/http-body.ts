// Reads the JSON body of a request, within bounds. Knows HTTP bodies; not what they say.

import type { IncomingMessage } from 'node:http';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Becomes the answer to the request: a status, and a Matrix error. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly errcode: string;
  readonly allow: string | undefined;

  constructor(
    status: number,
    errcode: string,
    message: string,
    options: { readonly allow?: string; readonly cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.status = status;
    this.errcode = errcode;
    this.allow = options.allow;
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
