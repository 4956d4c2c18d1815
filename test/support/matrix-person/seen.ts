// One line of a room, as a client shows it. Knows events of the SDK, not how they came.
import type { MatrixEvent } from 'matrix-js-sdk';

type Json = Readonly<Record<string, unknown>>;

/** One line of a room as it stands now: edits are applied, what was deleted has no text. */
export interface Seen {
  readonly id: string;
  readonly type: string;
  readonly sender: string;
  readonly senderName: string;
  readonly text: string;
  readonly html: string | undefined;
  readonly content: Json;
  readonly stateKey: string | undefined;
  readonly at: Date;
  readonly edited: boolean;
  readonly redacted: boolean;
}

export function toSeen(event: MatrixEvent): Seen {
  const content: Json = event.getContent();
  return {
    id: event.getId() ?? '',
    type: event.getType(),
    sender: event.getSender() ?? '',
    senderName: event.sender?.name ?? event.getSender() ?? '',
    text: asText(content['body']) ?? '',
    html: asText(content['formatted_body']),
    content,
    stateKey: event.getStateKey(),
    at: event.getDate() ?? new Date(0),
    edited: event.replacingEventId() !== undefined,
    redacted: event.isRedacted(),
  };
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export function asLine({ at, senderName, type, text, content, stateKey, redacted, edited }: Seen): string {
  const time = at.toISOString().slice(11, 23);
  if (redacted) return `    ${time} ${senderName}: (deleted)`;
  if (type === 'm.room.message') return `    ${time} ${senderName}: ${text}${edited ? ' (edited)' : ''}`;
  return `    ${time} [${type}${stateKey ? ` ${stateKey}` : ''}] ${senderName} ${JSON.stringify(content).slice(0, 150)}`;
}
