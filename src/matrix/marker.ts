// Marks what we send, so that it is known again wherever it turns up: by its transaction id, signed for its room and
// sender. Pure; knows no request.

import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { MatrixUserId, RoomId } from '../bridge/ids.ts';
import type { Secret } from '../bridge/secret.ts';
import { asString, isObject } from './checks.ts';

const KEY = 'dev.bridge.sent';
const MAC_LENGTH = 22;

export interface Place {
  readonly room: RoomId;
  readonly sender: MatrixUserId;
}

export class Markers {
  /** Made once: a key that is made of bytes for each mark costs six times as much as the mark. */
  readonly #secret: KeyObject;

  /** @param asToken nobody else has it, and it outlives the process. */
  constructor(asToken: Secret) {
    this.#secret = createSecretKey(createHmac('sha256', asToken.reveal()).update('marks of what is sent').digest());
  }

  mark(content: Readonly<Record<string, unknown>>, place: Place, txnId: string): Record<string, unknown> {
    return { ...content, [KEY]: { txn: txnId, mac: this.#sign(place, txnId) } };
  }

  /** The transaction id of content that is ours; undefined for any other, also for a mark that was copied or made up. */
  read(content: unknown, place: Place): string | undefined {
    const mark = isObject(content) ? content[KEY] : undefined;
    const txnId = isObject(mark) ? asString(mark['txn']) : undefined;
    const mac = isObject(mark) ? asString(mark['mac']) : undefined;
    if (txnId === undefined || mac?.length !== MAC_LENGTH) return undefined;
    const right = Buffer.from(this.#sign(place, txnId));
    const given = Buffer.from(mac);
    return given.length === right.length && timingSafeEqual(given, right) ? txnId : undefined;
  }

  #sign({ room, sender }: Place, txnId: string): string {
    const mac = createHmac('sha256', this.#secret);
    for (const part of [room, sender, txnId]) mac.update(`${part.length}:${part};`);
    return mac.digest('base64url').slice(0, MAC_LENGTH);
  }
}
