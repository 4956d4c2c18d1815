// This floor's only room with sockets, requests, randomness and timers of its own. Knows no protocol; where it may
// connect to is the profile's word.

import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

import type { FetchReply, FetchRequest } from '../../msnp/session.ts';
import {
  addressKind,
  isHostName,
  mayDial,
  mayGiveCredentials,
  mayUsePort,
  portOf,
  withoutBrackets,
} from './address-policy.ts';
import { Buffers } from './buffers.ts';
import type { ServerProfile } from './profile.ts';
import {
  isTrustedAddress,
  isTrustedName,
  isTrustedPort,
  isTrustedUrl,
  ownHosts,
  UntrustedHost,
} from './trusted-hosts.ts';

type HttpRequest = Omit<FetchRequest, 'type' | 'id'>;

export interface Io {
  /** Connects, or rejects with a reason for the log. The listener hears nothing before the promise has settled. */
  dial(host: string, port: number, listener: LinkListener): Promise<Link>;
  /** Never rejects; never follows a redirect. */
  fetch(request: HttpRequest): Promise<FetchReply>;
  randomBytes(size: number): Uint8Array;
  /** What the connections of the whole process hold. */
  readonly buffers: Buffers;
}

/** As far as connections need it. */
export type Wire = Omit<Io, 'randomBytes'>;

/** A connection that stands. */
export interface Link {
  /** Finds out by itself that the peer is gone: nobody need ask it. */
  readonly keepsWatch: boolean;
  write(bytes: Uint8Array): void;
  /** While held nothing is heard: what comes waits with the peer. */
  hold(held: boolean): void;
  /** Lets what was written go out, then closes. */
  close(): void;
  /** Closes at once. */
  destroy(): void;
}

export interface LinkListener {
  onBytes(bytes: Uint8Array): void;
  /** Called once, whoever closed; nothing follows. `reason`: for the log, undefined after an orderly end. */
  onClosed(reason: string | undefined): void;
}

const CONNECT_MS = 15_000;
/** How long the peer may take to close its half after we closed ours. */
const LINGER_MS = 2_000;
const KEEP_ALIVE_MS = 60_000;
/** A peer that reads nothing must not fill our memory. */
const MAX_UNSENT_BYTES = 1024 * 1024;
const MAX_HEAD_BYTES = 16 * 1024;
/** So much of what has come is handed over at a time; then others have their turn. */
const MOUTHFUL_BYTES = 8 * 1024;

interface Policy {
  readonly profile: ServerProfile;
  readonly resolver: Resolver;
}

interface Resolved {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host. */
export type Resolver = (host: string) => Promise<readonly Resolved[]>;

const system: Resolver = (host) => lookup(host, { all: true, order: 'verbatim' });

export function createIo(profile: ServerProfile, resolver: Resolver = system, buffers: Buffers = new Buffers()): Io {
  return {
    buffers,
    dial: (host, port, listener) => dial({ profile, resolver }, host, port, listener),
    fetch: (request) => fetchOnce({ profile, resolver }, request),
    randomBytes: (size) => randomBytes(size),
  };
}

/**
 * Asks the resolver once and keeps what the policy allows. The connection then goes to these very addresses: asking
 * again could get another answer (DNS rebinding).
 */
async function resolve({ profile, resolver }: Policy, host: string, port: number): Promise<Resolved[]> {
  if (!isHostName(host)) throw new Error('the host name is not well-formed');
  if (!mayUsePort(profile, port)) throw new Error(`port ${port} is not allowed`);
  const found = await resolver(withoutBrackets(host));
  const allowed = found.filter(({ address }) => mayDial(profile, address));
  if (allowed.length === 0) throw new Error('the host has no address that may be dialled');
  return allowed;
}

/** Of these addresses, those that the server may send us to; throws `UntrustedHost` if it may send us to none. */
async function trusted(policy: Policy, host: string, port: number, found: readonly Resolved[]): Promise<Resolved[]> {
  const { profile } = policy;
  const byName = isTrustedName(profile, host, port);
  const own = byName ? [] : await ownAddresses(policy);
  const allowed = found.filter(
    ({ address }) =>
      (byName || isTrustedAddress(profile, address, port, own)) && isTrustedPort(profile, host, address, port),
  );
  if (allowed.length === 0) throw new UntrustedHost(profile, host, port);
  return allowed;
}

/** A name of the server's that leads nowhere just now makes no address its own. */
async function ownAddresses({ profile, resolver }: Policy): Promise<readonly string[]> {
  const found = await Promise.allSettled(ownHosts(profile).map((host) => resolver(withoutBrackets(host))));
  return found.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])).map(({ address }) => address);
}

/** Stands in for the resolver: always the answer that was checked. */
function pinned(addresses: readonly Resolved[]): net.LookupFunction {
  return (_host, options, callback) => {
    const first = addresses[0];
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family ?? 0);
  };
}

async function dial(policy: Policy, host: string, port: number, listener: LinkListener): Promise<Link> {
  const deadline = AbortSignal.timeout(CONNECT_MS);
  const found = await beforeDeadline(resolve(policy, host, port), deadline);
  const addresses = await beforeDeadline(trusted(policy, host, port, found), deadline);
  const socket = net.connect({
    host: withoutBrackets(host),
    port,
    lookup: pinned(addresses),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  let fault: string | undefined;
  socket.on('error', (error) => (fault ??= reasonOf(error)));
  try {
    await beforeDeadline(connected(socket), deadline);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  const inbound = new Inbound(socket, listener);
  // Not flowing before this line, so that nothing can be heard before the caller has its link.
  setImmediate(() => inbound.flow(() => fault));
  return new SocketLink(socket, inbound, (reason) => (fault ??= reason));
}

/** Hands on what a socket brings, in small portions: thousands of tiny commands in one read must not hold up the rest. */
class Inbound {
  readonly #socket: net.Socket;
  readonly #listener: LinkListener;
  #rest: Uint8Array = new Uint8Array(0);
  #flowing = false;
  #held = false;
  /** The next portion has its turn. */
  #due = false;

  constructor(socket: net.Socket, listener: LinkListener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  flow(faultOf: () => string | undefined): void {
    if (this.#socket.closed) return this.#listener.onClosed(faultOf());
    this.#flowing = true;
    this.#socket.on('close', () => {
      while (this.#rest.length > 0) this.#handOn();
      this.#listener.onClosed(faultOf());
    });
    this.#socket.on('data', (bytes) => {
      this.#rest = bytes;
      this.#handOn();
      this.#proceed();
    });
    this.#proceed();
  }

  hold(held: boolean): void {
    this.#held = held;
    if (this.#flowing) this.#proceed();
  }

  #handOn(): void {
    const portion = this.#rest.subarray(0, MOUTHFUL_BYTES);
    this.#rest = this.#rest.subarray(portion.length);
    this.#listener.onBytes(portion);
  }

  #proceed(): void {
    if (this.#held || this.#rest.length > 0) this.#socket.pause();
    else this.#socket.resume();
    if (this.#held || this.#rest.length === 0 || this.#due) return;
    this.#due = true;
    setImmediate(() => {
      this.#due = false;
      if (!this.#held && this.#rest.length > 0) this.#handOn();
      this.#proceed();
    });
  }
}

class SocketLink implements Link {
  readonly keepsWatch = false;
  readonly #socket: net.Socket;
  readonly #inbound: Inbound;
  readonly #onFault: (reason: string) => void;

  constructor(socket: net.Socket, inbound: Inbound, onFault: (reason: string) => void) {
    this.#socket = socket;
    this.#inbound = inbound;
    this.#onFault = onFault;
  }

  write(bytes: Uint8Array): void {
    if (!this.#socket.writable) return;
    this.#socket.write(bytes);
    if (this.#socket.writableLength > MAX_UNSENT_BYTES) {
      this.#onFault('the peer does not read what we send');
      this.#socket.destroy();
    }
  }

  hold(held: boolean): void {
    this.#inbound.hold(held);
  }

  close(): void {
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

function connected(socket: net.Socket): Promise<void> {
  return new Promise((resolvePromise, reject) => {
    socket.once('connect', resolvePromise);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed while connecting')));
  });
}

async function fetchOnce(policy: Policy, request: HttpRequest): Promise<FetchReply> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  try {
    return await exchange(policy, request, deadline);
  } catch (error) {
    return { type: 'failed', reason: deadline.aborted ? 'timed out' : reasonOf(error) };
  }
}

async function exchange(policy: Policy, request: HttpRequest, deadline: AbortSignal): Promise<FetchReply> {
  const { profile } = policy;
  const url = new URL(request.url);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error('not a web address');
  const port = portOf(url);
  const found = await beforeDeadline(resolve(policy, url.hostname, port), deadline);
  const named = isTrustedUrl(profile, url);
  const open = named ? found : await beforeDeadline(trusted(policy, url.hostname, port, found), deadline);
  const addresses = request.credentials
    ? open.filter(({ address }) => mayGiveCredentials(profile, url, addressKind(address)))
    : open;
  if (addresses.length === 0) throw new Error(`the profile does not let credentials go to ${url.origin}`);
  const options: https.RequestOptions = {
    method: request.method,
    headers: { ...request.headers, 'Accept-Encoding': 'identity' },
    lookup: pinned(addresses),
    agent: false,
    maxHeaderSize: MAX_HEAD_BYTES,
    signal: deadline,
    minVersion: profile.tls.minVersion,
    ...(profile.tls.ca === undefined ? {} : { ca: profile.tls.ca }),
    // OpenSSL has TLS below 1.2 at security level 0 only.
    ...(profile.tls.minVersion < 'TLSv1.2' ? { ciphers: 'DEFAULT@SECLEVEL=0' } : {}),
  };
  const incoming = await new Promise<http.IncomingMessage>((resolvePromise, reject) => {
    const outgoing = (url.protocol === 'https:' ? https : http).request(url, options, resolvePromise);
    outgoing.on('error', reject);
    outgoing.end(request.body);
  });
  const body = await readBody(incoming, request.maxBytes);
  return { type: 'response', status: incoming.statusCode ?? 0, headers: headersOf(incoming), body };
}

async function readBody(incoming: http.IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error('the reply is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf(incoming: http.IncomingMessage): ReadonlyMap<string, string> {
  return new Map(Object.entries(incoming.headersDistinct).map(([name, values = []]) => [name, values.join(', ')]));
}

function beforeDeadline<Value>(promise: Promise<Value>, deadline: AbortSignal): Promise<Value> {
  return new Promise((resolvePromise, reject) => {
    const onDeadline = (): void => reject(new Error('timed out'));
    deadline.addEventListener('abort', onDeadline, { once: true });
    promise.then(resolvePromise, reject).finally(() => deadline.removeEventListener('abort', onDeadline));
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
