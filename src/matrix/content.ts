// What somebody said, as Matrix message content, and back. Knows the content of m.room.message; no room and no request.

import { type Content, plainText, type Run } from '../bridge/events.ts';
import type { EventId, MatrixUserId } from '../bridge/ids.ts';
import { type JsonObject, asEventId, asString, isObject } from './checks.ts';
import { writeHtml } from './html-writer.ts';
import { readHtml } from './html.ts';
import { bytesInJson, cleanText, cut } from './text.ts';

export interface WriteOptions {
  readonly notice?: boolean;
  readonly replyTo?: EventId;
  readonly mention?: MatrixUserId;
}

const HTML = 'org.matrix.custom.html';
// A whole event may have 65,536 bytes, our own keys included.
export const MAX_BODY_BYTES = 24_000;
export const MAX_HTML_BYTES = 32_000;
const MAX_FALLBACK = 500;
/** What of a plain body is looked at. */
const MAX_READ = 65_536;

export function toMessageContent(content: Content, options: WriteOptions = {}): Record<string, unknown> {
  const runs = cleanRuns(content);
  const body = runs.map((run) => run.text).join('');
  const short = body.length * 3 > MAX_BODY_BYTES ? shorten(body) : body;
  const html = short === body ? writeHtml(runs) : undefined;
  return {
    msgtype: msgtype(content, options),
    body: short,
    ...(html !== undefined && bytesInJson(html) <= MAX_HTML_BYTES ? { format: HTML, formatted_body: html } : {}),
    // Always there: without it clients look for names in the text.
    'm.mentions': options.mention === undefined ? {} : { user_ids: [options.mention] },
    ...(options.replyTo === undefined ? {} : { 'm.relates_to': { 'm.in_reply_to': { event_id: options.replyTo } } }),
  };
}

/** Other words in the place of those that an event brought. What clients show who know no edits is kept short. */
export function toEditContent(event: EventId, content: Content): Record<string, unknown> {
  const next = toMessageContent(content, { notice: true });
  return {
    msgtype: 'm.notice',
    body: `* ${cut(cleanText(plainText(content)), MAX_FALLBACK, Infinity)}`,
    'm.mentions': {},
    'm.new_content': next,
    'm.relates_to': { rel_type: 'm.replace', event_id: event },
  };
}

export function cleanRuns({ runs }: Content): readonly Run[] {
  return runs.map(({ text, table, ...style }) => ({
    ...style,
    text: cleanText(text),
    ...(table && { table: table.map((row) => row.map(cleanText)) }),
  }));
}

function msgtype(content: Content, options: WriteOptions): string {
  if (options.notice) return 'm.notice';
  return content.emote ? 'm.emote' : 'm.text';
}

function shorten(body: string): string {
  let kept = cut(body, Infinity, MAX_BODY_BYTES);
  for (let size = bytesInJson(kept); size > MAX_BODY_BYTES; size = bytesInJson(kept))
    kept = cut(kept, Infinity, Math.floor((Buffer.byteLength(kept) * MAX_BODY_BYTES) / size) - 1);
  return kept === body ? body : `${kept}…`;
}

export interface MessageText {
  readonly body: string;
  /** `formatted_body`, if its format is the one that we know. */
  readonly html?: string;
  readonly emote: boolean;
  readonly isReply: boolean;
}

/** Undefined if there is nothing to read in it. */
export function fromMessageText({ body, html, emote, isReply }: MessageText): Content | undefined {
  const styled = html === undefined ? [] : readHtml(html);
  const runs = hasText(styled) ? styled : [{ text: plain(body, isReply) }];
  if (!hasText(runs)) return undefined;
  return { type: 'text', runs, ...(emote ? { emote } : {}) };
}

/** What a message says; undefined if there is nothing to read in it. */
export function fromMessageContent(content: JsonObject): Content | undefined {
  const { body, formatted_body: html } = content;
  return fromMessageText({
    body: asString(body) ?? '',
    ...(content['format'] === HTML && typeof html === 'string' && { html }),
    emote: content['msgtype'] === 'm.emote',
    isReply: repliedTo(content) !== undefined,
  });
}

/** The event that a message answers to. */
export function repliedTo(content: JsonObject): EventId | undefined {
  const relation = content['m.relates_to'];
  const reply = isObject(relation) ? relation['m.in_reply_to'] : undefined;
  return isObject(reply) ? asEventId(reply['event_id']) : undefined;
}

function hasText(runs: readonly Run[]): boolean {
  return runs.some((run) => run.text.trim() !== '');
}

function plain(body: string, isReply: boolean): string {
  const clean = cleanText(body.slice(0, MAX_READ));
  return isReply ? withoutQuote(clean) : clean;
}

/** Older clients quote what they reply to: lines with `> `, then an empty one. */
function withoutQuote(body: string): string {
  if (!body.startsWith('> ')) return body;
  const lines = body.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('> ') && line !== '>');
  if (end === -1 || lines[end] !== '') return body;
  return lines.slice(end + 1).join('\n');
}
