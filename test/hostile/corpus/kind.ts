// What the corpus is made of: hostile inputs written by hand, the ways in which each can come, and what is wanted then.
// Knows no input.

export interface HostileCase {
  /** What comes. */
  readonly name: string;
  /** The rule that it breaks, or that holds in spite of it. */
  readonly rule: string;
  /** The hole in libpurple that it would have gone through. */
  readonly cve?: string;
}

/** One way in. `enter` throws if what comes of the case is not what is wanted. */
export interface Entry<Case extends HostileCase> {
  readonly name: string;
  readonly enter: (one: Case) => void | Promise<void>;
}

/** One case by one way. */
export interface Trial {
  readonly entry: string;
  readonly run: () => void | Promise<void>;
}

export interface Trials extends HostileCase {
  readonly kind: string;
  /** What comes, for those who make other inputs of it. */
  readonly input: (() => Uint8Array) | undefined;
  readonly trials: readonly Trial[];
}

/** All cases of a kind, with all the ways that each of them has. `inputOf`: where what comes is bytes or a text. */
export function kind<Case extends HostileCase>(
  name: string,
  cases: readonly Case[],
  entriesOf: (one: Case) => readonly Entry<Case>[],
  inputOf?: (one: Case) => string | Uint8Array,
): readonly Trials[] {
  return cases.map((one) => ({
    kind: name,
    name: one.name,
    rule: one.rule,
    input: inputOf && (() => Buffer.from(inputOf(one) as string)),
    ...(one.cve !== undefined && { cve: one.cve }),
    trials: entriesOf(one).map((entry) => ({ entry: entry.name, run: () => entry.enter(one) })),
  }));
}

/** What of the trials did not go as wanted, each with its entry. */
export async function faultsOf({ trials }: Trials): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { entry, run } of trials) {
    try {
      await run();
    } catch (error) {
      faults.push(`${entry}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return faults;
}
