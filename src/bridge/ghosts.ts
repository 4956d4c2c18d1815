// Remote people's Matrix accounts: made when first needed, named as the network names them. Knows no portals.

import type { Contact } from './events.ts';
import type { MatrixUserId, RemoteUserId } from './ids.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { Network } from './network.ts';
import type { RoomStore } from './store.ts';

/** The contact of one of these logins that a ghost stands for. */
export function contactBehind(
  ghost: MatrixUserId,
  logins: readonly Login[],
  matrix: Pick<Matrix, 'ghostId'>,
): { readonly login: Login; readonly contact: Contact } | undefined {
  for (const login of logins) {
    for (const contact of login.roster().contacts) {
      if (matrix.ghostId({ network: login.network.id, user: contact.id }) === ghost) return { login, contact };
    }
  }
  return undefined;
}

export class Ghosts {
  readonly #matrix: Pick<Matrix, 'ghostId' | 'ensureGhost'>;
  readonly #rooms: Pick<RoomStore, 'ghostName' | 'setGhost'>;
  /** Names as they stand in Matrix. */
  readonly #names = new Map<MatrixUserId, string>();
  /** Names still to be given, and who is being named. */
  readonly #wanted = new Map<MatrixUserId, string>();
  readonly #naming = new Map<MatrixUserId, Promise<void>>();

  constructor(parts: {
    matrix: Pick<Matrix, 'ghostId' | 'ensureGhost'>;
    rooms: Pick<RoomStore, 'ghostName' | 'setGhost'>;
  }) {
    this.#matrix = parts.matrix;
    this.#rooms = parts.rooms;
  }

  /** The ghost, existing and rightly named. */
  async ensure(network: Network, user: RemoteUserId, name: string): Promise<MatrixUserId> {
    const ghost = this.#matrix.ghostId({ network: network.id, user });
    if (this.#names.get(ghost) === name && !this.#wanted.has(ghost)) return ghost;
    this.#wanted.set(ghost, name);
    let naming = this.#naming.get(ghost);
    if (!naming) {
      naming = this.#nameAsWanted(network, user, ghost).finally(() => this.#naming.delete(ghost));
      this.#naming.set(ghost, naming);
    }
    await naming;
    const later = this.#wanted.get(ghost); // it came when all was done
    return later === undefined ? ghost : this.ensure(network, user, later);
  }

  /** One name after the other, and of those that come meanwhile only the last. */
  async #nameAsWanted(network: Network, user: RemoteUserId, ghost: MatrixUserId): Promise<void> {
    for (let name = this.#wanted.get(ghost); name !== undefined; name = this.#wanted.get(ghost)) {
      this.#wanted.delete(ghost);
      if (this.#names.get(ghost) === name) continue;
      if ((await this.#rooms.ghostName(ghost)) !== name) {
        await this.#matrix.ensureGhost(ghost, name);
        await this.#rooms.setGhost(ghost, network.id, user, name);
      }
      this.#names.set(ghost, name);
    }
  }

  /** Gives the ghost its new name if it exists already. */
  async rename(network: Network, user: RemoteUserId, name: string): Promise<void> {
    if (await this.find(network, user)) await this.ensure(network, user, name);
  }

  /** The ghost of somebody, if it was ever made. */
  async find(network: Network, user: RemoteUserId): Promise<MatrixUserId | undefined> {
    const ghost = this.#matrix.ghostId({ network: network.id, user });
    if (this.#names.has(ghost)) return ghost;
    const name = await this.#rooms.ghostName(ghost);
    if (name === undefined) return undefined;
    this.#names.set(ghost, name);
    return ghost;
  }
}
