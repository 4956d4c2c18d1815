// Where a server may send us: to itself, and to the hosts that the operator has named. Pure; resolves and dials nothing.
//
// A redirect or a ring names any host and port. What we say there holds tickets and, in old versions, a digest of the
// password; and by what we dial a server could knock on the doors of others in our name.

import { addressKind, portOf, sameAddress, withoutBrackets } from './address-policy.ts';
import type { ServerProfile } from './profile.ts';

/** The server named a host that it is not trusted with. The message is for the operator. */
export class UntrustedHost extends Error {
  override readonly name = 'UntrustedHost';

  constructor({ key }: Pick<ServerProfile, 'key'>, host: string, port: number) {
    super(
      `the server may not send us to ${JSON.stringify(host)} at port ${port}; if that is right, name it in networks.msn.servers.${key}.hosts`,
    );
  }
}

/** Of the operator's list. */
interface TrustedHost {
  /** A name or an address; after `*.` any name that ends so. */
  readonly host: string;
  /** Undefined: all ports. */
  readonly port: number | undefined;
}

type Trusting = Pick<ServerProfile, 'notification' | 'gateway' | 'hosts'>;
type WebProfile = Pick<ServerProfile, 'nexusUrl' | 'loginUrl' | 'services' | 'credentialHosts'>;

/** Where servers of this kind listen. */
const USUAL_PORTS = [1863, 1864];

/** `host`, `*.host`, `address`, `[address]`, each with `:port` or without; undefined: something else. */
export function readTrustedHost(text: string): TrustedHost | undefined {
  const match =
    /^(?:\[([\da-f.]*:[\da-f:.]*)\]|((?:\*\.)?[a-z\d._-]+)|([\da-f]*:[\da-f:.]*:[\da-f:.]*))(?::(\d{1,5}))?$/i.exec(
      text,
    );
  const host = match?.[1] ?? match?.[2] ?? match?.[3];
  const port = match?.[4] === undefined ? undefined : Number(match[4]);
  if (host === undefined || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  return { host: canonical(host), port };
}

/** Trusted by its name, whatever that resolves to. */
export function isTrustedName(profile: Trusting, host: string, port: number): boolean {
  const name = canonical(host);
  if (name === canonical(profile.notification.host)) return true;
  return listed(profile, port).some(({ host: one }) =>
    one.startsWith('*.') ? name.endsWith(one.slice(1)) && name.length >= one.length : one === name,
  );
}

/** May this address of the web be asked at all? The profile names all that are. */
export function isTrustedUrl(profile: Trusting & WebProfile, url: URL): boolean {
  const { nexusUrl, loginUrl, gateway, services = {}, credentialHosts } = profile;
  const own = [nexusUrl, loginUrl, gateway?.url, ...Object.values(services)].flatMap((text) => text ?? []);
  const named = [...own.map((text) => new URL(text).hostname), ...credentialHosts];
  return (
    named.some((host) => canonical(host) === canonical(url.hostname)) ||
    isTrustedName(profile, url.hostname, portOf(url))
  );
}

/** Trusted as one of the server's own addresses, or one on the list. */
export function isTrustedAddress(profile: Trusting, address: string, port: number, own: readonly string[]): boolean {
  if (listed(profile, port).some(({ host }) => sameAddress(host, address))) return true;
  return own.some((one) => sameAddress(one, address));
}

/**
 * On a machine within our own walls other things listen than the server: databases, homeservers. Of those ports only its own
 * and the usual ones are open, and what the operator has named.
 */
export function isTrustedPort(profile: Trusting, host: string, address: string, port: number): boolean {
  const { notification, gateway } = profile;
  const own = [notification.port, ...USUAL_PORTS, ...(gateway ? [portOf(new URL(gateway.url))] : [])];
  if (addressKind(address) !== 'private' || own.includes(port)) return true;
  return listed(profile, port).some((one) => one.host === canonical(host) || sameAddress(one.host, address));
}

/** Whose addresses are the server's own. */
export function ownHosts({ notification, gateway }: Trusting): readonly string[] {
  return [notification.host, ...(gateway ? [new URL(gateway.url).hostname] : [])];
}

function listed({ hosts = [] }: Trusting, port: number): readonly TrustedHost[] {
  return hosts
    .flatMap((text) => readTrustedHost(text) ?? [])
    .filter((one) => one.port === undefined || one.port === port);
}

function canonical(host: string): string {
  return withoutBrackets(host).replace(/\.$/, '').toLowerCase();
}
