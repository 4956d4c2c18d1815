// Words that several commands read in the same way. Knows no command.

/** Undefined: neither. */
export function readSwitch(word: string | undefined): boolean | undefined {
  if (word?.toLowerCase() === 'on') return true;
  return word?.toLowerCase() === 'off' ? false : undefined;
}
