// Remote people's Matrix accounts: made when first needed, named as the network names them. Knows no portals.

import type { MatrixUserId, RemoteUserId } from './ids.ts';
import type { Matrix } from './matrix.ts';
import type { Network } from './network.ts';
import type { RoomStore } from './store.ts';

export class Ghosts {
  readonly #matrix: Pick<Matrix, 'ghostId' | 'ensureGhost'>;
  readonly #rooms: Pick<RoomStore, 'ghostName' | 'setGhost'>;
  /** Names as they stand in Matrix; ghosts on their way count by their promise. */
  readonly #names = new Map<MatrixUserId, string>();

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
    if (this.#names.get(ghost) === name) return ghost;
    const stored = await this.#rooms.ghostName(ghost);
    if (stored !== name) {
      await this.#matrix.ensureGhost(ghost, name);
      await this.#rooms.setGhost(ghost, network.id, user, name);
    }
    this.#names.set(ghost, name);
    return ghost;
  }

  /** Gives the ghost its new name if it exists already. */
  async rename(network: Network, user: RemoteUserId, name: string): Promise<void> {
    const ghost = this.#matrix.ghostId({ network: network.id, user });
    if (this.#names.has(ghost)) await this.ensure(network, user, name);
  }
}
