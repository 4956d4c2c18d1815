// People who ask to be let in: each is a question to the user, answered by a reaction or a command, never by itself.
// Knows questions and answers; not how a network lets somebody in.

import { BridgeError } from './errors.ts';
import type { ContactRequest, Content } from './events.ts';
import type { EventId, LoginId, MatrixUserId } from './ids.ts';
import type { Login } from './login.ts';
import type { Said } from './management.ts';
import type { Matrix } from './matrix.ts';
import type { RequestAnswer, RequestStanding } from './network.ts';
import type { Outcome } from './runner.ts';
import { bold, lines, say } from './say.ts';
import type { RequestRecord, RequestState, RequestStore } from './store.ts';
import { txnId } from './txn-ids.ts';

type Answer = RequestAnswer | 'later';

/** As clients write them, without variation selectors. */
const ANSWERS: ReadonlyMap<string, { readonly answer: Answer; readonly label: string }> = new Map([
  ['✅', { answer: 'accept', label: 'let them see and write to you' }],
  ['➕', { answer: 'add', label: 'that, and put them on your list' }],
  ['🚫', { answer: 'block', label: 'block them' }],
  ['⏰', { answer: 'later', label: 'decide later' }],
]);

const DONE: Readonly<Record<Answer, (name: string) => string>> = {
  accept: (name) => `${name} may now see you and write to you.`,
  add: (name) => `${name} may now see you and write to you, and is on your list.`,
  block: (name) => `${name} is blocked.`,
  later: (name) => `${name} waits. “requests” shows who does.`,
};

/** Whoever is not known to the network any more may still be: some servers forget people who are only moved about. */
const STATES: Readonly<Record<RequestStanding, RequestState>> = {
  waiting: 'open',
  answered: 'answered',
  gone: 'withdrawn',
};

type Asker = Pick<RequestRecord, 'user' | 'name' | 'state'>;

export interface RequestsParts {
  readonly matrix: Pick<Matrix, 'react'>;
  readonly requests: RequestStore;
  readonly loginOf: (id: LoginId) => Login | undefined;
  readonly notify: (user: MatrixUserId, content: Content, about: string, loud: boolean) => Promise<Said>;
}

export class Requests {
  readonly #parts: RequestsParts;

  constructor(parts: RequestsParts) {
    this.#parts = parts;
  }

  /** Asks the user, once: somebody who waits already, or was answered meanwhile, is not asked about. */
  async ask(login: Login, request: ContactRequest): Promise<Outcome> {
    const { requests, notify, matrix } = this.#parts;
    const known = await requests.find(login.id, request.user);
    const standing = (): RequestStanding => login.client.requestStanding(request.user);
    if (known?.state === 'open' || standing() === 'answered') return { type: 'done' };
    const { room, event } = await notify(login.matrixUser, question(login, request), request.id, true);
    await requests.put({ ...request, login: login.id, event, state: STATES[standing()] });
    for (const key of ANSWERS.keys()) await matrix.react(room, event, key, txnId('q', request.id, key));
    return { type: 'done' };
  }

  /** Somebody was answered elsewhere, or asks no more, or again. */
  async review(login: Login): Promise<void> {
    const { requests } = this.#parts;
    for (const { user, state } of await requests.ofLogin(login.id)) {
      const now = STATES[login.client.requestStanding(user)];
      if (state !== now && state !== 'answered') await requests.setState(login.id, user, now);
    }
  }

  /** A reaction of this user to something; undefined if it answers no question. */
  async onReaction(user: MatrixUserId, to: EventId, key: string): Promise<string | undefined> {
    const chosen = ANSWERS.get(key);
    const request = chosen && (await this.#parts.requests.findByEvent(to));
    const login = request && this.#parts.loginOf(request.login);
    if (!chosen || !request || login?.matrixUser !== user) return undefined;
    return this.#carryOut(login, request, chosen.answer);
  }

  /** @param answer in the words of the command; throws `BridgeError` if it is none, or nobody asks by that address. */
  async answer(login: Login, address: string, answer: string): Promise<string> {
    const wanted = [...ANSWERS.values()].find((one) => one.answer === answer.toLowerCase());
    if (!wanted) throw new BridgeError('bad-input', 'Please answer with accept, add, block or later.');
    const all = await this.#parts.requests.ofLogin(login.id);
    const known = all.find((one) => one.address.toLowerCase() === address.toLowerCase());
    return this.#carryOut(login, known ?? asker(login, address), wanted.answer);
  }

  /** Those who wait for an answer. */
  async ofLogin(login: Login): Promise<readonly RequestRecord[]> {
    return (await this.#parts.requests.ofLogin(login.id)).filter(({ state }) => state === 'open');
  }

  async #carryOut(login: Login, { user, name, state }: Asker, answer: Answer): Promise<string> {
    if (state === 'answered') return `${name} was answered already.`;
    if (answer !== 'later') {
      await login.client.answerRequest(user, answer);
      await this.#parts.requests.setState(login.id, user, 'answered');
    }
    return DONE[answer](name);
  }
}

/** Somebody about whom the user is being asked just now. */
function asker(login: Login, address: string): Asker {
  const { user, name } = login.client.resolve(address);
  if (login.client.requestStanding(user) === 'waiting') return { user, name, state: 'open' };
  throw new BridgeError('bad-input', `${address} does not wait for an answer. “requests” shows who does.`);
}

function question(login: Login, { name, address }: ContactRequest): Content {
  const who = name === address ? [bold(address)] : [bold(name), ` (${address})`];
  return lines(
    say(...who, ` has put you (${login.address}) on their list. May they see you and write to you?`),
    ...[...ANSWERS].map(([key, { label }]) => say(`${key} ${label}`)),
  );
}
