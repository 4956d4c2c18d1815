// Between what a switchboard carries and what the core calls content. Pure; knows no switchboard and no portal.

import { assertNever } from '../../bridge/errors.ts';
import { plainText, text } from '../../bridge/events.ts';
import type { Content, Run } from '../../bridge/events.ts';
import type { ChatMessage } from '../../msnp/message.ts';
import { readOffer } from '../../msnp/offers.ts';
import type { OfferKind } from '../../msnp/offers.ts';
import { PLAIN } from '../../msnp/text-format.ts';
import type { TextFormat } from '../../msnp/text-format.ts';
import { splitText, TEXT_LIMIT } from '../../msnp/text-split.ts';
import { toName } from './convert-contact.ts';

type TextMessage = Extract<ChatMessage, { type: 'text' }>;

/** Only hints: it goes before letters and brackets of no direction of their own, and can turn nothing else. */
const RIGHT_TO_LEFT = '\u200f';
const ACTION = '/me ';
const MONOSPACED = 'Courier New';
/** Fonts that say something about the text; all others are a matter of the sender's taste. */
const MONOSPACED_FONTS = new Set(['courier', 'courier new', 'consolas', 'lucida console', 'fixedsys', 'terminal']);

/** What is not carried yet is at least told. */
const OFFERS: Readonly<Record<OfferKind, string>> = {
  wink: 'sent a wink, which cannot be shown here yet',
  'voice-clip': 'sent a voice clip, which cannot be played here yet',
  drawing: 'sent a drawing, which cannot be shown here yet',
  file: 'wants to send a file, which cannot be taken here yet',
  webcam: 'wants to use a webcam, which cannot be done here',
  call: 'wants to talk by voice, which cannot be done here',
  other: 'sent an invitation, which cannot be answered here',
};

/** Undefined: there is nothing in it for a person to read. `nick`: of the sender, as the message came. */
export function fromMessage(message: ChatMessage, nick: string): Content | undefined {
  switch (message.type) {
    case 'text':
      return fromText(message, nick);
    case 'nudge':
      return { ...text('sent you a nudge'), emote: true };
    case 'action': {
      const action = fromText({ type: 'text', text: message.text, format: PLAIN }, nick);
      return action && { ...action, emote: true };
    }
    case 'typing':
    case 'client-caps':
      return undefined;
    case 'other': {
      const offer = readOffer(message);
      return offer && { ...text(OFFERS[offer.kind]), emote: true };
    }
    default:
      return assertNever(message);
  }
}

function fromText(message: TextMessage, nick: string): Content | undefined {
  const clean = cleanText(message.text);
  if (clean.trim() === '') return undefined;
  const action = /^\/me\s+(?=\S)/.exec(clean);
  const words = action ? clean.slice(action[0].length) : clean;
  // Where the text itself does not show its direction, a character does.
  const direction = message.format.rightToLeft && !isRightToLeft(words) ? RIGHT_TO_LEFT : '';
  const run: Run = { text: direction + words, ...styleOf(message.format) };
  // The sender speaks under another name in this message (bots and relays do).
  const alias = toName(message.name ?? '');
  const runs = alias === '' || alias === toName(nick) ? [run] : [{ text: `${alias}: ` }, run];
  return { type: 'text', runs, ...(action && { emote: true }) };
}

/** Line ends as `\n`, none at the end; no control characters. */
function cleanText(raw: string): string {
  // oxlint-disable-next-line no-control-regex
  const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
  const clean = raw
    .replace(/\r\n|\r/g, '\n')
    .replace(controls, '')
    .toWellFormed();
  let end = clean.length;
  while (clean[end - 1] === '\n') end -= 1;
  return clean.slice(0, end);
}

function styleOf(format: TextFormat): Omit<Run, 'text'> {
  return {
    ...(format.bold && { bold: true }),
    ...(format.italic && { italic: true }),
    ...(format.underline && { underline: true }),
    ...(format.strike && { strike: true }),
    ...(isReadable(format.color) && { color: `#${format.color.toString(16).padStart(6, '0')}` }),
    ...((format.fixedPitch || MONOSPACED_FONTS.has((format.font ?? '').toLowerCase())) && { code: true }),
  };
}

/** Near black is what nearly everybody has, and vanishes on a dark ground as near white does on a light one. */
function isReadable(color: number): boolean {
  const [red, green, blue] = [color >> 16, (color >> 8) & 0xff, color & 0xff];
  const luma = 0.299 * red + 0.587 * green + 0.114 * blue;
  return Math.max(red, green, blue) > 0x40 && luma < 0xe8;
}

/**
 * The pieces of a message as MSN carries them: each fits a payload, and is one run in one style, so that `toMessage`
 * changes nothing about it any more. Each piece of an action is one.
 */
export function split(content: Content): readonly Content[] {
  const { emote, runs } = content;
  const style = styleOfWhole(runs);
  const marked = markedText(runs, style);
  if (marked.trim() === '') return [];
  const parts = splitText(marked, TEXT_LIMIT - (emote === true ? ACTION.length : 0));
  return parts.map((part) => ({ type: 'text', runs: [{ text: part, ...style }], ...(emote === true && { emote }) }));
}

/** MSN has one look for a whole message: what holds for all of it becomes that look, the rest becomes marks. */
export function toMessage(content: Content): TextMessage {
  const style = styleOfWhole(content.runs);
  const marked = markedText(content.runs, style);
  return {
    type: 'text',
    text: content.emote === true ? `${ACTION}${marked}` : marked,
    format: {
      ...PLAIN,
      bold: style.bold === true,
      italic: style.italic === true,
      underline: style.underline === true,
      strike: style.strike === true,
      color: /^#[\da-f]{6}$/i.test(style.color ?? '') ? Number.parseInt((style.color ?? '').slice(1), 16) : 0,
      ...(style.code === true && { font: MONOSPACED, fixedPitch: true }),
      rightToLeft: isRightToLeft(plainText(content)),
    },
  };
}

/** A style of the whole message needs no marks. */
function markedText(runs: readonly Run[], whole: Omit<Run, 'text'>): string {
  const inner = runs.map((run) => ({
    ...run,
    bold: run.bold === true && whole.bold !== true,
    italic: run.italic === true && whole.italic !== true,
    underline: run.underline === true && whole.underline !== true,
    strike: run.strike === true && whole.strike !== true,
  }));
  return cleanText(mark(inner, MARKS));
}

function styleOfWhole(all: readonly Run[]): Omit<Run, 'text'> {
  const runs = all.filter((run) => run.text.trim() !== '');
  const everywhere = (wanted: (run: Run) => boolean | undefined): boolean => runs.every((run) => wanted(run) === true);
  const [first] = runs;
  if (first === undefined) return {};
  return {
    ...(everywhere((run) => run.bold) && { bold: true }),
    ...(everywhere((run) => run.italic) && { italic: true }),
    ...(everywhere((run) => run.underline) && { underline: true }),
    ...(everywhere((run) => run.strike) && { strike: true }),
    ...(first.color !== undefined && everywhere((run) => run.color === first.color) && { color: first.color }),
    ...(everywhere((run) => run.code) && { code: true }),
  };
}

interface Mark {
  readonly holds: (run: Run) => boolean;
  readonly write: (inner: string, first: Run) => string;
}

/** From the outermost inwards. What is marked as code is left as it is. */
const MARKS: readonly Mark[] = [
  {
    holds: (run) => run.link !== undefined,
    write: (inner, { link = '' }) => (needsNoLink(inner, link) ? inner : `${inner} (${link})`),
  },
  { holds: (run) => run.strike === true && run.code !== true, write: (inner) => around(inner, '~') },
  { holds: (run) => run.bold === true && run.code !== true, write: (inner) => around(inner, '*') },
  {
    holds: (run) => (run.italic === true || run.underline === true) && run.code !== true,
    write: (inner) => around(inner, '_'),
  },
];

function mark(runs: readonly Run[], [outer, ...inners]: readonly Mark[]): string {
  if (outer === undefined) return runs.map((run) => run.text).join('');
  let result = '';
  for (const group of stretches(runs, outer)) {
    const [first] = group;
    const inner = mark(group, inners);
    result += first !== undefined && outer.holds(first) ? outer.write(inner, first) : inner;
  }
  return result;
}

/** Neighbours that the mark holds for alike. */
function stretches(runs: readonly Run[], by: Mark): Run[][] {
  const groups: Run[][] = [];
  for (const run of runs) {
    const group = groups.at(-1);
    const before = group?.[0];
    if (group && before && by.holds(before) === by.holds(run) && before.link === run.link) group.push(run);
    else groups.push([run]);
  }
  return groups;
}

/** The mark stands at the words, not at the blanks around them. */
function around(inner: string, sign: string): string {
  const words = inner.trim();
  const start = inner.length - inner.trimStart().length;
  return words === '' ? inner : inner.slice(0, start) + sign + words + sign + inner.slice(start + words.length);
}

/** A bare URL leads to itself. */
function needsNoLink(inner: string, link: string): boolean {
  const shown = inner.trim();
  return [link, link.replace(/\/$/, ''), link.replace(/^(https?:\/\/|mailto:)/, '').replace(/\/$/, '')].includes(shown);
}

function isRightToLeft(plain: string): boolean {
  const strong = /\p{L}/u.exec(plain)?.[0] ?? '';
  return /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u.test(strong);
}
