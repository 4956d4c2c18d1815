// What was written in Matrix, in words for those who have neither mentions nor answers to single messages: a mention
// becomes a name, and what is answered to stands above the answer. Knows how that reads; not who is called what.

import type { Content, MatrixMessage, Run } from './events.ts';
import type { MatrixUserId } from './ids.ts';
import type { Matrix } from './matrix.ts';

/** Undefined: nobody we know. */
export type NameOf = (user: MatrixUserId) => string | undefined;

/** What goes out for a message. */
export async function worded(
  { room, content, replyTo }: MatrixMessage,
  matrix: Pick<Matrix, 'bot' | 'quote'>,
  nameOf: NameOf,
): Promise<Content> {
  const named = withNames(content, nameOf);
  // an action is about its moment, and says nothing above itself
  const quote = replyTo === undefined || content.emote === true ? undefined : await matrix.quote(room, replyTo);
  // the bot's sentences are for its user alone
  if (!quote || quote.sender === matrix.bot) return named;
  const name = nameOf(quote.sender);
  return { ...named, runs: [{ text: `> ${name === undefined ? '' : `${name}: `}${quote.line}\n` }, ...named.runs] };
}

/** The text with other words for those who are mentioned. */
export function withNames(content: Content, nameOf: NameOf): Content {
  if (!content.runs.some(({ mention }) => mention !== undefined)) return content;
  let last: MatrixUserId | undefined;
  const runs = content.runs.flatMap(({ mention, ...run }): Run[] => {
    const goesOn = mention !== undefined && mention === last; // a name of two styles
    last = mention;
    if (mention === undefined) return [run];
    const name = nameOf(mention) ?? readableId(run.text, mention);
    return goesOn ? [] : [{ ...run, text: run.text.replace(/\S(?:[\s\S]*\S)?/u, () => name) }];
  });
  return { ...content, runs };
}

/** Clients that do not know a name put the id in its place. */
function readableId(shown: string, user: MatrixUserId): string {
  return shown.trim() === user ? user.slice(1, user.indexOf(':')) : shown.trim();
}
