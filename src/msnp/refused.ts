// What a reader says of bytes that no honest peer sends: one of a few reasons, closed for each reader. Knows no format.

export interface Refused<Reason extends string> {
  readonly refused: Reason;
}

export function refused<Reason extends string>(reason: Reason): Refused<Reason> {
  return { refused: reason };
}

export function isRefused<Reason extends string>(read: object | Refused<Reason>): read is Refused<Reason> {
  return 'refused' in read;
}

/** For those to whom it is all the same why. */
export function accepted<Value extends object>(read: Value | Refused<string>): Value | undefined {
  return 'refused' in read ? undefined : read;
}
