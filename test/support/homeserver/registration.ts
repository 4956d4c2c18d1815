// Registrations of application services: their tokens and the names they own. Knows no room and no request.

export interface Namespace {
  readonly regex: string;
  readonly exclusive: boolean;
}

/** The registration file, as an object. */
export interface RegistrationFile {
  readonly id: string;
  readonly url: string | null;
  readonly as_token: string;
  readonly hs_token: string;
  readonly sender_localpart: string;
  readonly namespaces: {
    readonly users?: readonly Namespace[];
    readonly aliases?: readonly Namespace[];
    readonly rooms?: readonly Namespace[];
  };
  readonly rate_limited?: boolean;
  readonly protocols?: readonly string[];
  readonly receive_ephemeral?: boolean;
  readonly 'de.sorunome.msc2409.push_ephemeral'?: boolean;
  readonly [other: string]: unknown;
}

interface Pattern {
  readonly regex: RegExp;
  readonly exclusive: boolean;
}

// As Synapse: the pattern must match from the start, and need not reach the end.
const compile = (namespaces: readonly Namespace[] = []): readonly Pattern[] =>
  namespaces.map(({ regex, exclusive }) => ({ regex: new RegExp(`^(?:${regex})`, 'u'), exclusive }));

export class Registration {
  readonly file: RegistrationFile;
  /** The user id that calls without `?user_id=` act for. */
  readonly sender: string;
  readonly #users: readonly Pattern[];
  readonly #aliases: readonly Pattern[];
  readonly #rooms: readonly Pattern[];
  readonly #known = new Map<string, boolean>();

  constructor(file: RegistrationFile, serverName: string) {
    for (const key of ['id', 'as_token', 'hs_token', 'sender_localpart'] as const) {
      if (typeof file[key] !== 'string' || file[key] === '') throw new Error(`the registration has no ${key}`);
    }
    if (file.as_token === file.hs_token) throw new Error('as_token and hs_token must differ');
    this.file = file;
    this.sender = `@${file.sender_localpart}:${serverName}`;
    this.#users = compile(file.namespaces.users);
    this.#aliases = compile(file.namespaces.aliases);
    this.#rooms = compile(file.namespaces.rooms);
  }

  get id(): string {
    return this.file.id;
  }

  /** In the namespace, or the sender itself. */
  ownsUser(user: string): boolean {
    let owned = this.#known.get(user);
    if (owned === undefined) {
      owned = user === this.sender || this.#users.some(({ regex }) => regex.test(user));
      this.#known.set(user, owned);
    }
    return owned;
  }

  ownsUserExclusively(user: string): boolean {
    return user === this.sender || this.#users.some(({ regex, exclusive }) => exclusive && regex.test(user));
  }

  ownsAlias(alias: string): boolean {
    return this.#aliases.some(({ regex }) => regex.test(alias));
  }

  ownsAliasExclusively(alias: string): boolean {
    return this.#aliases.some(({ regex, exclusive }) => exclusive && regex.test(alias));
  }

  ownsRoom(room: string): boolean {
    return this.#rooms.some(({ regex }) => regex.test(room));
  }
}

export class Registrations {
  readonly #byId = new Map<string, Registration>();
  readonly #byToken = new Map<string, Registration>();

  set(registration: Registration): void {
    const before = this.#byId.get(registration.id);
    if (before) this.#byToken.delete(before.file.as_token);
    if (this.#byToken.has(registration.file.as_token)) throw new Error('two registrations with one as_token');
    this.#byId.set(registration.id, registration);
    this.#byToken.set(registration.file.as_token, registration);
  }

  byToken(token: string): Registration | undefined {
    return this.#byToken.get(token);
  }

  all(): Iterable<Registration> {
    return this.#byId.values();
  }

  /** Whether somebody other than `asking` owns this user id alone. */
  isUserTaken(user: string, asking: Registration | undefined): boolean {
    return this.#taken(asking, (other) => other.ownsUserExclusively(user));
  }

  isAliasTaken(alias: string, asking: Registration | undefined): boolean {
    return this.#taken(asking, (other) => other.ownsAliasExclusively(alias));
  }

  #taken(asking: Registration | undefined, owns: (other: Registration) => boolean): boolean {
    for (const other of this.#byId.values()) if (other !== asking && owns(other)) return true;
    return false;
  }
}
