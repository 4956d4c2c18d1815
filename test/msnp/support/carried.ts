// A session whose bytes go through the gateway, as one machine: what a link and a driver make of the two. Knows how they
// fit together.

import type { GatewayCommand, GatewayEvent } from '../../../src/msnp/gateway.ts';
import type { Input, Output, Session } from '../../../src/msnp/session.ts';

/** Ids of wakes and requests that are the gateway's begin with `gateway-`. */
const OF_GATEWAY = 'gateway-';

export class Carried<Command, Event> implements Session<Command, Event> {
  readonly #session: Session<Command, Event>;
  readonly #gateway: Session<GatewayCommand, GatewayEvent>;
  #over = false;

  constructor(session: Session<Command, Event>, gateway: Session<GatewayCommand, GatewayEvent>) {
    this.#session = session;
    this.#gateway = gateway;
  }

  handle(input: Input<Command>): Output<Event>[] {
    if (this.#over) return [];
    const { at } = input;
    if (input.type === 'closed') return this.#endSession(at);
    if ((input.type === 'fetched' || input.type === 'woken') && input.id.startsWith(OF_GATEWAY)) {
      return this.#ofGateway(at, this.#gateway.handle({ ...input, id: input.id.slice(OF_GATEWAY.length) }));
    }
    return this.#ofSession(at, this.#session.handle(input));
  }

  #ofSession(at: Date, outputs: readonly Output<Event>[]): Output<Event>[] {
    return outputs.flatMap((output): Output<Event>[] => {
      if (output.type !== 'send' && output.type !== 'close') return [output];
      const command: GatewayCommand = output.type === 'send' ? { type: 'write', bytes: output.bytes } : output;
      const carried = this.#ofGateway(at, this.#gateway.handle({ at, type: 'command', command }));
      return output.type === 'close' && output.error !== undefined
        ? carried.map((each) => (each.type === 'close' ? output : each))
        : carried;
    });
  }

  #ofGateway(at: Date, outputs: readonly Output<GatewayEvent>[]): Output<Event>[] {
    const all: Output<Event>[] = [];
    // what the session says to what it hears comes after all that the gateway did
    const heard: Output<Event>[] = [];
    for (const output of outputs) {
      switch (output.type) {
        case 'event':
          if (output.event.type === 'bytes') {
            heard.push(
              ...this.#ofSession(at, this.#session.handle({ at, type: 'received', bytes: output.event.bytes })),
            );
          }
          break;
        case 'close':
          all.push(...heard.splice(0), ...this.#endSession(at), output);
          break;
        case 'fetch':
        case 'wake':
        case 'cancel':
          all.push({ ...output, id: OF_GATEWAY + output.id });
          break;
        case 'send':
          throw new Error('the gateway has no connection');
      }
    }
    return [...all, ...heard];
  }

  #endSession(at: Date): Output<Event>[] {
    this.#over = true;
    return this.#session.handle({ at, type: 'closed' }).filter(({ type }) => type === 'event');
  }
}
