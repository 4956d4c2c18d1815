// Addresses on the wire: people's and servers'. Knows how they are written, not who they are.

const DEFAULT_PORT = 1863;

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, port optional; undefined: something else. */
export function parseServerAddress(text: string): ServerAddress | undefined {
  const match = /^(\[[0-9a-f:.]+\]|[^:\s/@]+)(?::(\d{1,5}))?$/i.exec(text);
  const host = match?.[1]?.replace(/^\[|\]$/g, '');
  const port = match?.[2] === undefined ? DEFAULT_PORT : Number(match[2]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

/** A person's address as events carry it. */
export function normalizeAddress(address: string): string {
  return address.toLowerCase();
}
