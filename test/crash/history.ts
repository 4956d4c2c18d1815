// What happened in a run, as three logs tell it: the homeserver's, the MSN server's and the journal's tables. Knows the
// words that are said in a run; judges nothing.

/** Said in Matrix, as its room has it. */
export interface Said {
  readonly event: string;
  readonly conversation: string;
  readonly n: number;
}

/** Passed on by the MSN server to the contact. */
export interface Heard {
  readonly conversation: string;
  readonly n: number;
  readonly at: number;
}

/** What the sender of an event was told of it. */
export interface Told {
  readonly event: string;
  readonly how: 'delivered' | 'uncertain' | 'failed';
}

/** A contact's words, as the MSN server wrote them to a connection of the bridge. */
export interface Written {
  readonly conversation: string;
  readonly n: number;
  readonly at: number;
  readonly connection: number;
  /** The life that the connection belonged to: 0 is the first. */
  readonly life: number;
}

/** A contact's words as they stand in a room; what was taken back does not count. */
export interface Shown {
  readonly conversation: string;
  readonly n: number;
  readonly room: string;
}

/** A row of the journal that a life left unfinished: an event of Matrix, and whether it was recorded that bytes may be out. */
export interface Left {
  readonly event: string;
  readonly intent: boolean;
}

/** The end of one life. */
export interface End {
  readonly at: number;
  /** By which point, or by which signal. */
  readonly how: string;
  /** What was written so shortly before the end may be lost: nobody can have it in hand yet. */
  readonly graceMs: number;
  /** Undefined where there is no journal. */
  readonly left?: readonly Left[];
}

export interface History {
  readonly said: readonly Said[];
  readonly heard: readonly Heard[];
  readonly told: readonly Told[];
  readonly written: readonly Written[];
  /** In the order of each room. */
  readonly shown: readonly Shown[];
  /** In their order; the last life may have none. */
  readonly ends: readonly End[];
  /** Rooms that were made for a chat, by conversation. */
  readonly rooms: ReadonlyMap<string, number>;
  /** Rows that still wait after everything has been given its time. */
  readonly waiting: number;
}

const WORDS = /^(m2n|n2m) (\S+) (\d+)$/u;

/** Each text of a run is said once, and says which one it is. */
export function words(direction: 'm2n' | 'n2m', conversation: string, n: number): string {
  return `${direction} ${conversation} ${n}`;
}

export function readWords(
  text: unknown,
): { readonly direction: string; readonly conversation: string; readonly n: number } | undefined {
  const match = typeof text === 'string' ? WORDS.exec(text) : null;
  if (!match) return undefined;
  const [, direction = '', conversation = '', n = ''] = match;
  return { direction, conversation, n: Number(n) };
}
