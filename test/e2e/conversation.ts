// Two people talk: one at a Matrix client that is not ours, on a real Synapse; one on MSN, on the double or on a real server.
// The tests run in order: each goes on where the one before it ended.

import { afterAll, beforeAll, describe } from 'vitest';
import type { StageOptions } from '../support/stage.ts';
import { contactList } from './conversation/contact-list.ts';
import { lives } from './conversation/lives.ts';
import { Scene } from './conversation/scene.ts';
import { several } from './conversation/several.ts';
import { signingIn } from './conversation/signing-in.ts';
import { talking } from './conversation/talking.ts';

/** The suite, for one protocol version. */
export function conversation(options: StageOptions): void {
  describe(`in ${options.dialect}`, { tags: [options.dialect] }, () => {
    let scene: Scene | undefined;

    beforeAll(async () => {
      scene = await Scene.set(options);
    });
    afterAll(async () => scene?.clear());

    for (const part of [signingIn, talking, contactList, several, lives]) part(() => scene!);
  });
}
