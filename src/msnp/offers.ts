// What is offered in a chat beside words: winks, clips, drawings, files and the like. Knows how each announces itself and
// is declined; not how it is taken.

import { decodeText, encodeText } from './encoding.ts';
import type { ChatMessage } from './message.ts';
import { readFields } from './mime.ts';

export type OfferKind = 'wink' | 'voice-clip' | 'drawing' | 'file' | 'webcam' | 'call' | 'other';

export interface Offer {
  readonly kind: OfferKind;
  /** The sender's name of it, if it has one: clients there are that send the same offer twice. */
  readonly id?: string;
}

type OtherMessage = Extract<ChatMessage, { type: 'other' }>;

/** Invitations as they were before programs talked to each other in packets. */
const CLASSIC = 'text/x-msmsgsinvite';
/** A number of the inviter's, compared as text. */
const COOKIE = /^\d{1,10}$/;

const READERS = new Map<string, (message: OtherMessage) => Offer | undefined>([
  ['text/x-msnmsgr-datacast', readDatacast],
  ['image/gif', () => ({ kind: 'drawing' })],
  ['application/x-ms-ink', () => ({ kind: 'drawing' })],
  [CLASSIC, readClassicInvitation],
  ['application/x-msnmsgrp2p', readPeerInvitation],
]);

const DATACASTS = new Map<string | undefined, OfferKind>([
  ['2', 'wink'],
  ['3', 'voice-clip'],
]);

/** What an invitation is for; undefined: pictures and emoticons that programs fetch from each other by themselves. */
const APPLICATIONS = new Map<string, OfferKind | undefined>([
  ['5D3E02AB-6190-11D3-BBBB-00C04F795683', 'file'],
  ['02D3C01F-BF30-4825-A83A-DE7AF41648AA', 'call'],
  ['4BD96FC0-AB17-4425-A14A-439185962DC8', 'webcam'],
  ['1C9AA97E-9C05-4583-A3BD-908A196F1E92', 'webcam'],
  ['A4268EEC-FEC5-49E5-95C3-F126696BDBF6', undefined],
]);

/** Binary, before the text of an invitation between peers. */
const PEER_HEADER = 48;
const OFFSET_AT = 8;

/** Undefined: a message of another kind, and answers to offers. */
export function readOffer(message: ChatMessage): Offer | undefined {
  return message.type === 'other' ? READERS.get(message.contentType)?.(message) : undefined;
}

function readDatacast({ body }: OtherMessage): Offer | undefined {
  const kind = DATACASTS.get(readFields(body).get('id'));
  return kind && { kind };
}

function readClassicInvitation({ body }: OtherMessage): Offer | undefined {
  const fields = readFields(body);
  if (fields.get('invitation-command')?.toUpperCase() !== 'INVITE') return undefined;
  return offerOf(fields.get('application-guid'), fields.get('invitation-cookie'));
}

/**
 * "There is no such program here", for whoever offers something in the old way: their client would wait for an answer.
 * Undefined: nothing that is answered so.
 */
export function declineOf(message: ChatMessage): ChatMessage | undefined {
  if (message.type !== 'other' || message.contentType !== CLASSIC) return undefined;
  const fields = readFields(message.body);
  const cookie = fields.get('invitation-cookie') ?? '';
  if (fields.get('invitation-command')?.toUpperCase() !== 'INVITE' || !COOKIE.test(cookie)) return undefined;
  const lines = ['Invitation-Command: CANCEL', `Invitation-Cookie: ${cookie}`, 'Cancel-Code: REJECT_NOT_INSTALLED'];
  const contentType = `${CLASSIC}; charset=UTF-8`;
  return { type: 'other', contentType, headers: new Map(), body: encodeText(`${lines.join('\r\n')}\r\n\r\n`) };
}

/** Of a long invitation the first packet says enough. */
function readPeerInvitation({ body }: OtherMessage): Offer | undefined {
  if (body.length <= PEER_HEADER) return undefined;
  const isFirst = body.subarray(OFFSET_AT, OFFSET_AT + 8).every((byte) => byte === 0);
  const text = isFirst ? decodeText(body.subarray(PEER_HEADER)) : '';
  if (!text.startsWith('INVITE ')) return undefined;
  // a second invitation in the same call is about the way, and names no application
  const application = /^EUF-GUID: *(\S+)/im.exec(text)?.[1];
  return application === undefined ? undefined : offerOf(application, /^Call-ID: *(\S+)/im.exec(text)?.[1]);
}

function offerOf(application: string | undefined, id: string | undefined): Offer | undefined {
  const guid = (application ?? '').replace(/[{}]/g, '').toUpperCase();
  const kind = APPLICATIONS.has(guid) ? APPLICATIONS.get(guid) : 'other';
  return kind && { kind, ...(id !== undefined && id !== '' && { id }) };
}
