// What a peer is told about its world, and the line to its network: one message in each line, nothing acknowledged, as MSN
// has it towards its clients. Knows no Matrix.

import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { JsonObject } from '../../support/homeserver/json.ts';

export interface PeerConfig {
  readonly homeserverUrl: string;
  readonly domain: string;
  readonly registration: JsonObject;
  readonly port: number;
  /** Where the network listens. */
  readonly networkPort: number;
  readonly chats: readonly { readonly name: string; readonly room: string; readonly ghost: string }[];
}

export const PEER_CONFIG = 'peer.json';

export function readPeerConfig(): PeerConfig {
  return JSON.parse(readFileSync(PEER_CONFIG, 'utf8')) as PeerConfig;
}

/** Returns how to say something. */
export function openLine(
  port: number,
  onText: (chat: string, text: string) => void,
): (chat: string, text: string) => void {
  const socket = connect(port, '127.0.0.1');
  createInterface({ input: socket }).on('line', (line) => {
    const [chat = '', text = ''] = line.split('\t');
    onText(chat, text);
  });
  return (chat, text) => void socket.write(`${chat}\t${text}\n`);
}
