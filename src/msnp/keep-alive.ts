// PNG and QNG: whether the server still hears us. Knows the rhythm; not what follows when it does not.

import { command } from './command.ts';
import type { Output } from './session.ts';

const PING_EVERY_S = 45;
const PONG_WITHIN_MS = 30_000;

export const FIRST_PING: Output<never> = { type: 'wake', id: 'ping', afterMs: PING_EVERY_S * 1000 };

/** When `ping` wakes. `pong` wakes if nothing comes back: the link is dead. */
export function ping(): Output<never>[] {
  return [
    { type: 'send', bytes: command('PNG', undefined) },
    { type: 'wake', id: 'pong', afterMs: PONG_WITHIN_MS },
  ];
}

/** `QNG [seconds]`: what the server asks us to wait until the next one. */
export function onPong([seconds = '']: readonly string[]): Output<never>[] {
  const wanted = /^\d{1,4}$/.test(seconds) ? Number(seconds) : PING_EVERY_S;
  const wait = Math.min(Math.max(wanted, 10), PING_EVERY_S);
  return [
    { type: 'cancel', id: 'pong' },
    { type: 'wake', id: 'ping', afterMs: wait * 1000 },
  ];
}
