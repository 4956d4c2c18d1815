// Endpoints about what a user keeps on the server for himself: sync, filters, account data, push rules. Knows no
// rules of rooms.

import type { Account } from '../accounts.ts';
import { badParam, forbidden, MatrixError, notFound } from '../errors.ts';
import { parseObject, type JsonObject } from '../json.ts';
import type { Call, Route } from '../router.ts';
import type { World } from '../world.ts';

type Parts = Pick<World, 'accounts' | 'sync'>;

const NO_RULES = { global: { override: [], content: [], room: [], sender: [], underride: [] } };

export function ownDataEndpoints(parts: Parts): Route[] {
  const ofUser = '/_matrix/client/v3/user/:user';
  return [
    ['GET', '/_matrix/client/v3/sync', async (call) => sync(parts, call)],
    ['POST', `${ofUser}/filter`, (call) => addFilter(parts, call)],
    ['GET', `${ofUser}/filter/:filter`, (call) => filterById(own(parts, call), call.param('filter'))],
    ['GET', `${ofUser}/account_data/:type`, (call) => getData(parts, call, '')],
    ['PUT', `${ofUser}/account_data/:type`, (call) => setData(parts, call, '')],
    ['GET', `${ofUser}/rooms/:room/account_data/:type`, (call) => getData(parts, call, call.param('room'))],
    ['PUT', `${ofUser}/rooms/:room/account_data/:type`, (call) => setData(parts, call, call.param('room'))],
    ['GET', '/_matrix/client/v3/pushrules/', (call) => withRequester(call, NO_RULES)],
    ['GET', '/_matrix/client/v3/pushrules', (call) => withRequester(call, NO_RULES)],
    ['GET', '/_matrix/client/v3/voip/turnServer', (call) => withRequester(call, {})],
  ];
}

function withRequester(call: Call, body: JsonObject): JsonObject {
  void call.requester;
  return body;
}

async function sync(parts: Parts, call: Call): Promise<JsonObject> {
  const { requester, query } = call;
  const account = parts.accounts.get(requester.user);
  if (!account || (requester.type === 'appservice' && requester.user === requester.registration.sender)) {
    // as Synapse, seen live on 1.140: its sender user cannot sync
    throw new MatrixError(500, 'M_UNKNOWN', 'Internal server error');
  }
  const filter = query.get('filter');
  return parts.sync.answer(
    {
      account,
      token: requester.type === 'person' ? requester.token : '',
      since: query.get('since') ?? undefined,
      timeoutMs: Number(query.get('timeout') ?? 0),
      filter: filter === null ? {} : readFilter(account, filter),
      isFullState: query.get('full_state') === 'true',
    },
    (gone) => call.onGone(gone),
  );
}

function readFilter(account: Account, filter: string): JsonObject {
  return filter.startsWith('{') ? parseObject(Buffer.from(filter), false) : filterById(account, filter);
}

function filterById(account: Account, id: string): JsonObject {
  const filter = account.filters[Number(id)];
  if (!filter) throw notFound('No such filter');
  return filter;
}

function addFilter(parts: Parts, call: Call): JsonObject {
  const account = own(parts, call);
  account.filters.push(call.body());
  return { filter_id: String(account.filters.length - 1) };
}

function getData(parts: Parts, call: Call, room: string): JsonObject {
  const data = own(parts, call).accountData.get(room)?.get(call.param('type'));
  if (!data) throw notFound('Account data not found');
  return data.content;
}

function setData(parts: Parts, call: Call, room: string): JsonObject {
  const account = own(parts, call);
  if (room !== '' && !room.startsWith('!')) throw badParam(`${room} is no room id`);
  parts.accounts.setAccountData(account, room, call.param('type'), call.body());
  parts.sync.handleAccountData(account.id, room);
  return {};
}

function own(parts: Parts, call: Call): Account {
  const account = parts.accounts.get(call.param('user'));
  if (!account || account.id !== call.requester.user) throw forbidden("Cannot touch another user's data.");
  return account;
}
