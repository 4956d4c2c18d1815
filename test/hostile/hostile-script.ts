// What a hostile server says: it signs anybody in, in any version of the protocol, and then tells whatever it is made to.
// Checks nothing and remembers nothing: no double. Knows lines; no sockets.

/** One connection, as the server has it. */
export interface Peer {
  write(bytes: string | Uint8Array): void;
  end(): void;
}

type Answer = (trid: string, args: readonly string[]) => string;

export interface HostileScriptOptions {
  readonly dialect?: string;
  /** Where its rings lead to. */
  readonly where: string;
  /** In the place of its own, by verb. */
  readonly answers?: Readonly<Record<string, Answer>>;
}

/** Up to MSNP7 the list comes as four lists, each of them empty here. */
const EMPTY_LISTS = ['FL', 'AL', 'BL', 'RL'];

export class HostileScript {
  readonly #version: number;
  readonly #dialect: string;
  readonly #where: string;
  readonly #rests = new Map<Peer, string>();
  readonly #entered: ((peer: Peer) => void)[] = [];
  #notification: Peer | undefined;
  #rings = 0;

  readonly #answers = new Map<string, Answer>([
    ['VER', (trid) => `VER ${trid} ${this.#dialect}\r\n`],
    ['INF', (trid) => `INF ${trid} MD5\r\n`],
    ['CVR', (trid) => `CVR ${trid} 1 1 1 u u\r\n`],
    [
      'USR',
      (trid, [method = '', step]) => {
        return step === 'I' ? `USR ${trid} ${method} S challenge\r\n` : `USR ${trid} OK a@b.c A 1 0\r\n`;
      },
    ],
    ['SYN', (trid) => this.#list(trid)],
    ['CHG', (trid, [status = '']) => `CHG ${trid} ${status} 0\r\n`],
    ['ANS', (trid) => `IRO ${trid} 1 1 bob@example.com Bob\r\nANS ${trid} OK\r\n`],
  ]);

  constructor({ dialect = 'MSNP8', where, answers = {} }: HostileScriptOptions) {
    this.#dialect = dialect;
    this.#version = Number(dialect.slice(4));
    this.#where = where;
    for (const [verb, answer] of Object.entries(answers)) this.#answers.set(verb, answer);
  }

  /** What a client says. */
  onBytes(peer: Peer, bytes: Uint8Array): void {
    const lines = ((this.#rests.get(peer) ?? '') + Buffer.from(bytes).toString('latin1')).split('\r\n');
    this.#rests.set(peer, lines.pop() ?? '');
    for (const line of lines) this.#onLine(peer, line);
  }

  /** To the notification connection. */
  tell(bytes: string | Uint8Array): void {
    this.#notification?.write(bytes);
  }

  /** Rings, and waits until the switchboard is entered. */
  async ring(from = 'bob@example.com'): Promise<Peer> {
    const peer = new Promise<Peer>((resolve) => this.#entered.push(resolve));
    this.#rings += 1;
    this.tell(`RNG ${this.#rings} ${this.#where} CKI ticket ${from} Bob\r\n`);
    return peer;
  }

  #onLine(peer: Peer, line: string): void {
    const [verb = '', trid = '', ...args] = line.split(' ');
    if (verb === 'VER') this.#notification = peer;
    if (verb === 'OUT') return peer.end();
    const answer = this.#answers.get(verb)?.(trid, args);
    if (answer !== undefined) peer.write(answer);
    if (verb === 'ANS') this.#entered.shift()?.(peer);
  }

  #list(trid: string): string {
    if (this.#version < 8) {
      return `SYN ${trid} 1\r\n${EMPTY_LISTS.map((list) => `LST ${trid} ${list} 1 0 0\r\n`).join('')}`;
    }
    return this.#version < 10 ? `SYN ${trid} 1 0 0\r\n` : `SYN ${trid} 1 1 0 0\r\n`;
  }
}
