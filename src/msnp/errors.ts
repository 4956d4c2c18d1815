// What can go wrong on the wire. Knows the peer's faults and the server's refusals, not what anybody does about them.

/** The peer broke the protocol. Leaves this library only inside a `close` output. */
export class MsnpProtocolError extends Error {
  override readonly name = 'MsnpProtocolError';
}

/** For the branch that the types rule out: a bug of ours if it is ever taken. */
export function assertNever(value: never): never {
  throw new TypeError(`not foreseen: ${String(value)}`);
}
