// Where sealed boxes lie: each opens in its own place only, so none can be moved to another. Knows names, no tables.

export function passwordPlace(login: string): string {
  return `session password ${login}`;
}

export function ticketPlace(login: string): string {
  return `session ticket ${login}`;
}

export function inboxPlace(source: string, externalId: string): string {
  return `inbox ${source} ${externalId}`;
}
