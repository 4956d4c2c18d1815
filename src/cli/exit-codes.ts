// How the process ends, for service managers and scripts.

export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  configuration: 3,
  database: 4,
  homeserver: 5,
  address: 6,
  /** Asked to end, and out of time. */
  unfinished: 7,
} as const;
