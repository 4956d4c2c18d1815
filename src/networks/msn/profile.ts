// One MSN server as the operator describes it. The only source of policy for every connection and every request.

import type { ServerKey } from '../../bridge/ids.ts';
import type { DialectName } from '../../msnp/dialect.ts';

/** Built once by the configuration, frozen, and never changed afterwards. */
export interface ServerProfile {
  /** Permanent: it is part of every remote user id. */
  readonly key: ServerKey;
  /** For people: "Escargot". */
  readonly name: string;
  /** Where signing in begins; a dispatch server is as good, since its redirect is followed. */
  readonly notification: HostAndPort;
  /** Where the sign-in service tells its address ("nexus"). Undefined: it is known, or no dialect needs it. */
  readonly nexusUrl?: string;
  /** Known beforehand: the nexus is not asked. */
  readonly loginUrl?: string;
  /** MSNP over HTTP, where no connection is to be had; `only`: none is tried. */
  readonly gateway?: { readonly url: string; readonly only: boolean };
  /** Web services by name, for later protocol versions. */
  readonly services?: Readonly<Record<string, string>>;
  readonly tls: TlsPolicy;
  /** What is offered to the server, best first. */
  readonly dialects: readonly DialectName[];
  /**
   * Where the server may send us besides to its own addresses: names, `*.example.com`, addresses, each with `:port` or
   * without. Undefined: nowhere.
   */
  readonly hosts?: readonly string[];
  /** Whether loopback and private addresses may be dialled: only for a server of one's own. */
  readonly privateAddresses: boolean;
  /** True if this server says so when a message reaches nobody (NAK), so that its ACK means "delivered". */
  readonly confirmsDelivery: boolean;
  /** How many sign-ins a second it can take; undefined: as many as servers usually can. */
  readonly signInsPerSecond?: number;
  /** Hosts that may be given credentials, besides those of `nexusUrl` and `loginUrl`. */
  readonly credentialHosts: readonly string[];
}

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export interface TlsPolicy {
  /** PEM text of authorities to trust instead of the usual ones. */
  readonly ca?: string;
  /** Revival servers serve old clients too, and may speak nothing newer than this. */
  readonly minVersion: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
}
