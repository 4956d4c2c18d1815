// Sign-ins that a program makes step by step for a user. Knows what is still to be asked and how long to wait for the end;
// not how a sign-in works. What was answered is kept as secrets, for a bounded time.

import type { Cancel, Clock } from './clock.ts';
import type { Operations } from './commands/command.ts';
import { assertNever, BridgeError } from './errors.ts';
import type { LoginId, MatrixUserId } from './ids.ts';
import type { Login } from './login.ts';
import { onlyAnswer, passwordField, readAnswer } from './login-fields.ts';
import type { LoginField, Network } from './network.ts';
import type { LoginStep } from './provisioning-types.ts';
import { Secret } from './secret.ts';

const MOST_OF_A_USER = 5;
const MOST = 1_000;
const LONGEST_MS = 30 * 60_000;
/** How long the network may take before the answer is that it takes its time. */
const PATIENCE_MS = 45_000;

export interface LoginProcessesParts {
  readonly operations: Pick<Operations, 'signIn' | 'signInAgain'>;
  readonly clock: Clock;
}

interface Process {
  readonly id: string;
  readonly user: MatrixUserId;
  readonly network: Network;
  /** The login that is to have a new password; without it there is to be a new login. */
  readonly login: Login | undefined;
  /** Fields that are asked for together. */
  readonly steps: readonly (readonly LoginField[])[];
  readonly values: Map<string, Secret>;
  /** The step that is to be answered next. */
  at: number;
  /** All is answered: what becomes of it. */
  ending: Promise<LoginStep> | undefined;
  readonly forget: Cancel;
}

export class LoginProcesses {
  readonly #parts: LoginProcessesParts;
  /** Oldest first. */
  readonly #processes = new Map<string, Process>();
  /** Those who wait to hear how a sign-in ends. */
  readonly #waiting = new Map<LoginId, Set<(login: Login) => void>>();
  readonly #life: string;
  #count = 0;

  constructor(parts: LoginProcessesParts) {
    this.#parts = parts;
    this.#life = parts.clock.now().getTime().toString(36);
  }

  async start(user: MatrixUserId, network: Network, login: Login | undefined): Promise<LoginStep> {
    this.#makeRoom(user);
    // Only its user gets at it, so nobody need be kept from guessing; but ids of an earlier life must not come again.
    const id = `${this.#life}-${++this.#count}`;
    const process: Process = {
      id,
      user,
      network,
      login,
      steps: login ? [[passwordField(network)]] : stepsOf(network),
      values: new Map(
        network.loginFields.flatMap((field) => {
          const only = onlyAnswer(field);
          return only === undefined ? [] : [[field.id, new Secret(only)]];
        }),
      ),
      at: 0,
      ending: undefined,
      forget: this.#parts.clock.after(LONGEST_MS, () => this.#drop(process)),
    };
    this.#processes.set(id, process);
    return this.#next(process);
  }

  /** The last step that was answered may be answered again, as long as the next one is not. */
  async submit(user: MatrixUserId, id: string, step: string, values: ReadonlyMap<string, Secret>): Promise<LoginStep> {
    const process = this.#find(user, id);
    const index = process.steps.findIndex((fields) => stepId(process, fields) === step);
    if (process.ending && index === process.steps.length - 1) return process.ending;
    if (process.ending || index < 0 || index < process.at - 1 || index > process.at) {
      throw new BridgeError('bad-state', 'This is not the step that comes next.');
    }
    const read = (process.steps[index] ?? []).map(
      (field) => [field.id, answerOf(field, values.get(field.id))] as const,
    );
    for (const [field, value] of read) process.values.set(field, value);
    process.at = index + 1;
    return this.#next(process);
  }

  cancel(user: MatrixUserId, id: string): void {
    const process = this.#find(user, id);
    if (process.ending) throw new BridgeError('bad-state', 'The sign-in is under way already: sign out instead.');
    this.#drop(process);
  }

  /** A login is in another state. */
  noteState(login: Login): void {
    if (login.state.kind === 'connecting') return;
    for (const tell of this.#waiting.get(login.id) ?? []) tell(login);
  }

  async #next(process: Process): Promise<LoginStep> {
    const fields = process.steps[process.at];
    if (fields) return toStep(process, fields);
    process.ending ??= this.#finish(process);
    return process.ending;
  }

  async #finish(process: Process): Promise<LoginStep> {
    try {
      const login = await this.#signIn(process);
      return endOf(process, login, await this.#outcome(login.id));
    } catch (error) {
      if (error instanceof BridgeError && (error.retriable || error.code === 'bad-input') && process.values.size > 0) {
        process.ending = undefined;
        process.at = Math.max(0, process.steps.length - 1);
      } else {
        this.#drop(process);
      }
      throw error;
    }
  }

  async #signIn({ user, network, login, values }: Process): Promise<Login> {
    const { operations } = this.#parts;
    const revealed = new Map([...values].map(([field, value]) => [field, value.reveal()]));
    const signedIn = login
      ? await operations.signInAgain(login, revealed.get(passwordField(network).id) ?? '')
      : await operations.signIn(user, network, revealed);
    values.clear();
    return signedIn;
  }

  /** The login when the network has decided; undefined if that takes too long. It may be another that took its place. */
  async #outcome(id: LoginId): Promise<Login | undefined> {
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting);
    return new Promise((resolve) => {
      const end = (login?: Login): void => {
        cancel();
        waiting.delete(end);
        if (waiting.size === 0) this.#waiting.delete(id);
        resolve(login);
      };
      const cancel = this.#parts.clock.after(PATIENCE_MS, () => end());
      waiting.add(end);
    });
  }

  #find(user: MatrixUserId, id: string): Process {
    const process = this.#processes.get(id);
    if (process?.user !== user) throw new BridgeError('not-found', 'There is no such sign-in, or it took too long.');
    return process;
  }

  #makeRoom(user: MatrixUserId): void {
    const own = [...this.#processes.values()].filter((process) => process.user === user);
    if (own.length >= MOST_OF_A_USER && own[0]) this.#drop(own[0]);
    const [oldest] = this.#processes.values();
    if (this.#processes.size >= MOST && oldest) this.#drop(oldest);
  }

  #drop(process: Process): void {
    process.forget();
    process.values.clear();
    this.#processes.delete(process.id);
  }
}

/** A choice is a step of its own, since what comes after may depend on it; the rest is asked for together. */
function stepsOf({ loginFields }: Network): readonly (readonly LoginField[])[] {
  const steps: LoginField[][] = [];
  for (const field of loginFields) {
    if (onlyAnswer(field) !== undefined) continue;
    const last = steps.at(-1);
    if (last && field.kind !== 'choice' && last[0]?.kind !== 'choice') last.push(field);
    else steps.push([field]);
  }
  return steps;
}

function stepId({ network }: Process, fields: readonly LoginField[]): string {
  return `${network.id}.login.${fields[0]?.id ?? ''}`;
}

function toStep(process: Process, fields: readonly LoginField[]): LoginStep {
  const { login, network } = process;
  return {
    type: 'fields',
    process: process.id,
    id: stepId(process, fields),
    instructions: login ? `A new password for ${login.address} on ${login.serverName}.` : `Sign in to ${network.name}.`,
    fields: fields.map(({ id, kind, prompt, options }) => ({
      id,
      kind,
      prompt,
      ...(options && { options }),
    })),
  };
}

function answerOf(field: LoginField, typed: Secret | undefined): Secret {
  const answer = readAnswer(field, typed?.reveal() ?? '');
  if (answer.type === 'bad') throw new BridgeError('bad-input', answer.objection);
  return new Secret(answer.value);
}

/** What is tried again goes on without the program; what is not is the end of this sign-in. */
function endOf(process: Process, login: Login, decided: Login | undefined): LoginStep {
  const complete = (instructions: string): LoginStep => ({
    type: 'complete',
    process: process.id,
    id: `${process.network.id}.login.complete`,
    instructions,
    login: login.id,
  });
  if (!decided) return complete('The server takes its time. The bridge keeps trying.');
  if (decided.matrixUser !== process.user) throw new BridgeError('account-taken', 'Somebody else was quicker.');
  const { kind, sentence } = decided.state;
  switch (kind) {
    case 'connecting':
    case 'connected':
      return complete(`You are signed in as ${login.address} on ${login.serverName}.`);
    case 'disconnected':
    case 'server-down':
      return complete(`${sentence} The bridge keeps trying.`.trimStart());
    case 'bad-credentials':
      throw new BridgeError('not-permitted', sentence);
    case 'signed-in-elsewhere':
    case 'refused':
      throw new BridgeError('network', sentence);
    case 'logged-out':
      throw new BridgeError('bad-state', 'You have signed out meanwhile.');
    default:
      return assertNever(kind);
  }
}
