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
  /** For a person to read, whatever was refused; whoever knows what was asked may say it better. */
  readonly sentence: string;
  readonly class: RefusalClass;
}

const ofClass = (name: RefusalClass, sentences: Readonly<Record<number, string>>): [number, Refusal][] =>
  Object.entries(sentences).map(([code, sentence]) => [Number(code), { sentence, class: name }]);

const HURRY = 'The server asks us to slow down. Please try again in a minute.';
const NOBODY = 'There is nobody with that address on this server.';
const NO_NETWORK = 'That address belongs to a network that the server cannot reach.';
const NO_PAGER = 'The server cannot send messages to that telephone.';
const NO_FUNDS = 'The telephone service wants money, or a subscription, for that.';
const GATEWAY = 'The telephone service does not work just now.';
const BUSY = 'The server is too busy just now.';
const DOWN = 'The server cannot be used just now.';
const BROKEN = 'Something inside the server does not work just now.';
const NO_LINK = 'The server could not make a connection.';
const WRONG = 'The server does not accept the address or the password.';
const UNFORESEEN = 'The server did not expect that just now.';
const NO_CONVERSATION = 'The server could not open a conversation.';
const RESTRICTED = 'The server does not let this account do that.';
const UNEXPLAINED = 'The server refused, and does not say why.';

const REFUSALS = new Map<number, Refusal>([
  ...ofClass('request', {
    131: UNEXPLAINED,
    200: 'The server did not understand us.',
    201: 'The server does not take that. An address looks like name@example.com.',
    203: NO_NETWORK,
    204: NO_NETWORK,
    205: NOBODY,
    206: 'The address needs a part after the @.',
    207: 'This session is signed in already.',
    208: NOBODY,
    209: 'The server does not take that name.',
    210: 'That list is full.',
    212: UNEXPLAINED,
    213: 'The server does not let that be changed.',
    215: 'They are there already.',
    216: 'They are not on that list, or do not let you.',
    217: 'They are not signed in.',
    218: 'It is like that already.',
    219: 'Nobody can be allowed and blocked at the same time.',
    220: 'They take no messages on their telephone.',
    223: 'You have as many groups as the server allows.',
    224: 'There is no such group.',
    225: 'They are not in that group.',
    226: 'The server does not let that group be changed.',
    227: 'There is still somebody in that group.',
    228: 'You have a group of that name already.',
    229: 'That group name is too long.',
    230: 'That group cannot be changed.',
    231: 'There is no such group.',
    232: NO_PAGER,
    233: NO_PAGER,
    234: NO_PAGER,
    240: 'The server found no address in what we asked.',
    241: 'The server could not read what we asked.',
    280: NO_CONVERSATION,
    281: NO_CONVERSATION,
    282: 'The server did not pass on what was sent.',
    283: 'The other side does not know that kind of message.',
    285: 'The message is too long.',
    290: NO_FUNDS,
    300: 'Something is missing in what we asked.',
    301: 'Too many people are found by that.',
    302: 'You are not signed in just now.',
    402: 'The server cannot read your contact list just now.',
    403: 'The server cannot read your address book just now.',
    413: NO_FUNDS,
    414: NO_FUNDS,
    415: NO_FUNDS,
    416: NO_FUNDS,
    417: NO_FUNDS,
    418: NO_FUNDS,
    419: NO_FUNDS,
    420: RESTRICTED,
    502: 'The server does not do that any more.',
    509: 'The message was not passed on.',
    550: GATEWAY,
    551: GATEWAY,
    552: GATEWAY,
    580: GATEWAY,
    590: GATEWAY,
    591: GATEWAY,
    592: GATEWAY,
    593: GATEWAY,
    594: GATEWAY,
    595: GATEWAY,
    596: GATEWAY,
    597: GATEWAY,
    598: GATEWAY,
    713: HURRY,
    716: UNEXPLAINED,
    718: RESTRICTED,
    719: NO_NETWORK,
    726: NO_NETWORK,
    733: 'Another place has signed this one out.',
    734: 'The account is signed in at too many places.',
    800: HURRY,
    801: HURRY,
    913: 'One cannot do that while appearing offline.',
    933: 'You do not belong to that circle.',
  }),
  ...ofClass('retry', {
    500: BROKEN,
    501: BROKEN,
    504: 'The way to the other network does not work just now.',
    508: 'The other network does not work just now.',
    510: BROKEN,
    520: BROKEN,
    600: BUSY,
    601: DOWN,
    602: BROKEN,
    603: BROKEN,
    604: 'The server is going down.',
    605: DOWN,
    606: GATEWAY,
    700: NO_LINK,
    707: NO_LINK,
    711: BUSY,
    712: 'This session is overloaded.',
    714: 'The account has too many sessions.',
    910: BUSY,
    912: BUSY,
    914: DOWN,
    915: DOWN,
    916: DOWN,
    918: BUSY,
    919: BUSY,
    920: 'The server lets nobody else in just now.',
    921: BUSY,
    922: BUSY,
  }),
  ...ofClass('credentials', {
    511: 'This account is banned.',
    911: WRONG,
    917: WRONG,
    923: 'This account needs the consent of a parent.',
    924: 'The e-mail address of this account has not been verified yet.',
    926: 'This account is limited.',
    927: 'This account is suspended.',
    928: 'The server does not accept our ticket.',
    931: 'This account is not on this server.',
  }),
  ...ofClass('fatal', {
    540: 'The server wants a proof that we could not give.',
    710: 'The server does not take this kind of client.',
    715: UNFORESEEN,
    717: 'The contact list on the server is damaged.',
    731: UNFORESEEN,
    935: 'The server does not accept our signature.',
  }),
]);

/** A code that nobody has described is the refusal of one request. */
export function describeRefusal(code: number): Refusal {
  return REFUSALS.get(code) ?? { sentence: UNEXPLAINED, class: 'request' };
}

/** All codes that are described. */
export const REFUSAL_CODES: readonly number[] = [...REFUSALS.keys()];

/** For the branch that the types rule out: a bug of ours if it is ever taken. */
export function assertNever(value: never): never {
  throw new TypeError(`not foreseen: ${String(value)}`);
}
