// What can go wrong on the wire. Knows the peer's faults and the server's refusals, not what anybody does about them.

/** The peer broke the protocol. Leaves this library only inside a `close` output. */
export class MsnpProtocolError extends Error {
  override readonly name = 'MsnpProtocolError';
}

/**
 * `request`: only what was asked is refused, the connection goes on. `retry`: the server is busy or broken, come back
 * later. `credentials`: come back with others. `fatal`: our own fault, coming back changes nothing.
 */
export type RefusalClass = 'request' | 'retry' | 'credentials' | 'fatal';

export interface Refusal {
  /** A few words for a log or to build a sentence around. */
  readonly meaning: string;
  readonly class: RefusalClass;
}

const ofClass = (name: RefusalClass, meanings: Readonly<Record<number, string>>): [number, Refusal][] =>
  Object.entries(meanings).map(([code, meaning]) => [Number(code), { meaning, class: name }]);

const REFUSALS = new Map<number, Refusal>([
  ...ofClass('request', {
    200: 'syntax error',
    201: 'invalid parameter',
    203: 'invalid federated user',
    204: 'invalid network id',
    205: 'no such user',
    206: 'domain name missing',
    207: 'already signed in',
    208: 'invalid user name',
    209: 'invalid friendly name',
    210: 'list full',
    213: 'invalid rename or property',
    215: 'already on the list or in the session',
    216: 'not on the list or not allowed',
    217: 'user not online',
    218: 'already in that mode',
    219: 'user is on the opposite list',
    220: 'not accepting pages',
    223: 'too many groups',
    224: 'invalid group',
    225: 'user not in the group',
    227: 'group not empty',
    228: 'group name taken',
    229: 'group name too long',
    230: 'group zero stays',
    231: 'no such group',
    232: 'invalid mobile number',
    233: 'invalid mobile carrier',
    234: 'invalid mobile domain',
    240: 'empty domain element',
    241: 'invalid XML or list bits',
    280: 'switchboard request failed',
    281: 'transfer to switchboard failed',
    282: 'peer-to-peer message refused',
    283: 'unknown application',
    285: 'message too long',
    300: 'required field missing',
    301: 'too many hits',
    302: 'not signed in',
    402: 'contact list not accessible',
    403: 'address book not accessible',
    420: 'invalid account permissions',
    502: 'command disabled',
    509: 'page-mode message failed',
    713: 'calling too rapidly',
    800: 'changing too rapidly',
    801: 'changing too rapidly',
    913: 'not allowed while hidden or offline',
    933: 'invalid circle membership',
  }),
  ...ofClass('retry', {
    500: 'internal server error',
    501: 'database error',
    504: 'gateway down',
    508: 'federated partner error',
    510: 'file operation failed',
    520: 'memory allocation failed',
    600: 'server busy',
    601: 'server unavailable',
    602: 'peer name server down',
    603: 'database connection failed',
    604: 'server going down',
    605: 'server unavailable',
    606: 'paging unavailable',
    700: 'connection not made',
    707: 'connection not made',
    711: 'write is blocking',
    712: 'session overloaded',
    714: 'too many sessions',
    910: 'server too busy',
    912: 'server too busy',
    914: 'server unavailable',
    915: 'server unavailable',
    916: 'server unavailable',
    918: 'server too busy',
    919: 'server too busy',
    920: 'not accepting new users',
    921: 'server too busy',
    922: 'server too busy',
  }),
  ...ofClass('credentials', {
    511: 'user banned',
    911: 'authentication failed',
    917: 'authentication failed',
    923: 'parental consent missing',
    924: 'account not verified',
    926: 'managed account limited',
    927: 'managed account suspended',
    928: 'bad ticket',
    931: 'account not on this server',
  }),
  ...ofClass('fatal', {
    540: 'challenge response wrong',
    710: 'client not accepted',
    715: 'not expected',
    717: 'contact list damaged',
    731: 'not expected',
    935: 'invalid signature',
  }),
]);

/** A code that nobody has described is the refusal of one request. */
export function describeRefusal(code: number): Refusal {
  return REFUSALS.get(code) ?? { meaning: 'unknown refusal', class: 'request' };
}

/** For the branch that the types rule out: a bug of ours if it is ever taken. */
export function assertNever(value: never): never {
  throw new TypeError(`not foreseen: ${String(value)}`);
}
