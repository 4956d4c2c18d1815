// What servers answer over HTTP, and where they may send us.

import assert from 'node:assert/strict';
import { BlockList, isIP } from 'node:net';

import { TweenerSession } from '../../../src/msnp/auth-tweener.ts';
import { GatewaySession } from '../../../src/msnp/gateway.ts';
import { NotificationSession } from '../../../src/msnp/notification.ts';
import type { FetchReply } from '../../../src/msnp/session.ts';
import { addressKind, isHostName } from '../../../src/networks/msn/address-policy.ts';
import { Carried } from '../../msnp/support/carried.ts';
import { order } from '../../msnp/support/inputs.ts';
import { seedsOf, textOf } from '../target.ts';
import type { Target } from '../target.ts';

const AT = new Date(0);

/** The first line is a status, the others are headers, what follows an empty one is the body. */
function replyOf(input: Uint8Array): FetchReply {
  const [head = '', ...bodies] = textOf(input).split('\n\n');
  const [status = '', ...lines] = head.split('\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return colon === -1 ? [line.toLowerCase(), ''] : [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return {
    type: 'response',
    status: Number(status) || 0,
    headers: new Map(headers),
    body: Buffer.from(bodies.join('\n\n')),
  };
}

const PASSPORT = [
  'passporturls',
  'authentication-info',
  'www-authenticate',
  'location',
  'DALogin=',
  "from-PP='",
  'cbtxt=',
  'https://',
  'http://',
  'Passport1.4',
  'da-status=success',
];

const PRIVATE = new BlockList();
for (const [net, bits] of [['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16], ['0.0.0.0', 8], ['169.254.0.0', 16], ['224.0.0.0', 3]] as const) PRIVATE.addSubnet(net, bits); // prettier-ignore
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

export const servers: readonly Target[] = [
  {
    name: 'sign-in-replies',
    share: 4,
    words: PASSPORT,
    seeds: () =>
      seedsOf([
        '200\nPassportURLs: DARealm=Passport.Net,DALogin=https://login.example/login,DAReg=x',
        "200\nAuthentication-Info: Passport1.4 da-status=success,tname=MSPAuth,from-PP='t=1&p=2',ru=http://x",
        '302\nLocation: https://login.example/again',
        '401\nWWW-Authenticate: Passport1.4 da-status=failed,srealm=Passport.NET,cbtxt=Wrong%20password',
      ]),
    run: (input) => {
      // three in a row, so that each step meets any answer
      const session = new TweenerSession({
        address: 'a@b.c',
        password: 'canary x',
        nexusUrl: 'https://nexus.example/rdr',
      });
      let outputs = session.handle(order({ type: 'start', challenge: textOf(input) }));
      for (const part of textOf(input).split('\n\n\n').slice(0, 6)) {
        const request = outputs.find((output) => output.type === 'fetch');
        if (request === undefined) break;
        for (const value of Object.values(request.headers)) assert.match(value, /^[\x20-\x7e]*$/);
        if (request.credentials) assert.equal(new URL(request.url).protocol, 'https:');
        outputs = session.handle({ type: 'fetched', at: AT, id: request.id, reply: replyOf(Buffer.from(part)) });
      }
      for (const output of outputs) {
        if (output.type !== 'event') continue;
        if (output.event.type === 'ticket') assert.match(output.event.ticket, /^[\x21-\x7e]+$/);
        if (output.event.type === 'refused') assert.ok((output.event.text ?? '').length <= 200);
      }
    },
  },
  {
    name: 'gateway-replies',
    share: 4,
    words: ['x-msn-messenger', 'SessionID=', 'GW-IP=', 'Session=close', '; ', '127.0.0.1', '[::1]'],
    seeds: () =>
      seedsOf([
        '200\nX-MSN-Messenger: SessionID=1.2; GW-IP=gateway.example\n\nVER 1 MSNP12\r\n',
        '200\nX-MSN-Messenger: SessionID=3; GW-IP=%%; Session=close',
        '500\nX: y',
        '200\nX-MSN-Messenger: SessionID=1&Action=x#',
      ]),
    run: (input) => {
      const inner = new NotificationSession({ address: 'a@b.c', dialects: ['MSNP12'] });
      const gate = new GatewaySession({ url: 'http://gateway.example', server: 'NS', host: 'ns.example' });
      const session = new Carried(inner, gate);
      let outputs = session.handle(order({ type: 'sign-in' }));
      for (const part of textOf(input).split('\n\n\n').slice(0, 4)) {
        const request = outputs.find((output) => output.type === 'fetch');
        if (request === undefined) break;
        const url = new URL(request.url);
        assert.equal(url.protocol, 'http:');
        assert.equal(url.pathname, '/gateway/gateway.dll');
        assert.ok(url.username === '' && url.hash === '');
        outputs = session.handle({ type: 'fetched', at: AT, id: request.id, reply: replyOf(Buffer.from(part)) });
        outputs = [...outputs, ...session.handle({ type: 'woken', at: AT, id: 'gateway-poll' })];
      }
      assert.ok(outputs.filter(({ type }) => type === 'close').length <= 1);
    },
  },
  {
    name: 'addresses',
    share: 8,
    words: [
      '127.0.0.1',
      '::',
      '::1',
      '::ffff:',
      '64:ff9b::',
      '2002:',
      '0x7f',
      '0177',
      '[',
      ']',
      '%eth0',
      '.',
      ':',
      'localhost',
    ],
    seeds: () =>
      seedsOf([
        '127.0.0.1',
        '10.0.0.1',
        '8.8.8.8',
        '::1',
        '::ffff:127.0.0.1',
        '64:ff9b::7f00:1',
        '2002:7f00:1::',
        'fe80::1',
        '2606:4700::1',
        '169.254.169.254',
        '100.64.0.1',
        'fd00::1',
        'example.com',
        '127.1',
        '0x7f.1',
        '2130706433',
      ]),
    run: (input) => {
      const address = textOf(input);
      const kind = addressKind(address);
      // by another reader of addresses
      if (kind !== 'special') assert.notEqual(isIP(address), 0, 'it is an address');
      if (kind === 'public') {
        const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
        assert.equal(PRIVATE.check(address, family), false, 'and none of ours');
      }
      if (isHostName(address)) {
        const url = URL.parse(`http://${isIP(address) === 6 ? `[${address}]` : address}/`);
        assert.ok(url !== null, 'a host is one that an address of the web may have');
        assert.equal(url.username, '');
      }
    },
  },
];
