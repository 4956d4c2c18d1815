// Everybody talks: chance decides who, and which way. Knows who is there; not who dies meanwhile.

import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../msnp/support/random.ts';
import { words } from './history.ts';
import type { Conversation, World } from './world.ts';

/** Newcomers talk for a while, then they have said what they came for. */
const TALKING_NEWCOMERS = 2;

export class Traffic {
  readonly #world: World;
  readonly #random: Random;
  readonly #pauseMs: number;
  readonly #steady: readonly Conversation[];
  readonly #newcomers: Conversation[] = [];
  readonly #pending = new Set<Promise<unknown>>();
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();

  /** @param perSecond messages, both ways together */
  constructor(world: World, random: Random, perSecond: number) {
    this.#world = world;
    this.#random = random;
    this.#pauseMs = 1_000 / perSecond;
    this.#steady = [...world.conversations];
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#running = this.#run();
  }

  /** Resolves when nobody has anything more to say. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#running;
    await Promise.all(this.#pending);
  }

  /** From now on this one talks too. */
  join(newcomer: Conversation): void {
    this.#newcomers.push(newcomer);
    if (this.#newcomers.length > TALKING_NEWCOMERS) this.#newcomers.shift();
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      const all = [...this.#steady, ...this.#newcomers];
      const conversation = all[this.#random(all.length)]!;
      if (conversation.room === undefined) this.#do(this.#world.enter(conversation));
      if (conversation.room !== undefined && this.#random(2) === 0) this.#do(say(conversation, conversation.room));
      else if (this.#canSpeak(conversation)) this.#do(speak(conversation));
      await delay(this.#pauseMs);
    }
  }

  #canSpeak({ isSpeaking, user }: Conversation): boolean {
    return !isSpeaking && this.#world.msn.isSignedIn(user.address);
  }

  #do(work: Promise<unknown>): void {
    // somebody has just died, or gone: people try again with something else
    const settled = work.catch(() => undefined).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }
}

async function say(conversation: Conversation, room: string): Promise<void> {
  conversation.said += 1;
  await conversation.user.person.say(room, words('m2n', conversation.id, conversation.said));
}

async function speak(conversation: Conversation): Promise<void> {
  conversation.isSpeaking = true;
  conversation.spoken += 1;
  try {
    const text = words('n2m', conversation.id, conversation.spoken);
    await conversation.contact.say(conversation.user.address, text);
  } finally {
    conversation.isSpeaking = false;
  }
}
