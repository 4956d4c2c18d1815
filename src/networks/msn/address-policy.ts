// Where a server may send us: pure checks on host names, addresses and ports. Resolves and dials nothing.
//
// A server names hosts in redirects and rings. Without these checks it could make the bridge knock on the doors of the
// network that it runs in.

import type { ServerProfile } from './profile.ts';

/** `private`: loopback, site-local and shared ranges. `special`: nothing that a client has any business with. */
export type AddressKind = 'public' | 'private' | 'special';

/** A host as a server may write it: a name or an address. IPv6 may stand in brackets. */
export function isHostName(host: string): boolean {
  const bare = withoutBrackets(host);
  if (host !== bare) return parse6(bare) !== undefined;
  if (parseAddress(host) !== undefined) return true;
  if (host.length > 253) return false;
  const labels = host.replace(/\.$/, '').split('.');
  // A last label that is a number makes it an odd spelling of an address ("127.1", "0x7f000001"): nobody writes that in
  // good faith.
  if (/^(\d+|0x[\da-f]*)$/i.test(labels.at(-1) ?? '')) return false;
  return labels.every((label) => /^[a-z\d]([a-z\d_-]{0,61}[a-z\d])?$/i.test(label));
}

export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

/** Reads the dotted and the colon form only, as resolvers give them; anything else is `special`. */
export function addressKind(address: string): AddressKind {
  const bytes = parseAddress(address);
  if (bytes === undefined) return 'special';
  return bytes.length === 4 ? kindOf4(bytes) : kindOf6(bytes);
}

/** The same address, however it is written: an IPv4 address in IPv6 is the one inside. */
export function sameAddress(one: string, other: string): boolean {
  const [a, b] = [innermost(parseAddress(one)), innermost(parseAddress(other))];
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, index) => byte === b[index]);
}

export function mayDial(profile: Pick<ServerProfile, 'privateAddresses'>, address: string): boolean {
  const kind = addressKind(address);
  return kind === 'public' || (kind === 'private' && profile.privateAddresses);
}

/**
 * The ports below 1024 belong to services that were never MSN's (mail, shells, file shares): a hostile server could
 * have us talk to them. 80 and 443 stay open, since servers hide behind them from firewalls, and so does whatever the
 * operator wrote down.
 */
export function mayUsePort(
  profile: Pick<ServerProfile, 'notification' | 'nexusUrl' | 'loginUrl' | 'gateway'>,
  port: number,
): boolean {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return false;
  if (port >= 1024 || port === 80 || port === 443 || port === profile.notification.port) return true;
  return [profile.nexusUrl, profile.loginUrl, profile.gateway?.url].some(
    (url) => url !== undefined && portOf(new URL(url)) === port,
  );
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

/**
 * May this URL be asked with the user's password? `kind`: of the address that its host resolved to. The gateway is not
 * meant: what goes there is what goes over a plain connection elsewhere, which is as open to whoever listens.
 */
export function mayGiveCredentials(
  profile: Pick<ServerProfile, 'nexusUrl' | 'loginUrl' | 'credentialHosts' | 'privateAddresses'>,
  url: URL,
  kind: AddressKind,
): boolean {
  const own = [profile.nexusUrl, profile.loginUrl].flatMap((text) => (text === undefined ? [] : [new URL(text)]));
  if (url.protocol === 'https:') {
    const listed = profile.credentialHosts.some((host) => host.toLowerCase() === url.hostname);
    return listed || own.some(({ hostname }) => hostname === url.hostname);
  }
  // In the clear only where the operator wrote it down so, and only within the own walls.
  const writtenSo = own.some(({ protocol, hostname }) => protocol === 'http:' && hostname === url.hostname);
  return url.protocol === 'http:' && writtenSo && profile.privateAddresses && kind === 'private';
}

type Range = readonly [prefix: readonly number[], bits: number];

const PRIVATE_4: readonly Range[] = [
  [[10], 8],
  [[100, 64], 10], // shared by a provider's customers
  [[127], 8],
  [[172, 16], 12],
  [[192, 168], 16],
];

const SPECIAL_4: readonly Range[] = [
  [[0], 8], // "this host": Linux takes it for loopback
  [[169, 254], 16], // link-local, and the metadata services of clouds
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[192, 88, 99], 24],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[224], 3], // multicast, reserved, broadcast
];

function kindOf4(bytes: readonly number[]): AddressKind {
  if (SPECIAL_4.some((range) => isIn(bytes, range))) return 'special';
  return PRIVATE_4.some((range) => isIn(bytes, range)) ? 'private' : 'public';
}

const LOOPBACK_6: Range = [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 128];
const UNIQUE_LOCAL_6: Range = [[0xfc], 7];
const GLOBAL_6: Range = [[0x20], 3];
const SPECIAL_6: readonly Range[] = [
  [[0x20, 0x01, 0, 0], 23], // protocol assignments, Teredo among them
  [[0x20, 0x01, 0x0d, 0xb8], 32],
  [[0x3f, 0xff, 0], 20],
];
/** IPv4 in IPv6: the kind is that of the address inside, which begins at `at`. */
interface Embedded {
  readonly range: Range;
  readonly at: number;
}

const MAPPED: Embedded = { range: [[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], 96], at: 12 };
const EMBEDDED: readonly Embedded[] = [
  MAPPED,
  { range: [[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0], 96], at: 12 }, // NAT64
  { range: [[0x20, 0x02], 16], at: 2 }, // 6to4
];

function kindOf6(bytes: readonly number[]): AddressKind {
  if (isIn(bytes, LOOPBACK_6) || isIn(bytes, UNIQUE_LOCAL_6)) return 'private';
  const embedded = EMBEDDED.find(({ range }) => isIn(bytes, range));
  if (embedded) return kindOf4(bytes.slice(embedded.at, embedded.at + 4));
  return isIn(bytes, GLOBAL_6) && !SPECIAL_6.some((range) => isIn(bytes, range)) ? 'public' : 'special';
}

function innermost(bytes: readonly number[] | undefined): readonly number[] | undefined {
  return bytes?.length === 16 && isIn(bytes, MAPPED.range) ? bytes.slice(MAPPED.at) : bytes;
}

function isIn(bytes: readonly number[], [prefix, bits]: Range): boolean {
  for (let index = 0; index * 8 < bits; index++) {
    const mask = 0xff00 >> Math.min(bits - index * 8, 8);
    if (((bytes[index] ?? 0) & mask) !== ((prefix[index] ?? 0) & mask)) return false;
  }
  return true;
}

function parseAddress(address: string): readonly number[] | undefined {
  return address.includes(':') ? parse6(address) : parse4(address);
}

function parse4(address: string): readonly number[] | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte < 256) ? bytes : undefined;
}

function parse6(address: string): readonly number[] | undefined {
  const halves = address.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groups(halves[0] ?? '', halves.length === 1), groups(halves[1] ?? '', true)];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

/** The bytes of some groups of an IPv6 address; the address's last may be written as IPv4. A zone ("%eth0") is refused. */
function groups(text: string, areLast: boolean): readonly number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const inner = areLast && index === parts.length - 1 ? parse4(part) : undefined;
    if (inner) {
      bytes.push(...inner);
    } else if (/^[\da-f]{1,4}$/i.test(part)) {
      const value = Number.parseInt(part, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      return undefined;
    }
  }
  return bytes;
}
