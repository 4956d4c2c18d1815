// What happened in a run, as three logs tell it: the homeserver's, the network's and the journal's tables. Knows the words
// that are said in a run; judges nothing.

/** A chat between one who uses the bridge and others, as all of them are called. */
export interface Chat {
  /** Those on the network who hear what is said in it. */
  readonly listeners: readonly string[];
  /** As whom they are seen in Matrix. */
  readonly ghosts: readonly string[];
  /** The rooms that were made for it. */
  readonly rooms: readonly string[];
  /** How often its listeners went off: each time one message may have been on its way to them. */
  readonly departures?: number;
}

/** Said in Matrix, as its room has it. */
export interface Said {
  readonly event: string;
  readonly conversation: string;
  readonly n: number;
  /** How many words it has. */
  readonly of: number;
}

/** Passed on by the network to a listener: so many words of a message, from one of them on. */
export interface Heard {
  readonly conversation: string;
  readonly n: number;
  readonly first: number;
  readonly count: number;
  readonly by: string;
  readonly at: number;
}

/** What the sender of an event was told of it, in an event of its own. */
export interface Told {
  readonly event: string;
  readonly how: 'delivered' | 'uncertain' | 'failed';
}

/** A wish to have a message sent once more. */
export interface Tap {
  readonly event: string;
  /** The message. */
  readonly of: string;
}

/** A contact's words, as the network wrote them to a connection of the bridge. */
export interface Written {
  readonly conversation: string;
  readonly n: number;
  readonly at: number;
  readonly connection: number;
  /** The life that the connection belonged to: 0 is the first. */
  readonly life: number;
  /** From then to the end of that life the program wanted to run for so long, and the machine ran others. */
  readonly heldUpMs: number;
}

/** A contact's words as they stand in a room; what was taken back does not count. */
export interface Shown {
  readonly conversation: string;
  readonly n: number;
  readonly room: string;
  readonly by: string;
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
  /**
   * What was written so shortly before the end may be lost: nobody can have it in hand yet. Undefined: whatever was written
   * to this life is owed, it was asked to end and had its time.
   */
  readonly graceMs: number | undefined;
  /** Undefined where there is no journal. */
  readonly left?: readonly Left[];
}

/** Something that the bridge was to do once: what it is called says all of it. */
export interface Command {
  readonly name: string;
  /** How often the network was asked to do it. */
  readonly done: number;
  /** What was answered: done, or not. */
  readonly answers: readonly ('done' | 'refused')[];
}

export interface History {
  readonly chats: ReadonlyMap<string, Chat>;
  readonly said: readonly Said[];
  readonly taps: readonly Tap[];
  readonly heard: readonly Heard[];
  readonly told: readonly Told[];
  /** The messages about which the bridge said a sentence, once for each sentence. */
  readonly sentences: readonly string[];
  readonly written: readonly Written[];
  /** In the order of each room. */
  readonly shown: readonly Shown[];
  /** In their order; the last life may have none. */
  readonly ends: readonly End[];
  readonly commands: readonly Command[];
  /** Secrets that were told to the bridge, and those of them that still stand in their room. */
  readonly secrets: { readonly told: number; readonly shown: number };
  /** Events of the bridge by their marks: what stands there more than once, and how many were taken back. */
  readonly marked: { readonly twice: readonly string[]; readonly takenBack: number };
  /** Rows that still wait after everything has been given its time. */
  readonly waiting: number;
}

export type Direction = 'm2n' | 'n2m';

/** A run of the words of one message. */
export interface Words {
  readonly direction: Direction;
  readonly conversation: string;
  readonly n: number;
  readonly first: number;
  readonly count: number;
  readonly of: number;
}

const WORD = /^(m2n|n2m):([^\s:]+):(\d+):(\d+)\/(\d+)$/u;

/** Each text of a run is said once, and each of its words says which one it is. */
export function words(direction: Direction, conversation: string, n: number, of = 1): string {
  return Array.from({ length: of }, (_, word) => `${direction}:${conversation}:${n}:${word}/${of}`).join(' ');
}

/** Undefined: it is nothing of a run, or not as it was said. */
export function readWords(text: unknown): Words | undefined {
  if (typeof text !== 'string') return undefined;
  const all = text.split(/\s+/u).map((word) => WORD.exec(word)?.slice(1));
  const [head] = all;
  if (!head) return undefined;
  const [direction, conversation = '', n, first, of] = head;
  const isRun = all.every(
    (word, index) =>
      word !== undefined &&
      [0, 1, 2, 4].every((part) => word[part] === head[part]) &&
      Number(word[3]) === Number(first) + index,
  );
  if (!isRun) return undefined;
  return {
    direction: direction as Direction,
    conversation,
    n: Number(n),
    first: Number(first),
    count: all.length,
    of: Number(of),
  };
}
