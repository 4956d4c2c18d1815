// What a user may say of themselves on MSN: how long it may be, and how it is written. Pure; knows no connection.

import type { WantedPresence } from '../../bridge/network.ts';
import { MAX_NICK } from '../../msnp/contact-plans.ts';
import { writeMusic } from '../../msnp/current-media.ts';
import { percentEncode } from '../../msnp/encoding.ts';
import { toName } from './convert-contact.ts';

/** As the clients of the time had it; in characters. */
const MAX_MESSAGE = 129;
const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As it goes out. Empty: there is none. */
export interface OwnWords {
  /** Undefined: the name that the account has. */
  readonly nick: string | undefined;
  readonly message: string;
  readonly media: string;
}

/** A sentence that says why contacts would not see it whole. */
export function objection({ nick = '', message = '', playing = '' }: WantedPresence): string | undefined {
  if (!fitsNick(toLine(nick))) return 'That name is too long for MSN.';
  const [length, what] = [characters(toLine(message)), characters(toLine(playing))];
  if (length > MAX_MESSAGE) return tooLong('A personal message', length);
  return what > MAX_MESSAGE ? tooLong('What you listen to', what) : undefined;
}

/** What is too long is cut, between characters. */
export function ownWords({ nick, message = '', playing = '' }: WantedPresence): OwnWords {
  const name = nick === undefined ? '' : cut(toLine(nick), fitsNick);
  return {
    nick: name === '' ? undefined : name,
    message: cut(toLine(message), fitsMessage),
    media: mediaOf(cut(toLine(playing), fitsMessage)),
  };
}

/** “Artist – Title”, or something without a dash. */
function mediaOf(playing: string): string {
  if (playing === '') return '';
  const [, artist, title] = /^(.+?) [-–—] (.+)$/u.exec(playing) ?? [];
  return title === undefined ? writeMusic(playing) : writeMusic(title, artist);
}

function toLine(text: string): string {
  return toName(text.replaceAll(/\s+/gu, ' '));
}

function fitsNick(nick: string): boolean {
  return percentEncode(nick).length <= MAX_NICK;
}

function fitsMessage(message: string): boolean {
  return characters(message) <= MAX_MESSAGE;
}

function characters(text: string): number {
  return Array.from(text).length;
}

function cut(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  let kept = '';
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (!fits(kept + segment)) break;
    kept += segment;
  }
  return kept.trimEnd();
}

function tooLong(what: string, length: number): string {
  return `${what} has at most ${MAX_MESSAGE} characters on MSN; this one has ${length}.`;
}
