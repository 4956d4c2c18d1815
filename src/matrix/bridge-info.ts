// What a room's state says about its bridge: where it leads, who only serves there, what it can carry. Pure.

import { createHash } from 'node:crypto';
import type { MatrixUserId } from '../bridge/ids.ts';
import type { BridgeInfo } from '../bridge/matrix.ts';
import { cleanName } from './text.ts';

export interface StateEvent {
  readonly type: string;
  readonly state_key: string;
  readonly content: Readonly<Record<string, unknown>>;
}

const MAX_STATE_KEY = 255;

/** All state that a new portal room has on account of its bridge. `bridge`: the id in the registration. */
export function bridgeState(bridge: string, bot: MatrixUserId, info: BridgeInfo): readonly StateEvent[] {
  const stateKey = toStateKey(bridge, info);
  const content = toInfoContent(bot, info);
  return [
    { type: 'm.bridge', state_key: stateKey, content },
    { type: 'uk.half-shot.bridge', state_key: stateKey, content },
    { type: 'io.element.functional_members', state_key: '', content: { service_members: [bot] } },
    { type: 'com.beeper.room_features', state_key: stateKey, content: FEATURES },
  ];
}

function toInfoContent(bot: MatrixUserId, { network, server, channel, kind }: BridgeInfo): Record<string, unknown> {
  return {
    bridgebot: bot,
    protocol: { id: network.id, displayname: network.name },
    network: { id: server.id.toLowerCase(), displayname: server.name },
    channel: {
      id: channel.id.toLowerCase(),
      displayname: cleanName(channel.name),
      'fi.mau.receiver': channel.receiver,
    },
    'com.beeper.room_type': 'dm',
    'com.beeper.room_type.v2': kind === 'dm' ? 'dm' : 'group_dm',
  };
}

/** One key per chat, so that a second bridge in the room has its own. */
function toStateKey(bridge: string, { network, server, channel }: BridgeInfo): string {
  const path = [network.id, server.id, channel.receiver, channel.id].map((part) => encodeURIComponent(part));
  const key = `${bridge}://${path.join('/')}`;
  if (key.length <= MAX_STATE_KEY) return key;
  return `${bridge}://${encodeURIComponent(network.id)}/${createHash('sha256').update(key).digest('hex')}`;
}

// -2 refused with a message, -1 dropped, 1 carried after conversion: whether a style survives is up to the network.
const FEATURE_LEVELS = {
  formatting: {
    bold: 1,
    italic: 1,
    underline: 1,
    strikethrough: 1,
    inline_code: 1,
    code_block: 1,
    blockquote: 1,
    inline_link: 1,
    user_link: 1,
    unordered_list: 1,
    ordered_list: 1,
    'color.foreground': 1,
    'color.background': -1,
    custom_emoji: -1,
  },
  file: {},
  reply: 1,
  thread: -2,
  edit: -2,
  delete: -2,
  reaction: -2,
  poll: -2,
  location_message: -2,
  typing_notifications: true,
  read_receipts: false,
} as const;

const FEATURES: Readonly<Record<string, unknown>> = {
  id: createHash('sha256').update(JSON.stringify(FEATURE_LEVELS)).digest('hex').slice(0, 16),
  ...FEATURE_LEVELS,
};
