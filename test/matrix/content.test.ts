import { describe, expect, test } from 'vitest';
import { text } from '../../src/bridge/events.ts';
import type { EventId, MatrixUserId, NetworkId } from '../../src/bridge/ids.ts';
import { bold, lines, say, table } from '../../src/bridge/say.ts';
import { fromMessageText, toMessageContent } from '../../src/matrix/content.ts';
import { registration } from '../../src/matrix/registration.ts';
import { toStatusContent } from '../../src/matrix/status.ts';
import { cleanName } from '../../src/matrix/text.ts';

describe('writing a message', () => {
  test('plain text has no HTML, and always says whom it mentions', () => {
    expect(toMessageContent(text('a <b> & c'))).toEqual({ msgtype: 'm.text', body: 'a <b> & c', 'm.mentions': {} });
  });

  test('styled text has both forms', () => {
    expect(toMessageContent({ type: 'text', runs: [{ text: 'a ' }, { text: 'b', bold: true }] })).toEqual({
      msgtype: 'm.text',
      body: 'a b',
      format: 'org.matrix.custom.html',
      formatted_body: 'a <strong>b</strong>',
      'm.mentions': {},
    });
  });

  test('a table is one in HTML, and lines in plain text', () => {
    const rows = [
      ['Name', 'Notes'],
      ['<Bob>', 'a \u202e& b'],
    ];
    const content = toMessageContent(lines(say(bold('Table:')), say(table(rows)), say('end')));
    expect(content['body']).toBe('Table:\nName   Notes\n<Bob>  a & b\nend');
    expect(content['formatted_body']).toBe(
      '<strong>Table:</strong><table><thead><tr><th>Name</th><th>Notes</th></tr></thead><tbody><tr><td>&lt;Bob&gt;</td><td>a &amp; b</td></tr></tbody></table>end',
    );
  });

  test('actions, notices, replies and mentions', () => {
    const wave = { ...text('waves'), emote: true };
    expect(toMessageContent(wave)['msgtype']).toBe('m.emote');
    const replyTo = '$e' as EventId;
    const mention = '@bob:example.com' as MatrixUserId;
    expect(toMessageContent(wave, { notice: true, replyTo, mention })).toEqual({
      msgtype: 'm.notice',
      body: 'waves',
      'm.mentions': { user_ids: [mention] },
      'm.relates_to': { 'm.in_reply_to': { event_id: replyTo } },
    });
  });

  test('takes out what could disguise the text', () => {
    const content = toMessageContent({ type: 'text', runs: [{ text: 'a\u0000\u009b\u202eb\r\nc\ud800', bold: true }] });
    expect(content['body']).toBe('ab\nc\ufffd');
    expect(content['formatted_body']).toBe('<strong>ab<br>c\ufffd</strong>');
  });

  test('leaves the marks in that writers of Arabic and Hebrew need, and those out that turn what follows', () => {
    const written = '\u200f(1) \u05e9\u200e C++ \u061c1-2';
    expect(toMessageContent(text(written))['body']).toBe(written);
    expect(toMessageContent(text('a\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069b'))['body']).toBe('ab');
  });

  test('fits into an event, however long the text', () => {
    for (const piece of ['a', '<', '\n', '😀', '"', '\\', 'a"\\\n']) {
      const content = toMessageContent({ type: 'text', runs: [{ text: piece.repeat(200_000), bold: true }] });
      expect(Buffer.byteLength(JSON.stringify(content))).toBeLessThan(64_000);
      expect(String(content['body']).endsWith('…')).toBe(true);
    }
  });

  test('a text that just fits by itself fits with its HTML, too', () => {
    for (const piece of ['a', '"', '\\', '<\n']) {
      for (const length of [12_000, 16_000, 24_000]) {
        const runs = [{ text: piece.repeat(length / piece.length), bold: true }];
        const content = toMessageContent({ type: 'text', runs });
        expect(Buffer.byteLength(JSON.stringify(content))).toBeLessThan(64_000);
      }
    }
  });
});

describe('reading a message', () => {
  test('prefers HTML, and falls back to the body when that says nothing', () => {
    expect(fromMessageText({ body: '**a**', html: '<b>a</b>', emote: false, isReply: false })).toEqual({
      type: 'text',
      runs: [{ text: 'a', bold: true }],
    });
    expect(fromMessageText({ body: 'a', html: '<img>', emote: true, isReply: false })).toEqual({
      type: 'text',
      runs: [{ text: 'a' }],
      emote: true,
    });
    expect(fromMessageText({ body: ' \n', emote: false, isReply: false })).toBeUndefined();
  });

  test.each([
    ['> <@a:b> old\n> more\n\nnew\n\nlast', true, 'new\n\nlast'],
    ['> mine\n\nnew', false, '> mine\n\nnew'],
    ['> no end', true, '> no end'],
    ['> no empty line\nnew', true, '> no empty line\nnew'],
  ])('takes the quote out of %j if it is a reply: %j', (body, isReply, rest) => {
    expect(fromMessageText({ body, emote: false, isReply })?.runs).toEqual([{ text: rest }]);
  });
});

test('names are one clean line of bounded length', () => {
  expect(cleanName(' a\n\u202eb\t c ')).toBe('a b c');
  expect(cleanName('a\u061cb\u200ec\u200f\u2067d\u2069')).toBe('abcd');
  expect(cleanName('é'.repeat(300))).toHaveLength(100);
  expect(Buffer.byteLength(cleanName('👩‍👩‍👧‍👦'.repeat(100)))).toBeLessThanOrEqual(255);
  expect(cleanName(`a${'\u0301'.repeat(5000)}`)).toBe('');
});

describe('message status', () => {
  const event = '$e' as EventId;
  const network = 'msn' as NetworkId;
  const about = { 'm.relates_to': { rel_type: 'm.reference', event_id: event }, network };

  test('tells success, with or without the receivers', () => {
    expect(toStatusContent(event, network, { type: 'success' })).toEqual({ ...about, status: 'SUCCESS' });
    expect(toStatusContent(event, network, { type: 'success', deliveredTo: [] })).toEqual({
      ...about,
      status: 'SUCCESS',
      delivered_to_users: [],
    });
  });

  test('tells waiting and failure', () => {
    expect(toStatusContent(event, network, { type: 'pending', sentence: 'Soon.' })).toEqual({
      ...about,
      status: 'PENDING',
      message: 'Soon.',
    });
    const failed = { type: 'failed', retriable: true, reason: 'network', sentence: 'No.' } as const;
    expect(toStatusContent(event, network, failed)).toEqual({
      ...about,
      status: 'FAIL_RETRIABLE',
      reason: 'm.foreign_network_error',
      message: 'No.',
    });
    expect(toStatusContent(event, network, { ...failed, retriable: false, reason: 'unsupported' })).toMatchObject({
      status: 'FAIL_PERMANENT',
      reason: 'com.beeper.unsupported_event',
    });
  });
});

test('the registration claims the bot, the ghosts of each network and the aliases, and nothing else', () => {
  const data = registration({
    id: 'bridge',
    url: 'http://localhost:1',
    asToken: 'a',
    hsToken: 'h',
    domain: 'example.com',
    botLocalpart: 'msn.bot',
    ghostPrefix: '_b_',
    networks: ['msn' as NetworkId, 'other' as NetworkId],
  });
  const claims = (user: string): boolean => data.namespaces.users.some(({ regex }) => new RegExp(regex).test(user));
  expect(claims('@msn.bot:example.com')).toBe(true);
  expect(claims('@msnxbot:example.com')).toBe(false);
  expect(claims('@_b_msn_x:example.com')).toBe(true);
  expect(claims('@_b_other_x:example.com')).toBe(true);
  expect(claims('@_b_third_x:example.com')).toBe(false);
  expect(claims('@_b_msn_x:exampleXcom')).toBe(false);
  expect(data.namespaces.aliases).toEqual([{ regex: '^#_b_portal_.*:example\\.com$', exclusive: true }]);
  expect(data).toMatchObject({
    sender_localpart: 'msn.bot',
    rate_limited: false,
    receive_ephemeral: true,
    'de.sorunome.msc2409.push_ephemeral': true,
  });
});
