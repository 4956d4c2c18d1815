// The registration that makes a homeserver work with this bridge, as data. Writes no file and invents no token.

import type { NetworkId } from '../bridge/ids.ts';

export interface RegistrationOptions {
  /** Never changes. */
  readonly id: string;
  /** Where the homeserver reaches the bridge. */
  readonly url: string;
  readonly asToken: string;
  readonly hsToken: string;
  readonly domain: string;
  readonly botLocalpart: string;
  readonly ghostPrefix: string;
  readonly networks: readonly NetworkId[];
}

interface Namespace {
  readonly regex: string;
  readonly exclusive: boolean;
}

/** Written to YAML as it stands, in this order. */
export interface Registration {
  readonly id: string;
  readonly url: string;
  readonly as_token: string;
  readonly hs_token: string;
  readonly sender_localpart: string;
  readonly rate_limited: boolean;
  readonly receive_ephemeral: boolean;
  readonly 'de.sorunome.msc2409.push_ephemeral': boolean;
  readonly namespaces: {
    readonly users: readonly Namespace[];
    readonly aliases: readonly Namespace[];
    readonly rooms: readonly Namespace[];
  };
}

export function registration(options: RegistrationOptions): Registration {
  const domain = literally(options.domain);
  const prefix = literally(options.ghostPrefix);
  const exclusive = (regex: string): Namespace => ({ regex, exclusive: true });
  return {
    id: options.id,
    url: options.url,
    as_token: options.asToken,
    hs_token: options.hsToken,
    // The library takes the sender for the bot.
    sender_localpart: options.botLocalpart,
    rate_limited: false,
    // Homeservers differ in which of the two they honour.
    receive_ephemeral: true,
    'de.sorunome.msc2409.push_ephemeral': true,
    namespaces: {
      users: [
        exclusive(`^@${literally(options.botLocalpart)}:${domain}$`),
        // Whatever follows the network is ours: the form of the rest may change without a new registration.
        ...options.networks.map((network) => exclusive(`^@${prefix}${network}_.*:${domain}$`)),
      ],
      aliases: [exclusive(`^#${prefix}portal_.*:${domain}$`)],
      rooms: [],
    },
  };
}

// RegExp.escape would write `\x6d…`, which an administrator cannot read.
function literally(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
