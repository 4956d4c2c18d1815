// What a program may do on behalf of a user: the same operations as the commands, asked for and answered as values.
// Knows whose logins are whose, and asks at each call whether the user is permitted; knows no HTTP and no tokens.

import type { Operations } from './commands/command.ts';
import { assertNever, BridgeError } from './errors.ts';
import type { Contact } from './events.ts';
import type { ChatId, MatrixUserId, RoomId } from './ids.ts';
import type { Login } from './login.ts';
import { LoginProcesses, type LoginProcessesParts } from './login-processes.ts';
import type { Matrix } from './matrix.ts';
import type { Network } from './network.ts';
import type { LoginFlow, LoginInfo, Person, ProvisioningRequest, ProvisioningResult } from './provisioning-types.ts';
import type { PortalStore, RoomStore } from './store.ts';

export interface ProvisioningParts extends LoginProcessesParts {
  readonly networks: readonly Network[];
  readonly operations: Operations;
  readonly matrix: Pick<Matrix, 'bot' | 'ghostId'>;
  readonly rooms: Pick<RoomStore, 'managementRoom'>;
  readonly portals: Pick<PortalStore, 'ofLogin'>;
  readonly mayUse: (user: MatrixUserId) => boolean;
  readonly loginsOf: (user: MatrixUserId) => readonly Login[];
}

export class Provisioning {
  readonly #parts: ProvisioningParts;
  readonly #processes: LoginProcesses;

  constructor(parts: ProvisioningParts) {
    this.#parts = parts;
    this.#processes = new LoginProcesses(parts);
  }

  /** @param user whoever asks is this user, or may speak for them. Throws `BridgeError`; its sentence is the answer. */
  async handle(user: MatrixUserId, request: ProvisioningRequest): Promise<ProvisioningResult> {
    if (!this.#parts.mayUse(user)) throw new BridgeError('not-permitted', 'You may not use this bridge.');
    switch (request.type) {
      case 'whoami':
        return this.#whoami(user);
      case 'capabilities':
        return { type: 'capabilities' };
      case 'flows':
        return { type: 'flows', flows: this.#flows() };
      case 'start-login':
        return { type: 'step', step: await this.#startLogin(user, request) };
      case 'submit': {
        const { process, step, values } = request;
        return { type: 'step', step: await this.#processes.submit(user, process, step, values) };
      }
      case 'cancel-login':
        this.#processes.cancel(user, request.process);
        return { type: 'done' };
      case 'logout':
        return this.#logout(user, request.login);
      case 'logins':
        return { type: 'logins', logins: this.#parts.loginsOf(user).map(({ id }) => id) };
      case 'contacts': {
        const login = this.#login(user, request.login);
        return { type: 'contacts', people: await this.#people(login, login.roster().contacts) };
      }
      case 'search': {
        const login = this.#login(user, request.login);
        return { type: 'found', people: await this.#people(login, search(login, request.query)) };
      }
      case 'resolve':
        return { type: 'person', person: await this.#resolve(this.#login(user, request.login), request.identifier) };
      case 'create-dm':
        return { type: 'person', person: await this.#createDm(this.#login(user, request.login), request.identifier) };
      default:
        return assertNever(request);
    }
  }

  /** A login is in another state. */
  noteState(login: Login): void {
    this.#processes.noteState(login);
  }

  async #whoami(user: MatrixUserId): Promise<ProvisioningResult> {
    const { networks, matrix, rooms, loginsOf } = this.#parts;
    return {
      type: 'whoami',
      networks: networks.map(({ id, name }) => ({ id, name })),
      bot: matrix.bot,
      flows: this.#flows(),
      managementRoom: await rooms.managementRoom(user),
      logins: loginsOf(user).map(infoOf),
    };
  }

  #flows(): readonly LoginFlow[] {
    return this.#parts.networks.map(({ id, name }) => ({
      id,
      name,
      description: `Sign in to ${name} with your own account`,
    }));
  }

  async #startLogin(
    user: MatrixUserId,
    { flow, login }: Extract<ProvisioningRequest, { type: 'start-login' }>,
  ): Promise<Extract<ProvisioningResult, { type: 'step' }>['step']> {
    const network = this.#parts.networks.find(({ id }) => id === flow);
    if (!network) throw new BridgeError('not-found', 'There is no such way to sign in.');
    const known = login === undefined ? undefined : this.#login(user, login);
    if (known && known.network !== network) {
      throw new BridgeError('bad-input', `${known.address} is no account of ${network.name}.`);
    }
    return this.#processes.start(user, network, known);
  }

  async #logout(user: MatrixUserId, wanted: string): Promise<ProvisioningResult> {
    const { loginsOf, operations } = this.#parts;
    const logins = wanted === 'all' ? loginsOf(user) : [this.#login(user, wanted)];
    for (const login of logins) await operations.signOut(login);
    return { type: 'done' };
  }

  #login(user: MatrixUserId, wanted: string | undefined): Login {
    const own = this.#parts.loginsOf(user);
    if (wanted === undefined) {
      const login = own.find(({ connected }) => connected) ?? own[0];
      if (!login) throw new BridgeError('not-connected', 'You are not signed in anywhere yet.');
      return login;
    }
    const login = own.find(({ id }) => id === wanted);
    if (!login) throw new BridgeError('not-found', 'You have no such account here.');
    return login;
  }

  async #resolve(login: Login, identifier: string): Promise<Person> {
    const resolved = resolve(login, identifier);
    const rooms = await this.#rooms(login);
    return this.#person(login, resolved, rooms.get(resolved.chat));
  }

  async #createDm(login: Login, identifier: string): Promise<Person> {
    const resolved = resolve(login, identifier);
    const { room } = await this.#parts.operations.openChat(login, identifier);
    return this.#person(login, resolved, room);
  }

  async #people(login: Login, contacts: readonly Contact[]): Promise<readonly Person[]> {
    const rooms = await this.#rooms(login);
    return contacts.map((contact) => this.#person(login, contact, rooms.get(contact.chat)));
  }

  async #rooms(login: Login): Promise<ReadonlyMap<ChatId, RoomId | undefined>> {
    const portals = await this.#parts.portals.ofLogin(login.id);
    return new Map(portals.map(({ chat, room }) => [chat, room]));
  }

  #person(login: Login, who: Pick<Contact, 'id' | 'address' | 'name'>, room: RoomId | undefined): Person {
    const network = login.network.id;
    const { id, address, name } = who;
    return {
      network,
      id,
      address,
      name: login.nameFor({ id, name }),
      ghost: this.#parts.matrix.ghostId({ network, user: id }),
      room,
    };
  }
}

function infoOf({ id, address, serverName, profile, state }: Login): LoginInfo {
  return { id, address, serverName, nick: profile.shown.nick, state };
}

function resolve(login: Login, identifier: string): Pick<Contact, 'id' | 'chat' | 'address' | 'name'> {
  try {
    const { user, chat, address, name } = login.client.resolve(identifier);
    return { id: user, chat, address, name: login.contact(user)?.name ?? name };
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'bad-input') throw error;
    throw new BridgeError('not-found', error.message, { cause: error }); // nobody can be called that
  }
}

function search(login: Login, query: string): readonly Contact[] {
  const wanted = query.trim().toLowerCase();
  const isMeant = (text: string): boolean => text.toLowerCase().includes(wanted);
  return login
    .roster()
    .contacts.filter((contact) => [login.nameFor(contact), contact.name, contact.address].some(isMeant));
}
