// Remote people's Matrix accounts: made when first needed, named as the network names them. Knows no portals.

import type { Budget } from './budget.ts';
import type { Contact } from './events.ts';
import type { MatrixUserId, RemoteUserId } from './ids.ts';
import type { Login } from './login.ts';
import type { Matrix } from './matrix.ts';
import type { Network, ResolvedUser } from './network.ts';
import type { RoomStore } from './store.ts';

/** Somebody whom a ghost stands for, and the login that reaches them. */
export interface Behind {
  readonly login: Login;
  readonly who: ResolvedUser;
}

/** Whom a ghost stands for, for the first of these logins that reaches them. */
export function personBehind(
  ghost: MatrixUserId,
  logins: readonly Login[],
  matrix: Pick<Matrix, 'ghostId' | 'ghostOf'>,
): Behind | undefined {
  const named = matrix.ghostOf(ghost);
  for (const login of logins) {
    const { id: network } = login.network;
    const isTheirs = ({ id }: Contact): boolean => matrix.ghostId({ network, user: id }) === ghost;
    // an id that was shortened does not say whose it is
    const user = named ? named.network === network && named.user : login.roster().contacts.find(isTheirs)?.id;
    const who = user ? login.client.identify(user) : undefined;
    if (who) return { login, who: { ...who, name: login.contact(who.user)?.name ?? who.name } };
  }
  return undefined;
}

export interface GhostsParts {
  readonly matrix: Pick<Matrix, 'ghostId' | 'ensureGhost' | 'renameGhost'>;
  readonly rooms: Pick<RoomStore, 'ghostName' | 'setGhost'>;
  readonly budget: Pick<Budget, 'atOnce'>;
}

/** `paid`: the request that it takes has had its turn. */
interface Wish {
  readonly name: string;
  readonly paid: boolean;
}

export class Ghosts {
  readonly #parts: GhostsParts;
  /** Names as they stand in Matrix; undefined: there is no such ghost. */
  readonly #names = new Map<MatrixUserId, string | undefined>();
  /** Names still to be given, and who is being named. */
  readonly #wanted = new Map<MatrixUserId, Wish>();
  readonly #naming = new Map<MatrixUserId, Promise<void>>();

  constructor(parts: GhostsParts) {
    this.#parts = parts;
  }

  id(network: Network, user: RemoteUserId): MatrixUserId {
    return this.#parts.matrix.ghostId({ network: network.id, user });
  }

  /** The ghost, existing and rightly named; at once, since somebody is about to speak. */
  async ensure(network: Network, user: RemoteUserId, name: string): Promise<MatrixUserId> {
    return this.#ensure(network, user, { name, paid: false });
  }

  /** Gives the ghost its new name if it exists already. A turn has been waited for. */
  async rename(network: Network, user: RemoteUserId, name: string): Promise<void> {
    if (await this.find(network, user)) await this.#ensure(network, user, { name, paid: true });
  }

  async #ensure(network: Network, user: RemoteUserId, wish: Wish): Promise<MatrixUserId> {
    const ghost = this.id(network, user);
    if (this.#names.get(ghost) === wish.name && !this.#wanted.has(ghost)) return ghost;
    this.#wanted.set(ghost, wish);
    let naming = this.#naming.get(ghost);
    if (!naming) {
      naming = this.#nameAsWanted(network, user, ghost).finally(() => this.#naming.delete(ghost));
      this.#naming.set(ghost, naming);
    }
    await naming;
    const later = this.#wanted.get(ghost); // it came when all was done
    return later === undefined ? ghost : this.#ensure(network, user, later);
  }

  /** One name after the other, and of those that come meanwhile only the last. */
  async #nameAsWanted(network: Network, user: RemoteUserId, ghost: MatrixUserId): Promise<void> {
    const { matrix, rooms, budget } = this.#parts;
    for (let wish = this.#wanted.get(ghost); wish; wish = this.#wanted.get(ghost)) {
      this.#wanted.delete(ghost);
      const known = await this.#nameOf(ghost);
      if (known === wish.name) continue;
      if (known === undefined) {
        await matrix.ensureGhost(ghost, wish.name);
      } else {
        const rename = async (): Promise<void> => matrix.renameGhost(ghost, wish.name);
        await (wish.paid ? rename() : budget.atOnce(rename));
      }
      await rooms.setGhost(ghost, network.id, user, wish.name);
      this.#names.set(ghost, wish.name);
    }
  }

  /** The ghost, existing; a name that it has already is as good as this one. */
  async introduce(network: Network, user: RemoteUserId, name: string): Promise<MatrixUserId> {
    return (await this.find(network, user)) ?? this.ensure(network, user, name);
  }

  /** The ghost of somebody, if it was ever made. */
  async find(network: Network, user: RemoteUserId): Promise<MatrixUserId | undefined> {
    const ghost = this.id(network, user);
    return (await this.#nameOf(ghost)) === undefined ? undefined : ghost;
  }

  /** Whether there is such a ghost, and it has another name. */
  async isNamedOtherwise(network: Network, user: RemoteUserId, name: string): Promise<boolean> {
    const known = await this.#nameOf(this.id(network, user));
    return known !== undefined && known !== name;
  }

  async #nameOf(ghost: MatrixUserId): Promise<string | undefined> {
    if (this.#names.has(ghost)) return this.#names.get(ghost);
    const name = await this.#parts.rooms.ghostName(ghost);
    // it may have been made meanwhile
    if (!this.#names.has(ghost)) this.#names.set(ghost, name);
    return this.#names.get(ghost);
  }
}
