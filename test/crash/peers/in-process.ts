// A small bridge in this process that does everything right, but for one fault, at one message. For the test of the judge.
// Knows the line and the homeserver; not who judges.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { at, MatrixClient } from '../../support/homeserver/matrix-client.ts';
import type { JsonObject } from '../../support/homeserver/json.ts';
import { readWords, words } from '../history.ts';
import { openLine, type PeerConfig } from './line.ts';

type Chat = PeerConfig['chats'][number];

interface Message {
  readonly type: string;
  readonly room_id: string;
  readonly event_id: string;
  readonly sender: string;
  readonly content: { readonly body?: string };
}

/** What is done for one message, step by step, and whether it is done after the next one. */
export interface Conduct {
  readonly late?: boolean;
  readonly steps: readonly (
    | { readonly do: 'hand over'; readonly elsewhere?: boolean }
    | { readonly do: 'tell'; readonly status: 'SUCCESS' | 'FAIL'; readonly sentence?: string }
    | { readonly do: 'invent' }
  )[];
}

const TELL_DELIVERED = { do: 'tell', status: 'SUCCESS' } as const;
const HAND_OVER = { do: 'hand over' } as const;
export const RIGHT = {
  m2n: { steps: [HAND_OVER, TELL_DELIVERED] },
  n2m: { steps: [HAND_OVER] },
} as const satisfies Record<string, Conduct>;

/** The message that is treated otherwise. */
export interface Fault {
  readonly direction: 'm2n' | 'n2m';
  readonly chat: string;
  readonly n: number;
  readonly conduct: Conduct;
}

export class BridgeInProcess {
  readonly #config: PeerConfig;
  readonly #fault: Fault | undefined;
  readonly #client: MatrixClient;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #say: (chat: string, text: string) => void;
  /** What waits for the next message of its kind. */
  readonly #late = new Map<string, () => Promise<void>>();
  #work: Promise<void> = Promise.resolve();
  #transactions = 0;

  static async start(config: PeerConfig, asToken: string, fault?: Fault): Promise<BridgeInProcess> {
    const bridge = new BridgeInProcess(config, asToken, fault);
    await once(bridge.#server.listen(config.port, '127.0.0.1'), 'listening');
    return bridge;
  }

  private constructor(config: PeerConfig, asToken: string, fault: Fault | undefined) {
    this.#config = config;
    this.#fault = fault;
    this.#client = new MatrixClient(config.homeserverUrl, asToken);
    this.#say = openLine(config.networkPort, (name, text) => this.#hear(name, text));
  }

  async stop(): Promise<void> {
    await this.#work;
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #hear(name: string, text: string): void {
    const chat = this.#config.chats.find((one) => one.name === name);
    if (chat) this.#carry('n2m', chat, text, async (to, what) => this.#send(to, 'm.room.message', textOf(what)));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { events = [] } = (await json(request)) as { readonly events?: readonly Message[] };
    for (const event of events) {
      const chat = this.#config.chats.find(({ room }) => room === event.room_id);
      const { body } = event.content;
      if (!chat || event.sender === chat.ghost || event.type !== 'm.room.message' || body === undefined) continue;
      this.#carry('m2n', chat, body, async (to, what) => this.#say(to.name, what), event.event_id);
    }
    response.setHeader('content-type', 'application/json').end('{}');
  }

  #carry(
    direction: 'm2n' | 'n2m',
    chat: Chat,
    text: string,
    handOver: (to: Chat, text: string) => Promise<unknown>,
    event = '',
  ): void {
    const { steps, late = false } = this.#conduct(direction, text);
    const carry = async (): Promise<void> => {
      for (const step of steps) {
        const { chats } = this.#config;
        if (step.do === 'hand over') await handOver(step.elsewhere ? chats.find((one) => one !== chat)! : chat, text);
        if (step.do === 'invent') await handOver(chat, words(direction, chat.name, 99));
        if (step.do === 'tell') await this.#tell(chat, event, step.status, step.sentence);
      }
    };
    const kind = `${direction} ${chat.name}`;
    if (late) return void this.#late.set(kind, carry);
    this.#work = this.#work.then(carry).then(this.#late.get(kind));
    this.#late.delete(kind);
  }

  #conduct(direction: 'm2n' | 'n2m', text: string): Conduct {
    const read = readWords(text);
    const fault = this.#fault;
    const isMeant = fault?.direction === direction && fault.chat === read?.conversation && fault.n === read.n;
    return isMeant ? fault.conduct : RIGHT[direction];
  }

  async #tell(chat: Chat, event: string, status: string, sentence = ''): Promise<void> {
    const relation = { 'm.relates_to': { rel_type: 'm.reference', event_id: event } };
    await this.#send(chat, 'com.beeper.message_send_status', {
      ...relation,
      status,
      message: sentence,
      network: 'peer',
    });
  }

  async #send({ room, ghost }: Chat, type: string, content: JsonObject): Promise<void> {
    this.#transactions += 1;
    const path = at`/rooms/${room}/send/${type}/${String(this.#transactions)}`;
    await this.#client.request('PUT', `${path}?user_id=${encodeURIComponent(ghost)}`, content);
  }
}

function textOf(body: string): JsonObject {
  return { msgtype: 'm.text', body };
}
