// Whoever brings wrong tokens is not listened to for a while, so that no token is found by trying. Knows where requests come
// from; not what a token is for.

import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';
import type { Clock } from '../bridge/clock.ts';
import type { Log } from '../bridge/log.ts';
import { RateLimit } from '../bridge/rate-limit.ts';
import { HttpProblem } from './http-body.ts';

/** Of each address. */
const LIMIT = { burst: 20, perSecond: 1 / 6 };
/** It is logged so often at most, whoever guesses. */
const LOGGED = { burst: 1, perSecond: 1 / 600 };

export class Guesses {
  readonly #left: RateLimit;
  readonly #toLog: RateLimit;
  readonly #log: Log;

  constructor({ clock, log }: { readonly clock: Pick<Clock, 'now'>; readonly log: Log }) {
    this.#left = new RateLimit({ clock, ...LIMIT });
    this.#toLog = new RateLimit({ clock, ...LOGGED });
    this.#log = log;
  }

  /** Before a token is looked at. Throws `HttpProblem`. */
  check(address: string): void {
    const wait = this.#left.wait(address, 1);
    if (wait === 0) return;
    if (this.#toLog.take('', 1) === 0)
      this.#log.warn({ address }, 'too many wrong tokens: no more are looked at for now');
    throw new HttpProblem(429, 'M_LIMIT_EXCEEDED', 'Too many wrong tokens came from there.', {
      headers: { 'retry-after': String(Math.ceil(wait / 1_000)) },
    });
  }

  /** It was looked at, and was wrong. */
  note(address: string): void {
    this.#left.take(address, 1);
  }
}

/**
 * Where a request comes from: an IPv4 address, or the part of an IPv6 address that one network has. A proxy of this machine
 * adds whom it speaks for; nobody else is believed about that.
 */
export function addressOf({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string {
  const address = plainAddress(socket.remoteAddress ?? '');
  if (address !== '::1' && !address.startsWith('127.')) return networkOf(address);
  const added = String(headers['x-forwarded-for'] ?? '').split(',');
  const last = plainAddress(added.at(-1)?.trim() ?? '');
  return isIP(last) === 0 ? address : networkOf(last);
}

/** Sockets of both families show IPv4 addresses in the form of the other one; which interface leads there says nothing. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/s, '');
}

/** Whoever has one address of IPv6 has all that begin like it. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const groupsOf = (part: string): readonly string[] =>
    part.split(':').flatMap((group) => (group === '' ? [] : [Number.parseInt(group, 16).toString(16)]));
  const [head = '', tail = ''] = address.replace(/[\d.]+\.\d+$/, '0:0').split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail)];
  const between = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  return `${[...first, ...between, ...last].slice(0, 4).join(':')}::/64`;
}
