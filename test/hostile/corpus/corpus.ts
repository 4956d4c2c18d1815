// All kinds of hostile input that there are, and how much of it there is.

import { args } from './arguments.ts';
import { boxes } from './boxes.ts';
import { chatMessages } from './chat-messages.ts';
import { configs } from './configs.ts';
import { files } from './files.ts';
import { frames } from './frames.ts';
import { gateways } from './gateway.ts';
import { closeHomeserver, homeserverAnswers } from './homeserver-answers.ts';
import { hostSpellings } from './hosts.ts';
import { htmls } from './html.ts';
import type { Trials } from './kind.ts';
import { lists } from './lists.ts';
import { people } from './people.ts';
import { personToPerson } from './person-to-person.ts';
import { provisioning } from './provisioning.ts';
import { serverMessages } from './server-messages.ts';
import { signIn } from './sign-in.ts';
import { transactions } from './transactions.ts';
import { typedAddresses } from './typed.ts';

export const CORPUS: readonly Trials[] = [
  ...frames,
  ...chatMessages,
  ...personToPerson,
  ...files,
  ...serverMessages,
  ...lists,
  ...people,
  ...signIn,
  ...gateways,
  ...hostSpellings,
  ...args,
  ...typedAddresses,
  ...htmls,
  ...transactions,
  ...provisioning,
  ...homeserverAnswers,
  ...configs,
  ...boxes,
];

/** Each case by each of its ways. */
export function inputs(): number {
  return CORPUS.reduce((sum, { trials }) => sum + trials.length, 0);
}

/** What trials have in common is no longer needed. */
export async function closeCorpus(): Promise<void> {
  await closeHomeserver();
}
