// Our door for the homeserver and for programs, open on a port of this machine. Knows how to put it together and how to
// knock; not what is brought.

import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

import type { HttpReply } from '../../../src/matrix/http.ts';
import { Intake } from '../../../src/matrix/intake.ts';
import { ProvisioningHttp } from '../../../src/matrix/provisioning-http.ts';
import { Secret } from '../../../src/bridge/secret.ts';
import { FakeClock, FakeSink } from '../../matrix/support.ts';
import { keptLog } from '../../support/no-log.ts';

export const HS_TOKEN = 'the-hs-token';
export const SECRET = 'the secret of the API';

export interface Knock {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** In so many pieces, without saying how long it is; at once and with its length if undefined. */
  readonly pieces?: number;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export class Door {
  readonly sink = new FakeSink();
  readonly log = keptLog();
  readonly clock = new FakeClock();
  readonly #intake: Intake;

  /** @param homeserver what it says of OpenID tokens. */
  private constructor(homeserver: HttpReply) {
    const isOurs = (user: string): boolean => user === '@bot:hs' || user.startsWith('@msn_');
    const { sink, log, clock } = this;
    const provisioning = new ProvisioningHttp({
      access: { sharedSecret: new Secret(SECRET), openId: true, origins: [] },
      domain: 'hs',
      bridgeId: 'bridge',
      isOurs,
      http: { request: async () => homeserver },
      provision: async (user, request) => sink.provision(user, request),
      clock,
      log,
    });
    this.#intake = new Intake({
      hsToken: new Secret(HS_TOKEN),
      sink,
      isOurs,
      knowsUser: () => false,
      onMember: () => undefined,
      onEcho: () => undefined,
      isReady: () => true,
      provisioning,
      clock,
      log,
    });
  }

  static async open(homeserver: HttpReply = { status: 200, headers: {}, body: { sub: '@alice:hs' } }): Promise<Door> {
    const door = new Door(homeserver);
    await door.#intake.listen(0, '127.0.0.1', 10);
    return door;
  }

  get port(): number {
    return this.#intake.port;
  }

  async knock({ method, path, headers = {}, body = '', pieces }: Knock): Promise<Answer> {
    const bytes = Buffer.from(body as string);
    const how = pieces === undefined ? { 'content-length': String(bytes.length) } : { 'transfer-encoding': 'chunked' };
    const outgoing = httpRequest({
      host: '127.0.0.1',
      port: this.port,
      method,
      path,
      headers: { ...how, connection: 'close', ...headers },
    });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      // a request that was refused while it was sent is cut off in the end
      outgoing.on('response', resolve).on('error', reject);
    });
    const size = Math.max(1, Math.ceil(bytes.length / (pieces ?? 1)));
    for (let at = 0; at < bytes.length; at += size) outgoing.write(bytes.subarray(at, at + size));
    outgoing.end();
    const incoming = await answered;
    return { status: incoming.statusCode ?? 0, body: (await json(incoming)) as Answer['body'] };
  }

  async close(): Promise<void> {
    await this.#intake.close();
  }
}

/** Whether anybody can have written to the prototype of all objects. */
export function isPolluted(): boolean {
  return Object.keys(Object.prototype).length > 0 || 'polluted' in {};
}
