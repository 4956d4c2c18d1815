// The names of things, as branded strings. Only the code that mints an id may look inside it.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A network in this process, as written in ghost ids and the database: `[a-z0-9]+`. */
export type NetworkId = Branded<'NetworkId'>;
/** One server of a network, permanent: `[a-z0-9-]+`. */
export type ServerKey = Branded<'ServerKey'>;
/** A person on a network, minted by the network and holding the server key: the same name on two servers is two people. */
export type RemoteUserId = Branded<'RemoteUserId'>;
/** A conversation as one login sees it, minted by the network. Means nothing without its login. */
export type ChatId = Branded<'ChatId'>;
/** One message from the network; unique for ever, never derived from its content. */
export type RemoteMessageId = Branded<'RemoteMessageId'>;
/** A Matrix user's account on a network: `<network>/<remote user>`. Unique: one account has one login. */
export type LoginId = Branded<'LoginId'>;

export type MatrixUserId = Branded<'MatrixUserId'>;
export type RoomId = Branded<'RoomId'>;
export type EventId = Branded<'EventId'>;

/** A portal belongs to exactly one login. */
export interface PortalKey {
  readonly login: LoginId;
  readonly chat: ChatId;
}

export function loginId(network: NetworkId, user: RemoteUserId): LoginId {
  return `${network}/${user}` as LoginId;
}

/** The text form of a portal key, for maps and journal lanes. A login id holds no blank. */
export function portalText(key: PortalKey): string {
  return `${key.login} ${key.chat}`;
}
