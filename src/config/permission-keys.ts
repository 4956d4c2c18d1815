// What may stand before a colon in `permissions`: whatever a Matrix user can be found by. Knows the form of ids.

/** Names of servers are in lower case there, and but for our own they have a dot: others could not be reached. */
const SERVER = /^([a-z0-9-]+(\.[a-z0-9-]+)+|\[[0-9a-f:.]+\])(:\d{1,5})?$/u;

/** False for a key that no user id will ever match; an asterisk within an id stands for itself, which nobody means. */
export function mayMatch(key: string, domain: string): boolean {
  const [, server = key] = /^@[!-)+-9;-~]+:(.+)$/su.exec(key) ?? [];
  return key === '*' || server === domain || SERVER.test(server);
}
