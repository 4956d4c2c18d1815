// What comes over a link, kept.

import type { LinkListener } from '../../src/networks/msn/io.ts';

export class Heard implements LinkListener {
  text = '';
  readonly ends: (string | undefined)[] = [];

  onBytes(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString();
  }

  onClosed(reason: string | undefined): void {
    this.ends.push(reason);
  }
}
