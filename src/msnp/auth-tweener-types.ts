// The words of the Passport 1.4 sign-in: asked with an address and a password, it tells a ticket or why not.

export type TweenerCommand = { readonly type: 'start'; readonly challenge: string };

export type TweenerEvent =
  | { readonly type: 'ticket'; readonly ticket: string }
  /** Wrong address or password; `text`: what the service says of it, undefined if nothing. */
  | { readonly type: 'refused'; readonly text?: string }
  /** The service could not be used; `reason` is for the log. */
  | { readonly type: 'unavailable'; readonly reason: string };
