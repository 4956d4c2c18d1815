// A short scripted conversation through the bridge, shown as it happens. Knows what to say and what to wait for.

import type { MatrixPerson, Seen } from '../support/matrix-person.ts';
import { USER, type SandboxMsn } from './contacts.ts';

const PATIENCE_MS = 60_000;

/** @param show one line of the conversation: who, and what. */
export async function converse(
  you: MatrixPerson,
  bot: string,
  msn: SandboxMsn,
  show: (who: string, what: string) => void,
): Promise<void> {
  const room = await you.createDirect(bot);
  const shown = new Set<string>();
  const hear = async (where: string, wanted: RegExp): Promise<void> => {
    const isMeant = (seen: Seen): boolean =>
      seen.sender !== you.userId && !shown.has(seen.id) && wanted.test(seen.text);
    const seen = await you.waitForMessage(where, isMeant, PATIENCE_MS);
    for (const earlier of you.timeline(where)) shown.add(earlier.id);
    show(seen.senderName, seen.text);
  };
  const say = async (where: string, text: string, shownAs = text): Promise<void> => {
    show('you', shownAs);
    await you.say(where, text);
  };

  await hear(room, /login/);
  await say(room, 'login');
  await hear(room, /e-mail/);
  await say(room, USER.address);
  await hear(room, /password/);
  await say(room, USER.password, '••••••• (the bot removes this message)');
  await hear(room, /^You are signed in/);
  await say(room, 'list');
  await hear(room, /Contacts of/);
  await msn.greet('Hi! I am Bob, on MSN. Write to me, I answer.');
  const chat = (await you.waitForInvite((invite) => invite.direct, PATIENCE_MS)).room;
  await you.join(chat);
  await hear(chat, /I am Bob/);
  await say(chat, 'Hello Bob, I am on Matrix.');
  await hear(chat, /You said/);
}
