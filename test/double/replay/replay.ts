// Plays the client half of a recording at the double and holds the answers against the recorded ones.
// Knows when each side speaks and who stands behind what the shown connections hear; not what may differ.
import type { MsnServerDouble } from '../../support/msn-server/msn-server-double.ts';
import { Watch } from '../../support/msn-server/watch.ts';
import { Comparison, type AllowedDifference, type ServerItem } from './compare.ts';
import type { Item, RecordedConnection } from './recording.ts';
import { Shadows, type Cast } from './shadows.ts';
import { askWeb, Wire } from '../wire.ts';

/** What was already so when a recording began. */
export interface Prelude {
  /** Who was online, besides those whose connection is shown from its beginning. */
  readonly online: readonly string[];
  /** Switchboards that stood open, each by the connections in it; `bob` alone is a bob whose connection is not shown. */
  readonly rooms: readonly (readonly string[])[];
}

export interface Stage {
  /** The recording's name, as the table of differences has it. */
  readonly recording: string;
  readonly server: MsnServerDouble;
  readonly cast: Cast;
  readonly prelude: Prelude;
  readonly allowed: readonly AllowedDifference[];
  readonly patienceMs: number;
}

/** @throws if the double does not say what the recorded server said; returns how many lines were compared. */
export async function replay(recording: readonly RecordedConnection[], stage: Stage): Promise<number> {
  const run = new Replay(recording, stage);
  try {
    return await run.play();
  } finally {
    run.close();
  }
}

class Replay {
  readonly #recording: readonly RecordedConnection[];
  readonly #stage: Stage;
  readonly #comparison: Comparison;
  readonly #shadows: Shadows;
  readonly #wires = new Map<string, Wire>();
  /** The room of each switchboard connection: the recorded session, or the connections that began in it. */
  readonly #rooms = new Map<string, string>();
  readonly #due = new Map<RecordedConnection, number>();
  readonly #progress = new Watch();
  #failure: Error | undefined;
  readonly #statuses = new Map<string, string>();
  #compared = 0;

  constructor(recording: readonly RecordedConnection[], stage: Stage) {
    this.#recording = recording;
    this.#stage = stage;
    this.#comparison = new Comparison(stage.allowed, stage.recording);
    this.#shadows = new Shadows(stage.server, stage.cast);
  }

  async play(): Promise<number> {
    await this.#prepare();
    for (const connection of this.#recording) this.#due.set(connection, connection.items[0]?.at ?? Infinity);
    await Promise.all(this.#recording.map((connection) => this.#follow(connection)));
    await this.#expectNothingMore();
    return this.#compared;
  }

  close(): void {
    for (const wire of [...this.#wires.values(), ...this.#shadows.wires]) wire.destroy();
  }

  async #prepare(): Promise<void> {
    for (const user of this.#stage.prelude.online) {
      const wire = await this.#shadows.online(user);
      const shown = this.#recording.find(({ kind, user: whose }) => kind === 'notification server' && whose === user);
      if (shown) this.#wires.set(shown.name, wire);
    }
    for (const members of this.#stage.prelude.rooms) {
      const [first = '', ...others] = members;
      const room = members.join('+');
      const creator = await this.#shadows.createRoom(room, userOf(first));
      this.#seat(first, room, creator);
      for (const other of others) {
        await creator.ask(`CAL 500 ${this.#stage.cast.addressOf(userOf(other))}`);
        this.#seat(other, room, await this.#shadows.answer(room, userOf(other)));
        await creator.takeVerb('JOI');
      }
    }
    // Presence that the prelude itself brought about is not part of the recording.
    for (const { name, kind } of this.#recording) {
      const wire = this.#wires.get(name);
      if (!wire) continue;
      await this.#sayLast(wire, kind);
      while (wire.unasked.length > 0) await wire.take(([first]) => first, 'anything');
    }
  }

  #seat(name: string, room: string, wire: Wire): void {
    if (!this.#recording.some((connection) => connection.name === name)) return;
    this.#rooms.set(name, room);
    this.#wires.set(name, wire);
  }

  /** A question whose answer shows that everything before it has come. */
  async #sayLast(wire: Wire, kind: RecordedConnection['kind']): Promise<void> {
    if (kind === 'switchboard') {
      await wire.ask('CAL 999 nobody');
      return;
    }
    wire.write('PNG');
    await wire.takeVerb('QNG');
  }

  /** One connection's lines, in their order; what the client says waits until everything recorded before it has happened. */
  async #follow(connection: RecordedConnection): Promise<void> {
    const last = new Map<string, ServerItem>();
    try {
      for (const item of connection.items) {
        this.#reach(connection, item.at);
        if (item.type === 'client') await this.#quietBefore(item.at, connection);
        await this.#perform(connection, item, last);
      }
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
      throw error;
    } finally {
      this.#reach(connection, Infinity);
    }
  }

  #reach(connection: RecordedConnection, at: number): void {
    this.#due.set(connection, at);
    this.#progress.changed();
  }

  async #quietBefore(at: number, self: RecordedConnection): Promise<void> {
    await this.#progress.until(
      () => {
        if (this.#failure) throw this.#failure;
        return [...this.#due].every(([connection, due]) => connection === self || due >= at) || undefined;
      },
      () => `everything before ${at} s to happen`,
      this.#stage.patienceMs * 4,
    );
  }

  async #perform(connection: RecordedConnection, item: Item, last: Map<string, ServerItem>): Promise<void> {
    if (connection.kind === 'HTTPS') return item.type === 'client' ? this.#ask(connection, item) : undefined;
    switch (item.type) {
      case 'opened':
        return this.#open(connection);
      case 'closed':
        return this.#end(connection);
      case 'client':
        return this.#speak(connection, item);
      case 'server':
        return this.#hear(connection, item, last);
    }
  }

  async #open({ name, kind }: RecordedConnection): Promise<void> {
    const { server } = this.#stage;
    const port = kind === 'switchboard' ? server.switchboardPort : server.notificationPort;
    this.#wires.set(name, await Wire.open(name, port));
  }

  /** After OUT the server has to close; otherwise it was the client that went. */
  async #end(connection: RecordedConnection): Promise<void> {
    const wire = this.#wire(connection);
    const goodbye = connection.items.some((item) => item.type === 'client' && item.line === 'OUT');
    if (goodbye) await wire.closed();
    else wire.destroy();
  }

  async #ask(connection: RecordedConnection, item: ServerItem): Promise<void> {
    const answer = connection.items.find((other): other is ServerItem => other.type === 'server');
    const { server } = this.#stage;
    const head = await askWeb(item.line, Number(new URL(server.nexusUrl).port), server.ca ?? '');
    const [was, is] = [answer?.line ?? '', head].map((text) => this.#comparison.webEssence(text)) as [
      string[],
      string[],
    ];
    const tickets = [was, is].map((lines) => /from-PP='(.*)'/u.exec(lines.join('\n'))?.[1]);
    if (tickets[0] !== undefined && tickets[1] !== undefined) this.#comparison.bind(tickets[0], tickets[1]);
    const expected = was.join('\n').replaceAll(tickets[0] ?? '\0', tickets[1] ?? '');
    // The relay that recorded took the scheme away; the port is the double's own.
    const actual = is.join('\n').replaceAll(/https:\/\/|:\d+(?=\/login)/gu, '');
    if (expected !== actual) throw new Error(`${connection.name}: recorded\n${expected}\nbut got\n${actual}`);
    this.#compared += 1;
    this.#progress.changed();
  }

  async #speak(connection: RecordedConnection, item: ServerItem): Promise<void> {
    await this.#provideTokens(connection, item);
    this.#wire(connection).write(this.#comparison.translate(item.line), item.payload?.bytes);
  }

  /** Tickets that came to the client over a connection that is not shown are fetched for it. */
  async #provideTokens(connection: RecordedConnection, { line }: ServerItem): Promise<void> {
    const [verb, , ...args] = line.split(' ');
    const { user, kind } = connection;
    if (kind === 'switchboard' && verb === 'USR') {
      const [, ticket = ''] = args;
      this.#rooms.set(connection.name, sessionOf(connection) ?? connection.name);
      if (await this.#isToBeFetched(ticket)) this.#comparison.bind(ticket, await this.#shadows.switchboardTicket(user));
    }
    if (kind === 'switchboard' && verb === 'ANS') {
      const [, ticket = '', session = ''] = args;
      this.#rooms.set(connection.name, session);
      if (await this.#isToBeFetched(ticket)) await this.#callFor(connection, ticket, session);
    }
    if (kind === 'notification server' && verb === 'USR' && args[1] === 'S') {
      const ticket = args[2] ?? '';
      if (await this.#isToBeFetched(ticket)) this.#comparison.bind(ticket, await this.#shadows.ticketOf(user, 'none'));
    }
  }

  /** If a shown connection brings the token, it is waited for. */
  async #isToBeFetched(token: string): Promise<boolean> {
    const isBrought = this.#recording.some(({ items }) => {
      return items.some((item) => item.type === 'server' && item.line.split(/[ ']/u).includes(token));
    });
    if (!isBrought) return true;
    const look = () => {
      if (this.#failure) throw this.#failure;
      return this.#comparison.isBound(token) || undefined;
    };
    await this.#progress.until(look, () => `the token ${token}`, this.#stage.patienceMs);
    return false;
  }

  async #callFor(connection: RecordedConnection, ticket: string, session: string): Promise<void> {
    const greeting = connection.items.find(
      (item): item is ServerItem => 'line' in item && item.line.startsWith('IRO '),
    );
    const caller = userOf(greeting?.line.split(' ')[4] ?? '');
    await this.#shadows.call(session, caller, connection.user);
    const ring = await this.#shadows.ringOf(connection.user);
    this.#comparison.bind(ticket, ring.ticket);
    this.#comparison.bind(session, ring.session);
  }

  async #hear(connection: RecordedConnection, item: ServerItem, last: Map<string, ServerItem>): Promise<void> {
    const stream = this.#comparison.streamOf(item.line);
    if (this.#comparison.mayBeMissing(item, last.get(stream))) return;
    last.set(stream, item);
    await this.#cause(connection, item);
    const what = `what was recorded at ${item.at} s: ${item.line}`;
    await this.#wire(connection).take(
      (frames) => {
        const first = frames.find((frame) => this.#comparison.streamOf(frame.line) === stream);
        return first && this.#comparison.matches(item, first) ? first : undefined;
      },
      what,
      this.#stage.patienceMs,
    );
    this.#compared += 1;
    this.#progress.changed();
  }

  /** Lets whoever is behind a line act, if none of the shown connections is. */
  async #cause(connection: RecordedConnection, { line, payload }: ServerItem): Promise<void> {
    const words = line.split(' ');
    const room = this.#rooms.get(connection.name) ?? '';
    const [verb = '', about = ''] = words;
    const member = this.#shadows.member(room, userOf(about));
    switch (verb) {
      case 'RNG':
        if (!this.#isCalled(about)) await this.#shadows.call(about, userOf(words[5] ?? ''), connection.user);
        return;
      case 'JOI':
        if (!this.#isAnswered(room, userOf(about))) await this.#shadows.answer(room, userOf(about));
        return;
      case 'MSG':
        if (member && payload && !this.#isShown(member)) await this.#shadows.speak(member, payload.bytes);
        return;
      case 'BYE':
        if (member && !this.#isShown(member)) member.write('OUT');
        return;
      case 'NLN':
        return this.#show(userOf(words[2] ?? ''), `${words[1]} ${words.slice(4).join(' ')}`);
      default:
        return;
    }
  }

  async #show(user: string, rest: string): Promise<void> {
    const isShown = this.#recording.some(({ kind, user: whose }) => kind === 'notification server' && whose === user);
    const known = this.#statuses.get(user) ?? `NLN ${this.#stage.cast.presence[user]}`;
    this.#statuses.set(user, rest);
    if (isShown || known === rest) return;
    await this.#shadows.setStatus(user, rest);
  }

  #isShown(wire: Wire): boolean {
    return [...this.#wires.values()].includes(wire);
  }

  #isCalled(session: string): boolean {
    return this.#recording.some((connection) => sessionOf(connection) === session);
  }

  #isAnswered(room: string, user: string): boolean {
    return this.#recording.some(({ user: whose, items }) => {
      return (
        whose === user &&
        items.some((item) => 'line' in item && item.line.startsWith('ANS ') && item.line.endsWith(` ${room}`))
      );
    });
  }

  /** Whatever came that was not recorded is a difference too. */
  async #expectNothingMore(): Promise<void> {
    for (const { name, kind } of this.#recording) {
      const wire = this.#wires.get(name);
      if (wire && !wire.isClosed) await this.#sayLast(wire, kind);
    }
    const left = [...this.#wires.values()].flatMap((wire) => {
      const meant = wire.unasked.filter((frame) => {
        return !this.#comparison.mayBeExtra(frame) && !(wire.isClosed && this.#comparison.mayGoUnread(frame));
      });
      return meant.map(({ line }) => `${wire.name}: ${line}`);
    });
    if (left.length > 0) throw new Error(`not recorded:\n${left.join('\n')}`);
  }

  #wire({ name }: RecordedConnection): Wire {
    const wire = this.#wires.get(name);
    if (!wire) throw new Error(`${name} was open when the recording began: the prelude has to say so`);
    return wire;
  }
}

/** `alice-sb6`, `alice@p9.cl.example.com` and `alice` are all alice. */
function userOf(name: string): string {
  return name.split(/[-@]/u)[0] ?? '';
}

function sessionOf({ items }: RecordedConnection): string | undefined {
  for (const item of items) {
    const session = 'line' in item ? /^CAL \d+ RINGING (\S+)$/u.exec(item.line)?.[1] : undefined;
    if (session !== undefined) return session;
  }
  return undefined;
}
