// The truth about a message as event content that clients show (com.beeper.message_send_status). Pure.

import { assertNever } from '../bridge/errors.ts';
import type { EventId, NetworkId } from '../bridge/ids.ts';
import type { MessageStatus, StatusReason } from '../bridge/matrix.ts';

export const STATUS_TYPE = 'com.beeper.message_send_status';

const REASONS: Readonly<Record<StatusReason, string>> = {
  'not-handled': 'm.event_not_handled',
  'too-old': 'm.event_too_old',
  network: 'm.foreign_network_error',
  'no-permission': 'm.no_permission',
  bridge: 'm.bridge_unavailable',
  unsupported: 'com.beeper.unsupported_event',
  undecryptable: 'com.beeper.undecryptable_event',
};

export function toStatusContent(event: EventId, network: NetworkId, status: MessageStatus): Record<string, unknown> {
  return { 'm.relates_to': { rel_type: 'm.reference', event_id: event }, network, ...outcome(status) };
}

function outcome(status: MessageStatus): Record<string, unknown> {
  switch (status.type) {
    case 'success':
      // Absent: it will never be known whom it reached.
      return { status: 'SUCCESS', ...(status.deliveredTo ? { delivered_to_users: status.deliveredTo } : {}) };
    case 'pending':
      return { status: 'PENDING', message: status.sentence };
    case 'failed':
      return {
        status: status.retriable ? 'FAIL_RETRIABLE' : 'FAIL_PERMANENT',
        reason: REASONS[status.reason],
        message: status.sentence,
      };
    default:
      return assertNever(status);
  }
}
