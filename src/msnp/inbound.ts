// What a peer says, frame by frame, and whether each comes whole in time. Knows the framing's faults; no command.

import { MsnpProtocolError } from './errors.ts';
import { FrameReader } from './frame.ts';
import type { Frame, Role } from './frame.ts';
import type { Output } from './session.ts';

export interface InboundParts<Event> {
  readonly onFrame: (frame: Frame, at: Date) => Output<Event>[];
  /** Nothing more is to be read. */
  readonly isOver: () => boolean;
  /** What follows a fault of the peer's. */
  readonly close: (error: MsnpProtocolError) => Output<Event>[];
}

/** A payload of the largest size on a line that nobody would call slow. */
const WHOLE_WITHIN_MS = 30_000;

export class Inbound<Event> {
  readonly #reader: FrameReader;
  readonly #parts: InboundParts<Event>;
  /** A frame has begun, and its time runs. */
  #waiting = false;

  constructor(role: Role, parts: InboundParts<Event>) {
    this.#reader = new FrameReader(role);
    this.#parts = parts;
  }

  get buffered(): number {
    return this.#reader.buffered;
  }

  receive(bytes: Uint8Array, at: Date): Output<Event>[] {
    const { onFrame, isOver, close } = this.#parts;
    const outputs: Output<Event>[] = [];
    let frames = 0;
    try {
      for (const frame of this.#reader.push(bytes)) {
        frames += 1;
        for (const output of onFrame(frame, at)) outputs.push(output);
        if (isOver()) return outputs;
      }
    } catch (error) {
      if (!(error instanceof MsnpProtocolError)) throw error;
      outputs.push(...close(error));
      return outputs;
    }
    if (this.#reader.isWithinFrame) {
      if (frames > 0 || !this.#waiting)
        outputs.push({ type: 'wake', id: 'frame', afterMs: WHOLE_WITHIN_MS, whileHeard: true });
    } else if (this.#waiting) {
      outputs.push({ type: 'cancel', id: 'frame' });
    }
    this.#waiting = this.#reader.isWithinFrame;
    return outputs;
  }

  /** For `woken`: the frame that began has not come whole. Nothing if this is no timer of ours. */
  woken(id: string): Output<Event>[] {
    if (id !== 'frame' || !this.#waiting) return [];
    return this.#parts.close(new MsnpProtocolError('a command that never ends'));
  }
}
