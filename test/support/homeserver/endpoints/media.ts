// Endpoints for files, the authenticated way. Knows requests; the bytes are elsewhere.

import { notFound } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { LARGEST_UPLOAD, type MediaFile } from '../media.ts';
import { Reply, type Call, type Route } from '../router.ts';
import type { World } from '../world.ts';

type Parts = Pick<World, 'media' | 'now'>;

export function mediaEndpoints(parts: Parts): Route[] {
  const client = '/_matrix/client/v1/media';
  const download = async (call: Call) => {
    void call.requester;
    return fileReply(parts.media.get(call.param('server'), call.param('media')));
  };
  const frozen = () => {
    throw notFound('This endpoint does not serve media that came after authentication');
  };
  return [
    ['POST', '/_matrix/media/v3/upload', (call) => ({ content_uri: parts.media.add(fileOf(call)) })],
    ['POST', '/_matrix/media/v1/create', (call) => create(parts, call)],
    ['PUT', '/_matrix/media/v3/upload/:server/:media', (call) => fill(parts, call)],
    ['GET', `${client}/config`, config],
    ['GET', '/_matrix/media/v3/config', config],
    ['GET', `${client}/download/:server/:media`, download],
    ['GET', `${client}/download/:server/:media/:name`, download],
    ['GET', `${client}/thumbnail/:server/:media`, download],
    ['GET', '/_matrix/media/v3/download/:server/:media', frozen],
    ['GET', '/_matrix/media/v3/download/:server/:media/:name', frozen],
    ['GET', '/_matrix/media/v3/thumbnail/:server/:media', frozen],
  ];
}

function config(call: Call): JsonObject {
  void call.requester;
  return { 'm.upload.size': LARGEST_UPLOAD };
}

function create(parts: Parts, call: Call): JsonObject {
  return { content_uri: parts.media.reserve(call.requester.user), unused_expires_at: parts.now() + 86_400_000 };
}

function fill(parts: Parts, call: Call): JsonObject {
  parts.media.fill(call.param('server'), call.param('media'), fileOf(call));
  return {};
}

function fileOf(call: Call): MediaFile {
  return {
    bytes: call.bytes,
    contentType: call.contentType ?? 'application/octet-stream',
    name: call.query.get('filename') ?? undefined,
    uploader: call.requester.user,
  };
}

function fileReply(file: MediaFile): Reply {
  return new Reply(200, file.contentType, file.bytes);
}
