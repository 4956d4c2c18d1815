// The errors that a homeserver answers with. Knows status and errcode; not who asked or why.

import type { JsonObject } from './json.ts';

export class MatrixError extends Error {
  readonly status: number;
  readonly errcode: string;
  readonly #extra: JsonObject;

  constructor(status: number, errcode: string, message: string, extra: JsonObject = {}) {
    super(message);
    this.name = 'MatrixError';
    this.status = status;
    this.errcode = errcode;
    this.#extra = extra;
  }

  get body(): JsonObject {
    return { errcode: this.errcode, error: this.message, ...this.#extra };
  }
}

/** An event or setting that no sane client sends. Synapse has no code of its own for most of them. */
export class BadContent extends MatrixError {
  constructor(message: string, status = 400) {
    super(status, 'M_UNKNOWN', message);
    this.name = 'BadContent';
  }
}

export const forbidden = (message: string) => new MatrixError(403, 'M_FORBIDDEN', message);
export const notFound = (message: string) => new MatrixError(404, 'M_NOT_FOUND', message);
export const badJson = (message: string) => new MatrixError(400, 'M_BAD_JSON', message);
export const badParam = (message: string) => new MatrixError(400, 'M_INVALID_PARAM', message);
/** For what a client may well try, and what Synapse refuses without a code of its own. */
export const refused = (message: string) => new MatrixError(400, 'M_UNKNOWN', message);
export const badState = (message: string) => new MatrixError(403, 'M_BAD_STATE', message);
export const tooLarge = (message: string) => new MatrixError(413, 'M_TOO_LARGE', message);
