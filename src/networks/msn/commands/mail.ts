// The command about mail: how much is unread, and a link to where it can be read. Knows the pages by their words; counting
// and forms are others'.

import { BridgeError } from '../../../bridge/errors.ts';
import type { Content } from '../../../bridge/events.ts';
import type { PageForm, Pages } from '../../../bridge/pages.ts';
import { lines, link, say } from '../../../bridge/say.ts';
import type { PageName } from '../../../msnp/service-types.ts';
import { addressFault } from '../ids.ts';
import type { CommandClient, MsnCommand } from './command.ts';

interface PageRow {
  readonly title: string;
  readonly page: PageName;
  /** What is asked for besides the page's name: whom to write to, or the language. */
  readonly argument?: 'address' | 'language';
}

/** English of the United States, in which our client speaks to the server throughout. */
const LANGUAGE = '0x0409';

const PAGES = new Map<string, PageRow>([
  ['inbox', { title: 'your inbox', page: 'INBOX' }],
  ['folders', { title: 'your mail folders', page: 'FOLDERS' }],
  ['compose', { title: 'a new mail', page: 'COMPOSE', argument: 'address' }],
  ['profile', { title: 'your public profile', page: 'PROFILE', argument: 'language' }],
  ['account', { title: 'your account', page: 'PERSON', argument: 'language' }],
  ['mobile', { title: 'your mobile settings', page: 'CHGMOB' }],
  ['rooms', { title: 'the chat rooms', page: 'CHAT', argument: 'language' }],
  ['addresses', { title: 'your address book', page: 'ADDRBOOK' }],
  ['search', { title: 'the member directory', page: 'ADVSEARCH' }],
]);
/** The mail of which the service told last. */
const LAST = 'last';

const NO_BROWSER =
  'I could give you a link to it if the bridge had an address for browsers: its operator can set “public_url”.';

export const MAIL: MsnCommand = {
  name: 'mail',
  args: `[${[...PAGES.keys(), LAST].join('|')}] [address]`,
  summary:
    'shows how much unread mail there is, and a link that opens your inbox, or another page of the service, once',
  example: 'mail compose bob@example.com',
  run: async (client, [word = 'inbox', ...args], { pages }) => {
    const wanted = word.toLowerCase();
    const row = PAGES.get(wanted);
    if (row === undefined && wanted !== LAST) {
      throw new BridgeError('bad-input', `There is no such page. Say “mail”, or “mail” and one of: ${WORDS}.`);
    }
    const argument = argumentOf(row, args);
    return lines(say(client.service.news.mailSummary), await linkTo(client, row, argument, pages));
  },
};

const WORDS = [...PAGES.keys(), LAST].join(', ');

function argumentOf(row: PageRow | undefined, [address]: readonly string[]): string | undefined {
  if (row?.argument === 'language') return LANGUAGE;
  if (row?.argument !== 'address' || address === undefined) return undefined;
  const fault = addressFault(address);
  if (fault !== undefined) throw new BridgeError('bad-input', fault);
  return address;
}

/** The count is told also where there is no link: why not is a sentence beside it. */
async function linkTo(
  client: CommandClient,
  row: PageRow | undefined,
  argument: string | undefined,
  pages: Pick<Pages, 'offer'> | undefined,
): Promise<Content> {
  if (pages === undefined) return say(NO_BROWSER);
  try {
    const make = row === undefined ? lastMail(client) : await client.service.pages.prepare(row.page, argument);
    const title = row?.title ?? 'the mail that came last';
    const url = pages.offer({ title, make });
    return say(`For one minute this opens ${title}, once: `, link(url, url));
  } catch (error) {
    if (error instanceof BridgeError && error.code !== 'bug') return say(error.message);
    throw error;
  }
}

function lastMail({ service: { news, pages } }: CommandClient): () => PageForm | undefined {
  if (news.lastMail === undefined) throw new BridgeError('bad-input', 'No mail has come since you signed in.');
  return pages.form(news.lastMail);
}
