// All kinds of hostile input that there are, and how much of it there is.

import { args } from './arguments.ts';
import { boxes } from './boxes.ts';
import { CHAT_MESSAGES } from './chat-messages.ts';
import { chatEntries } from './chats.ts';
import { configs } from './configs.ts';
import { frames } from './frames.ts';
import { gateways } from './gateway.ts';
import { closeHomeserver, homeserverAnswers } from './homeserver-answers.ts';
import { htmls } from './html.ts';
import { kind } from './kind.ts';
import type { Trials } from './kind.ts';
import { lists } from './lists.ts';
import { people } from './people.ts';
import { PERSON_TO_PERSON } from './person-to-person.ts';
import { provisioning } from './provisioning.ts';
import { serverMessages } from './server-messages.ts';
import { signIn } from './sign-in.ts';
import { transactions } from './transactions.ts';
import { typedAddresses } from './typed.ts';

export const CORPUS: readonly Trials[] = [
  ...frames,
  ...kind('messages', CHAT_MESSAGES, chatEntries),
  ...kind('person to person', PERSON_TO_PERSON, chatEntries),
  ...serverMessages,
  ...lists,
  ...people,
  ...signIn,
  ...gateways,
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
