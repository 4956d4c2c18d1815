// What the sender of a message is shown of it: status, read receipt, and a sentence if it was not carried. Knows no portals
// and no journal.

import type { MatrixEvent } from './events.ts';
import type { MatrixUserId, NetworkId } from './ids.ts';
import type { Log } from './log.ts';
import type { Matrix, MessageStatus } from './matrix.ts';
import { say } from './say.ts';
import { txnId } from './txn-ids.ts';

export class Receipts {
  readonly #matrix: Pick<Matrix, 'bot' | 'send' | 'sendStatus' | 'markRead'>;
  readonly #network: NetworkId;
  readonly #log: Log;

  constructor(matrix: Pick<Matrix, 'bot' | 'send' | 'sendStatus' | 'markRead'>, network: NetworkId, log: Log) {
    this.#matrix = matrix;
    this.#network = network;
    this.#log = log;
  }

  async pending(event: MatrixEvent, sentence: string): Promise<void> {
    await this.#status(event, { type: 'pending', sentence }, 'pending');
  }

  /** `quiet`: the sentence was said already. */
  async failed(event: MatrixEvent, failure: MessageStatus & { type: 'failed' }, quiet = false): Promise<void> {
    await this.#status(event, failure, 'failed');
    if (quiet) return;
    await this.#matrix.send(event.room, this.#matrix.bot, say(failure.sentence), {
      txnId: txnId('f', event.id),
      notice: true,
      // a deletion is not shown anywhere
      ...(event.type !== 'redaction' && { replyTo: event.id }),
      mention: event.sender,
    });
  }

  /** Best effort: the message has arrived, whether this can be shown or not. */
  async succeeded(event: MatrixEvent, deliveredTo: readonly MatrixUserId[]): Promise<void> {
    try {
      await this.#status(event, { type: 'success', ...(deliveredTo.length > 0 && { deliveredTo }) }, 'success');
      await this.#matrix.markRead(event.room, event.id);
    } catch (error) {
      this.#log.warn({ event: event.id, err: error }, 'success could not be shown');
    }
  }

  async #status(event: MatrixEvent, status: MessageStatus, kind: string): Promise<void> {
    await this.#matrix.sendStatus(event.room, event.id, this.#network, status, txnId('s', event.id, kind));
  }
}
