// Finds out whether bridge and homeserver can work together, and says in a sentence what is wrong.
// Knows the start of a bridge only.

import { BridgeError } from '../bridge/errors.ts';
import type { MatrixUserId } from '../bridge/ids.ts';
import { isObject } from './checks.ts';
import { refusalOf, toBridgeError } from './errors.ts';
import { NoAnswer } from './http.ts';
import { CLIENT, type Intents } from './intent.ts';

export interface HealthOptions {
  readonly intents: Intents;
  readonly bot: MatrixUserId;
  readonly homeserverUrl: string;
  /** The id in the registration. */
  readonly bridgeId: string;
}

export class Health {
  readonly #options: HealthOptions;
  #ready = false;

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  /** Whether the last look found all well. */
  get ready(): boolean {
    return this.#ready;
  }

  /** Throws `BridgeError('homeserver')`, retriable if it may be cured by waiting. */
  async check(): Promise<void> {
    this.#ready = false;
    await this.#checkVersions();
    await this.#checkIdentity();
    // The sender of a registration can act without an account, but then it has no name and nobody finds it.
    await this.#options.intents.ensureRegistered(this.#options.bot);
    await this.ping();
  }

  /** Makes the homeserver ask us. It also begins to push again at once if it had given up for a while. */
  async ping(): Promise<void> {
    const { intents, bot, bridgeId } = this.#options;
    this.#ready = false;
    try {
      await intents.call(bot, 'POST', `/_matrix/client/v1/appservice/${encodeURIComponent(bridgeId)}/ping`, {});
    } catch (error) {
      throw pingFailure(error, bridgeId);
    }
    this.#ready = true;
  }

  async #checkVersions(): Promise<void> {
    const { intents, bot, homeserverUrl } = this.#options;
    let answer: unknown;
    try {
      answer = await intents.call(bot, 'GET', '/_matrix/client/versions');
    } catch (error) {
      if (error instanceof NoAnswer)
        throw trouble(`The homeserver at ${homeserverUrl} cannot be reached.`, error, true);
      const { status = 0, code = '' } = refusalOf(error) ?? {};
      // Some look at the token even here, and with a token that is not known this is the first thing to fail.
      if ((status === 401 || status === 403) && code !== '') return;
      if (status >= 500) throw trouble(`The homeserver at ${homeserverUrl} is not ready (${status}).`, error, true);
      throw trouble(`What answers at ${homeserverUrl} is no Matrix homeserver.`, error);
    }
    if (!isObject(answer) || !Array.isArray(answer['versions'])) {
      throw trouble(`What answers at ${homeserverUrl} is no Matrix homeserver.`, answer);
    }
  }

  async #checkIdentity(): Promise<void> {
    const { intents, bot } = this.#options;
    let answer: unknown;
    try {
      answer = await intents.call(bot, 'GET', `${CLIENT}/account/whoami`);
    } catch (error) {
      const code = refusalOf(error)?.code;
      if (code === 'M_UNKNOWN_TOKEN' || code === 'M_MISSING_TOKEN') {
        throw trouble(
          'The homeserver does not know the token of the bridge: install the registration file there and restart it.',
          error,
        );
      }
      if (code === 'M_FORBIDDEN' || code === 'M_EXCLUSIVE') {
        throw trouble(
          `The homeserver does not let the bridge act as ${bot}: install the registration file anew.`,
          error,
        );
      }
      throw toBridgeError(error);
    }
    const found = isObject(answer) ? answer['user_id'] : undefined;
    if (found !== bot) {
      throw trouble(
        `The homeserver takes the bridge for ${String(found)} instead of ${bot}: ` +
          'its domain or the name of the bot differs from the registration.',
        answer,
      );
    }
  }
}

function pingFailure(error: unknown, bridgeId: string): BridgeError {
  switch (refusalOf(error)?.code ?? '') {
    case 'M_CONNECTION_FAILED':
    case 'M_CONNECTION_TIMEOUT':
      return trouble(
        'The homeserver cannot reach the bridge: look at the `url` in the registration and at where the bridge listens.',
        error,
        true,
      );
    case 'M_BAD_STATUS':
      return trouble(
        'Something else than the bridge answered the homeserver, or its `hs_token` differs from that of the bridge.',
        error,
      );
    case 'M_URL_NOT_SET':
      return trouble('The registration at the homeserver has no `url`: it does not know where the bridge is.', error);
    case 'M_FORBIDDEN':
      return trouble(`The registration at the homeserver has another \`id\` than ${bridgeId}.`, error);
    default:
      return toBridgeError(error);
  }
}

function trouble(sentence: string, cause: unknown, retriable = false): BridgeError {
  return new BridgeError('homeserver', sentence, { cause, retriable });
}
