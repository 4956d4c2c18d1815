// A gateway that answers what no gateway answers: the connection that it carries ends in order, or goes on.

import assert from 'node:assert/strict';

import { GatewaySession } from '../../../src/msnp/gateway.ts';
import { NotificationSession } from '../../../src/msnp/notification.ts';
import type { FetchReply, Output, Session } from '../../../src/msnp/session.ts';
import { SwitchboardSession } from '../../../src/msnp/switchboard.ts';
import { Carried } from '../../msnp/support/carried.ts';
import { order } from '../../msnp/support/inputs.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';
import { ALICE } from './machines.ts';

interface GatewayCase extends HostileCase {
  readonly status: number;
  readonly header?: string;
  readonly body?: string;
  /** `over`: the connection has ended. `on`: the next request goes to the host that is asked now. */
  readonly wanted: 'over' | 'on';
}

const URL_OF_IT = 'http://gateway.example/gateway/gateway.dll';

type Any = Session<unknown, unknown>;
type Outputs = readonly Output<unknown>[];

const MACHINES: readonly (readonly [name: string, make: () => Any])[] = [
  [
    'a notification server',
    () => carry(new NotificationSession({ address: ALICE, dialects: ['MSNP12'] }), 'NS', { type: 'sign-in' }),
  ],
  [
    'a switchboard',
    () =>
      carry(
        new SwitchboardSession({ address: ALICE, dialect: 'MSNP12', entry: { type: 'create', ticket: 't' } }),
        'SB',
        { type: 'enter' },
      ),
  ],
];

/** With its first request under way. */
function carry(session: Any, server: 'NS' | 'SB', first: object): Any {
  const gate = new GatewaySession({ url: 'http://gateway.example', server, host: 'ns.example' });
  const carried = new Carried(session, gate);
  carried.handle(order(first));
  return carried;
}

const at = new Date(0);
const honest = fetched(1, { status: 200, header: 'SessionID=1; GW-IP=gateway.example' });

function fetched(count: number, { status, header, body = '' }: Pick<GatewayCase, 'status' | 'header' | 'body'>) {
  const headers = new Map(header === undefined ? [] : [['x-msn-messenger', header]]);
  const reply: FetchReply = { type: 'response', status, headers, body: Buffer.from(body) };
  return { at, type: 'fetched', id: `gateway-request-${count}`, reply } as const;
}

function entries(): readonly Entry<GatewayCase>[] {
  return MACHINES.flatMap(([who, make]) => [
    { name: `the first answer for ${who}`, enter: (one) => judge(make(), fetched(1, one), one) },
    {
      name: `a later answer for ${who}`,
      enter: (one) => {
        const session = make();
        session.handle(honest);
        session.handle({ at, type: 'woken', id: 'gateway-poll' });
        judge(session, fetched(2, one), one);
      },
    },
  ]);
}

function judge(session: Any, input: Parameters<Any['handle']>[0], { wanted }: GatewayCase): void {
  const outputs: Outputs = [...session.handle(input), ...session.handle({ at, type: 'woken', id: 'gateway-poll' })];
  const closes = outputs.filter(({ type }) => type === 'close');
  const requests = outputs.filter((output) => output.type === 'fetch');
  for (const { url, credentials } of requests) {
    assert.match(
      url,
      /^http:\/\/[^/]+\/gateway\/gateway\.dll\?(Action=[a-z]+&)?(Server=(NS|SB)&IP=|SessionID=)[\x21-\x7e]*$/,
    );
    assert.equal(credentials, false, 'no password is in it');
  }
  assert.equal(closes.length, wanted === 'over' ? 1 : 0);
  assert.equal(requests.length, wanted === 'over' ? 0 : 1);
  if (wanted === 'on') assert.equal(requests[0]?.url.startsWith(URL_OF_IT), true);
}

const STATUS = 'only an answer of 200 carries something';
const HEADER = 'a session of the gateway has an id';
const HOST = 'a gateway that is no host leaves things as they are';
const SIZE = 'what is carried keeps its own bounds';

const gateway = (rule: string, name: string, one: Omit<GatewayCase, 'rule' | 'name'>): GatewayCase => ({
  rule,
  name,
  ...one,
});
const ON = { status: 200, wanted: 'on' } as const;
const OVER = { status: 200, wanted: 'over' } as const;

const CASES: readonly GatewayCase[] = [
  ...[100, 101, 199].map((status) =>
    gateway(STATUS, `a status of ${status}`, { status, header: 'SessionID=1', wanted: 'over', cve: 'CVE-2011-3184' }),
  ),
  ...[0, 204, 301, 302, 401, 404, 500, 599].map((status) =>
    gateway(STATUS, `a status of ${status}`, { status, header: 'SessionID=1', wanted: 'over' }),
  ),
  gateway(HEADER, 'a session that closes', { ...OVER, header: 'SessionID=1; GW-IP=gateway.example; Session=close' }),
  gateway(HEADER, 'an id that ends the query', { ...ON, header: 'SessionID=1&Action=evil#; GW-IP=gateway.example' }),
  gateway(HEADER, 'an id of line ends', { ...ON, header: 'SessionID=1\r\nX: y; GW-IP=gateway.example' }),
  gateway(HEADER, 'an id of eight thousand letters', {
    ...ON,
    header: `SessionID=${'x'.repeat(8_000)}; GW-IP=gateway.example`,
  }),
  gateway(HEADER, 'fields of the object prototype', { ...ON, header: 'SessionID=1; __proto__=x; constructor=y' }),
  gateway(HEADER, 'five thousand semicolons', { ...ON, header: `SessionID=1;${';'.repeat(5_000)}` }),
  ...[
    '',
    '%%',
    '[::1',
    'user@evil.example',
    'evil.example/path',
    'evil.example:99999',
    'http://evil.example',
    'a b',
    '\0',
  ].map((host) =>
    gateway(HOST, `a gateway at ${JSON.stringify(host)}`, { ...ON, header: `SessionID=1; GW-IP=${host}` }),
  ),
  gateway(HOST, 'the host that would be dialled', { ...ON, header: 'SessionID=1; GW-IP=ns.example' }),
  gateway(SIZE, 'a line without end', { ...OVER, header: 'SessionID=1', body: 'A'.repeat(9_000) }),
  gateway(SIZE, 'a web page', { ...OVER, header: 'SessionID=1', body: '<html><body>404</body></html>\r\n' }),
];

export const gateways = kind('gateway', CASES, entries);
