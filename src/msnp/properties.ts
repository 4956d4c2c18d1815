// PRP and BPR: telephone numbers and flags, ours and other people's. Knows the forms of both lines; keeps nothing.

import { normalizeAddress } from './address.ts';
import { percentDecode } from './encoding.ts';

export interface Property {
  /** Undefined: our own with PRP; with BPR of the contact that was told just before. */
  readonly address: string | undefined;
  readonly name: string;
  readonly value: string;
}

/** `[trid] [version] [address] NAME [value]`; undefined: no such line. */
export function readProperty(args: readonly string[]): Property | undefined {
  let at = 0;
  while (at < args.length && /^\d*$/.test(args[at] ?? '')) at += 1; // the number and the version
  const address = args[at]?.includes('@') === true ? normalizeAddress(args[at++] ?? '') : undefined;
  const name = args[at];
  if (name === undefined || !/^[A-Z]{3}$/.test(name)) return undefined;
  return { address, name, value: percentDecode(args[at + 1] ?? '') };
}
