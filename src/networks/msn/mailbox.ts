// What the service tells of mail: counts what is unread and says in a sentence what has come. Knows no page to read it on.

import type { ServiceEvent } from '../../msnp/service-types.ts';
import { toName } from './convert-contact.ts';

const INBOX = 'ACTIVE';
const MAX_SUBJECT = 200;

type Of<Type extends ServiceEvent['type']> = Extract<ServiceEvent, { type: Type }>;

export class Mailbox {
  readonly #say: (text: string) => void;
  /** Undefined until the service has told. */
  #unread: { readonly inbox: number; readonly folders: number } | undefined;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** For the command `mail`. */
  get summary(): string {
    if (this.#unread === undefined) return 'This server has told nothing of a mailbox.';
    const { inbox, folders } = this.#unread;
    return `You have ${messages(inbox)} in your inbox and ${folders} in other folders.`;
  }

  onCounted({ inbox, folders }: Of<'mail-counted'>): void {
    this.#unread = { inbox, folders };
    if (inbox + folders > 0) this.#say(this.summary);
  }

  onArrived({ from, address, subject, folder }: Of<'mail-arrived'>): void {
    const unread = this.#unread ?? { inbox: 0, folders: 0 };
    this.#unread =
      folder === INBOX ? { ...unread, inbox: unread.inbox + 1 } : { ...unread, folders: unread.folders + 1 };
    const name = toName(from);
    const who = name === '' || name === address ? toName(address) : `${name} (${toName(address)})`;
    this.#say(`New mail from ${who}: ${toName(subject).slice(0, MAX_SUBJECT) || 'no subject'}`);
  }

  onMoved({ from, to, count }: Of<'mail-moved'>): void {
    if (this.#unread === undefined) return;
    const { inbox, folders } = this.#unread;
    const change = (from === INBOX ? -count : 0) + (to === INBOX ? count : 0);
    this.#unread = { inbox: Math.max(0, inbox + change), folders: Math.max(0, folders - change) };
  }

  onAlert({ origin, from, text, service }: Of<'alert'>): void {
    if (service !== undefined || text === '') return;
    const who = from === undefined ? '' : ` from ${toName(from)}`;
    this.#say(`${origin === 'telephone' ? 'A message' : 'A notice'}${who}: ${toName(text).slice(0, MAX_SUBJECT)}`);
  }
}

function messages(count: number): string {
  return count === 1 ? 'one unread message' : `${count} unread messages`;
}
