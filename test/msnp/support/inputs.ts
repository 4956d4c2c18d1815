// Short forms for what goes into a session and what comes out. Knows inputs and outputs, no protocol.

import type { Input, Output, Session } from '../../../src/msnp/session.ts';

export const NOON = new Date('2026-11-22T12:00:00Z');

export function received(text: string | Uint8Array, at = NOON): Input<never> {
  return { at, type: 'received', bytes: typeof text === 'string' ? Buffer.from(text) : text };
}

export function woken(id: string, at = NOON): Input<never> {
  return { at, type: 'woken', id };
}

export const closed: Input<never> = { at: NOON, type: 'closed' };

export function order<Command>(command: Command): Input<Command> {
  return { at: NOON, type: 'command', command };
}

/** All that a session says, with the bytes it sends as text. */
export function say<Command, Event>(session: Session<Command, Event>, ...inputs: Input<Command>[]): Said<Event> {
  return new Said(inputs.flatMap((input) => session.handle(input)));
}

export class Said<Event> {
  readonly outputs: readonly Output<Event>[];

  constructor(outputs: readonly Output<Event>[]) {
    this.outputs = outputs;
  }

  get sent(): string[] {
    return this.outputs.flatMap((output) => (output.type === 'send' ? [Buffer.from(output.bytes).toString()] : []));
  }

  get events(): Event[] {
    return this.outputs.flatMap((output) => (output.type === 'event' ? [output.event] : []));
  }

  get wakes(): string[] {
    return this.outputs.flatMap((output) => (output.type === 'wake' ? [`${output.id} ${output.afterMs}`] : []));
  }

  get closes(): (Error | undefined)[] {
    return this.outputs.flatMap((output) => (output.type === 'close' ? [output.error] : []));
  }
}
