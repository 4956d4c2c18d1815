// Who talks in the suite and where, from its first test to its last. Knows people and rooms; not what is tested.

import type { MatrixPerson } from '../../support/matrix-person.ts';
import type { MsnPerson } from '../../support/msn-person.ts';
import type { MsnUnderTest } from '../../support/msn-under-test.ts';
import { setStage, type Stage, type StageOptions } from '../../support/stage.ts';

export class Scene {
  /** Alice’s room with the bot, and her room with Bob: as soon as there are such. */
  room = '';
  chat = '';
  readonly stage: Stage;
  readonly alice: MatrixPerson;
  readonly bob: MsnPerson;

  private constructor(stage: Stage, alice: MatrixPerson, bob: MsnPerson) {
    this.stage = stage;
    this.alice = alice;
    this.bob = bob;
  }

  static async set(options: StageOptions): Promise<Scene> {
    const stage = await setStage(options);
    return new Scene(stage, await stage.person('alice'), await stage.msn.signIn(stage.msn.bob));
  }

  async clear(): Promise<void> {
    this.bob.vanish();
    await this.stage.stop();
  }

  get msn(): MsnUnderTest {
    return this.stage.msn;
  }

  /** Says something to the bot and waits for a reply to it. */
  async ask(what: string, reply: RegExp, person = this.alice, where = this.room): Promise<string> {
    const asked = await person.say(where, what);
    const answer = await person.waitForMessage(where, (seen) => {
      const order = person.timeline(where).map(({ id }) => id);
      return seen.sender === this.stage.bot && reply.test(seen.text) && order.indexOf(seen.id) > order.indexOf(asked);
    });
    return answer.text;
  }

  /** Waits until the bot says something of itself. */
  async told(what: RegExp, where = this.room): Promise<string> {
    const isMeant = (seen: { readonly sender: string; readonly text: string }): boolean =>
      seen.sender === this.stage.bot && what.test(seen.text);
    return (await this.alice.waitForMessage(where, isMeant)).text;
  }
}

/** The scene, once it is set: parts of the suite are told before that. */
export type OnScene = () => Scene;

/** The bridge is started again, and she is signed in again. */
export async function comeBack({ stage }: Scene): Promise<void> {
  const from = stage.bridge.log.length;
  await stage.bridge.startAgain();
  await stage.bridge.waitForLog((line) => line['state'] === 'connected', { from });
}
