// Contacts that talk back, for a sandbox: scripted people hosted in this process. Knows a few ways of answering; not where they sign in.
import { MsnPerson, type MsnPersonOptions, type ReceivedText } from '../msn-person.ts';

/** What a contact does about a text. */
export type Script = (text: ReceivedText, person: MsnPerson) => Promise<void>;

/** Says everything back, after having typed. */
export const echo: Script = async ({ text, chat }) => {
  chat.type();
  await chat.say(text);
};

/** Answers with these lines in turn, over and over. */
export function lines(...answers: readonly string[]): Script {
  let next = 0;
  return async ({ chat }) => {
    const answer = answers[next % answers.length];
    next += 1;
    if (answer !== undefined) await chat.say(answer);
  };
}

/** The first script whose pattern the text has, if any. */
export function rules(...table: readonly (readonly [pattern: RegExp, script: Script])[]): Script {
  return async (text, person) => {
    const script = table.find(([pattern]) => pattern.test(text.text))?.[1];
    await script?.(text, person);
  };
}

/** Calls a friend into the chat, so that it becomes a group. */
export function bring(address: string): Script {
  return ({ chat }) => chat.invite(address);
}

export interface TalkingContact extends Pick<MsnPersonOptions, 'address' | 'password'> {
  readonly script: Script;
}

export type Place = Omit<MsnPersonOptions, 'address' | 'password' | 'onText'>;

/** Signs them all in at one server; each can be had by its address. */
export async function hostContacts(
  place: Place,
  contacts: readonly TalkingContact[],
): Promise<ReadonlyMap<string, MsnPerson>> {
  const people = await Promise.all(
    contacts.map(({ address, password, script }) => MsnPerson.signIn({ ...place, address, password, onText: script })),
  );
  return new Map(people.map((person) => [person.address, person]));
}
