// Web pages that the server signs its users in to: asks for their addresses and fills in the forms that open them. Knows
// the form and what the session's profile tells; shows and posts nothing.

import { BridgeError } from '../../bridge/errors.ts';
import type { PageForm } from '../../bridge/pages.ts';
import type { Secret } from '../../bridge/secret.ts';
import type { AccountProfile } from '../../msnp/account-profile.ts';
import { mailLoginForm } from '../../msnp/mail-login.ts';
import type { MailPage, PageName } from '../../msnp/service-types.ts';

export interface WebPagesParts {
  readonly address: string;
  readonly password: Secret;
  readonly now: () => Date;
  /** May what proves the password go there? */
  readonly mayPost: (url: URL) => boolean;
  /** Asks the server where a page is; throws `BridgeError` when it does not say. */
  readonly ask: (page: PageName, argument: string | undefined) => Promise<MailPage | undefined>;
}

export class WebPages {
  readonly #parts: WebPagesParts;
  /** Holds a proof of the sign-in: it is the session's, and goes with it. */
  #profile: AccountProfile | undefined;

  constructor(parts: WebPagesParts) {
    this.#parts = parts;
  }

  onProfile(profile: AccountProfile): void {
    this.#profile = profile;
  }

  /** The session is over. */
  end(): void {
    this.#profile = undefined;
  }

  /** Fills in the form of a page when it is to be opened. Throws `BridgeError` if there is no such page. */
  async prepare(page: PageName, argument?: string): Promise<() => PageForm | undefined> {
    return this.form(await this.#parts.ask(page, argument));
  }

  /** Likewise, of a page that the server told of by itself. */
  form(page: MailPage | undefined): () => PageForm | undefined {
    const make = (): PageForm | undefined => page && this.#fill(page);
    const form = make();
    if (form === undefined) throw new BridgeError('unsupported', 'This server has no such page.');
    const url = new URL(form.action);
    if (this.#parts.mayPost(url)) return make;
    throw new BridgeError(
      'not-permitted',
      `The page is at ${url.origin}, which is not among the places that may be given what proves your password: the bridge’s operator can add it to “credential_hosts”.`,
    );
  }

  /** The password goes into a digest. Whoever gets that could try passwords against it, and so not everybody may. */
  #fill(page: MailPage): PageForm | undefined {
    const { address, password, now } = this.#parts;
    return this.#profile && mailLoginForm(page, this.#profile, { address, password: password.reveal() }, now());
  }
}
