// The endpoint by which an application service asks to be pinged. Knows feeds; no room.

import { MatrixError, forbidden } from '../errors.ts';
import { optionalString, type JsonObject } from '../json.ts';
import type { Call, Route } from '../router.ts';
import type { World } from '../world.ts';

type Parts = Pick<World, 'feeds' | 'now'>;

export function appserviceEndpoints(parts: Parts): Route[] {
  return [['POST', '/_matrix/client/v1/appservice/:id/ping', async (call) => ping(parts, call)]];
}

async function ping(parts: Parts, call: Call): Promise<JsonObject> {
  const { requester } = call;
  if (requester.type !== 'appservice') throw forbidden('Only application services can use this endpoint');
  if (requester.registration.id !== call.param('id')) {
    throw forbidden('The application service ID in the path does not match the token');
  }
  const feed = parts.feeds.get(requester.registration.id);
  if (!feed) throw new MatrixError(400, 'M_URL_NOT_SET', 'The application service does not have a URL set');
  const transaction = optionalString(call.body({ allowEmpty: true }), 'transaction_id');
  const startedAt = parts.now();
  const answer = await feed.link.ask({
    method: 'POST',
    path: '/_matrix/app/v1/ping',
    body: JSON.stringify(transaction === undefined ? {} : { transaction_id: transaction }),
  });
  if (answer.type === 'failed') throw new MatrixError(502, 'M_CONNECTION_FAILED', answer.reason);
  if (answer.status < 200 || answer.status > 299) {
    const { status, body } = answer;
    throw new MatrixError(502, 'M_BAD_STATUS', `HTTP ${status}`, { status, body });
  }
  feed.queue.forceRetry();
  return { duration_ms: parts.now() - startedAt };
}
