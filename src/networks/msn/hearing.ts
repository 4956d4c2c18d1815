// What somebody says in a conversation, for the core: who it is, under which id, as what. Knows no connection.

import type { Clock } from '../../bridge/clock.ts';
import type { ServerKey } from '../../bridge/ids.ts';
import type { Log } from '../../bridge/log.ts';
import type { ClientSink, NetworkLogin } from '../../bridge/network.ts';
import { readEmoticonCodes } from '../../msnp/emoticon-list.ts';
import { readOffer } from '../../msnp/offers.ts';
import { toName } from './convert-contact.ts';
import { fromMessage } from './convert-content.ts';
import type { EmoticonChoice } from './emoticon-choice.ts';
import { isAddress, messageId, offerId, userId } from './ids.ts';
import type { Roster } from './roster.ts';
import type { Heard } from './switchboards.ts';

export interface HearingParts {
  /** The server's key, a part of who its people are. */
  readonly server: ServerKey;
  readonly login: NetworkLogin;
  /** The contact list as it is now. */
  readonly roster: () => Pick<Roster, 'isBlocked' | 'nameOf'>;
  readonly emoticons: EmoticonChoice;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly emit: ClientSink['event'];
}

/** How long somebody types who says so once: clients repeat it every five seconds. */
const TYPING_MS = 6_000;

export class Hearing {
  readonly #parts: HearingParts;

  constructor(parts: HearingParts) {
    this.#parts = parts;
  }

  /** `epoch`: of the attempt whose switchboard heard it. */
  hear(epoch: number, heard: Heard): void {
    const { server, login, roster, emoticons, clock, log, emit } = this.#parts;
    const { address, nick, message, connection, count } = heard;
    if (!isAddress(address)) {
      log.warn({ length: address.length }, 'message dropped: its sender has no address');
      return;
    }
    // the server lets those who are in a conversation go on
    if (roster().isBlocked(address)) return;
    const sender = userId(server, address);
    if (message.type === 'typing') {
      const chat = heard.knownChat();
      if (chat !== undefined) emit({ type: 'typing', chat, sender, forMs: TYPING_MS });
      return;
    }
    const speaker = `${connection} ${address}`;
    const announced = readEmoticonCodes(message);
    if (announced !== undefined) return emoticons.announce(speaker, announced);
    const content = fromMessage(message, nick);
    if (content === undefined) {
      const kind = message.type === 'other' ? message.contentType : message.type;
      log.debug({ kind }, 'message without anything to show');
      return;
    }
    const offer = readOffer(message)?.id;
    emit({
      type: 'message',
      chat: heard.chat(),
      sender,
      senderName: toName(nick) || roster().nameOf(address),
      id:
        offer === undefined
          ? messageId(login.user, epoch, connection, count)
          : offerId(login.user, epoch, connection, sender, offer),
      at: clock.now(),
      content: emoticons.heard(speaker, content, message.type),
    });
  }
}
