// Uploaded files. Knows bytes and content URIs; not who may see them.

import { badParam, MatrixError, notFound, tooLarge } from './errors.ts';
import { IdMint } from './ids.ts';

export interface MediaFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
  readonly name: string | undefined;
  readonly uploader: string;
}

export const LARGEST_UPLOAD = 50 * 1024 * 1024;

export class Media {
  readonly #serverName: string;
  readonly #mint: IdMint;
  /** `undefined` for an id that was handed out and waits for its bytes. */
  readonly #files = new Map<string, { readonly owner: string; file: MediaFile | undefined }>();

  constructor(serverName: string) {
    this.#serverName = serverName;
    this.#mint = new IdMint(`media ${serverName}`);
  }

  /** The content URI under which `fill` will put a file. */
  reserve(owner: string): string {
    const id = this.#mint.next().slice(0, 24);
    this.#files.set(id, { owner, file: undefined });
    return `mxc://${this.#serverName}/${id}`;
  }

  add(file: MediaFile): string {
    const uri = this.reserve(file.uploader);
    this.fill(this.#serverName, uri.slice(uri.lastIndexOf('/') + 1), file);
    return uri;
  }

  fill(server: string, id: string, file: MediaFile): void {
    if (file.bytes.length > LARGEST_UPLOAD) throw tooLarge('Upload request body is too large');
    const place = server === this.#serverName ? this.#files.get(id) : undefined;
    if (!place) throw notFound('Unknown media id');
    if (place.owner !== file.uploader) throw new MatrixError(403, 'M_FORBIDDEN', 'Only the creator may upload');
    if (place.file) throw new MatrixError(409, 'M_CANNOT_OVERWRITE_MEDIA', 'Media ID already has content');
    place.file = file;
  }

  get(server: string, id: string): MediaFile {
    const place = server === this.#serverName ? this.#files.get(id) : undefined;
    if (!place) throw notFound('Not found');
    if (!place.file) throw new MatrixError(504, 'M_NOT_YET_UPLOADED', 'Media has not been uploaded yet');
    return place.file;
  }

  /** By content URI, for tests. */
  byUri(uri: string): MediaFile {
    const [, server, id] = /^mxc:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
    if (server === undefined || id === undefined) throw badParam(`not a content URI: ${uri}`);
    return this.get(server, id);
  }

  get count(): number {
    return this.#files.size;
  }
}
