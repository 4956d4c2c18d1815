// What a fuzzer needs of a parser: inputs to begin with, and a law that holds for any other. Knows no parser.

export interface Target {
  readonly name: string;
  /** Of a run's executions, in parts of all targets' shares: more for what is quick and what is reached first. */
  readonly share: number;
  /** Inputs that say something; what is fed to the target is made of them. */
  readonly seeds: () => readonly Uint8Array[];
  /** Words that mean something to it. */
  readonly words?: readonly (string | Uint8Array)[];
  /** `json`: seeds are JSON, and half of what is made of them is JSON too. */
  readonly form?: 'json';
  /** Throws where a law is broken. What the target itself may throw, it catches. */
  readonly run: (input: Uint8Array) => void | Promise<void>;
}

export function seedsOf(texts: Iterable<string | Uint8Array>): readonly Uint8Array[] {
  return Array.from(texts, (text) => Buffer.from(text as string));
}

export function textOf(input: Uint8Array): string {
  return Buffer.from(input).toString();
}

/** Any text at all, half characters included. */
export function anyTextOf(input: Uint8Array): string {
  return Buffer.from(input).toString('utf16le');
}

/** For `anyTextOf`. */
export function anyText(text: string): Uint8Array {
  return Buffer.from(text, 'utf16le');
}

/** Undefined: it is no JSON. */
export function jsonOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(input));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
