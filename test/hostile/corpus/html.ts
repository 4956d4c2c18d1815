// HTML of Matrix clients that mean harm: what becomes of it is text, on both sides.

import assert from 'node:assert/strict';

import { plainText } from '../../../src/bridge/events.ts';
import type { Content } from '../../../src/bridge/events.ts';
import { fromEvent } from '../../../src/matrix/incoming.ts';
import { command } from '../../../src/msnp/command.ts';
import { MAX_PAYLOAD, writeMessage } from '../../../src/msnp/message.ts';
import { split, toMessage } from '../../../src/networks/msn/convert-content.ts';
import { harmlessBody } from './harmless.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';
import { commandsIn } from './machines.ts';

interface HtmlCase extends HostileCase {
  readonly html: string;
  /** The words that are left of it. */
  readonly words: string | RegExp;
}

type More = Readonly<Record<string, unknown>>;

const WAYS: readonly (readonly [name: string, content: More])[] = [
  ['as a text', { msgtype: 'm.text' }],
  ['as an action', { msgtype: 'm.emote' }],
  ['as an answer', { msgtype: 'm.text', 'm.relates_to': { 'm.in_reply_to': { event_id: '$x' } } }],
  [
    'as an answer of a thread that is none',
    { msgtype: 'm.text', 'm.relates_to': { rel_type: 'x', 'm.in_reply_to': { event_id: '$x' } } },
  ],
];

function read(html: string, more: More): Content {
  const event = {
    type: 'm.room.message',
    room_id: '!room:hs',
    sender: '@alice:hs',
    event_id: '$event',
    origin_server_ts: 5,
    content: { body: 'the plain words', format: 'org.matrix.custom.html', formatted_body: html, ...more },
  };
  const incoming = fromEvent(event, () => false);
  assert.ok(incoming.type === 'event' && incoming.event.type === 'message');
  return incoming.event.content;
}

function entries(): readonly Entry<HtmlCase>[] {
  return WAYS.flatMap(([name, more]) => [
    {
      name: `${name}, to MSN`,
      enter: ({ html, words }) => {
        const content = read(html, more);
        if (typeof words === 'string') assert.equal(plainText(content), words);
        else assert.match(plainText(content), words);
        for (const { link = 'mailto:x' } of content.runs)
          assert.match(link, /^(https?:\/\/|mailto:)[^\s\p{Cc}"<>]+$/iu);
        for (const piece of split(content)) {
          const payload = writeMessage(toMessage(piece));
          assert.ok(payload.length <= MAX_PAYLOAD);
          assert.equal(commandsIn(command('MSG', 1, ['A'], payload)).length, 1);
        }
      },
    },
    { name: `${name}, back to Matrix`, enter: ({ html }) => void harmlessBody(read(html, more)) },
  ]);
}

const SCRIPT = 'what is no text is not read out';
const LINK = 'a link leads to the web or to mail';
const DEPTH = 'a hundred levels are enough';
const BROKEN = 'broken markup is text, or nothing';
const ENTITY = 'an entity is one character';
const LOOK = 'a look is one of six';

const html = (rule: string, name: string, source: string, words: string | RegExp): HtmlCase => ({
  rule,
  name,
  html: source,
  words,
});
const PLAIN = 'the plain words';

const CASES: readonly HtmlCase[] = [
  html(SCRIPT, 'a script', 'a<script>alert(1)</script>b', 'ab'),
  html(SCRIPT, 'a script in capitals and with blanks', 'a<SCRIPT >alert(1)</SCRIPT >b', 'ab'),
  html(SCRIPT, 'a script that does not end', 'a<script>alert(1)', 'a'),
  html(SCRIPT, 'a style', 'a<style>*{color:red}</style>b', 'ab'),
  html(SCRIPT, 'a picture that cannot be had', 'a<img src=x onerror=alert(1)>b', 'ab'),
  html(SCRIPT, 'a drawing', 'a<svg onload=alert(1)><desc>x</desc></svg>b', 'ab'),
  html(SCRIPT, 'a frame', 'a<iframe src="javascript:alert(1)"></iframe>b', 'ab'),
  html(SCRIPT, 'a form', 'a<form action="//evil"><textarea>x</textarea></form>b', 'ab'),
  html(SCRIPT, 'a comment', 'a<!-- <b>x</b> -->b', 'ab'),
  html(SCRIPT, 'nothing but what is no text', '<script>x</script><style>y</style>', PLAIN),
  html(SCRIPT, 'the quote of an answer', '<mx-reply><blockquote>x</blockquote></mx-reply>a', 'a'),
  ...[
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'java&#x09;script:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '//evil',
    '\u0001javascript:x',
    'blob:x',
    'mailto:bob@\u2028x',
  ].map((target) => html(LINK, `a link to ${JSON.stringify(target)}`, `<a href="${target}">x</a>`, 'x')),
  html(LINK, 'a link with a quote in it', `<a href='https://a.b/"><script>alert(1)</script>'>x</a>`, 'x'),
  html(LINK, 'a link that turns the text', '<a href="https://a.b/\u202e">x</a>', 'x'),
  html(LINK, 'a link of sixty thousand letters', `<a href="https://a.b/${'x'.repeat(60_000)}">x</a>`, 'x'),
  html(DEPTH, 'thirty thousand quotes', '<blockquote>'.repeat(5_000) + 'a', /a$/),
  html(DEPTH, 'thirty thousand bold letters', `${'<b>'.repeat(10_000)}a`, 'a'),
  html(DEPTH, 'ends without beginnings', `${'</b>'.repeat(10_000)}a`, 'a'),
  html(BROKEN, 'a tag that does not end', 'a<b', 'a'),
  html(BROKEN, 'an attribute that does not end', 'a<a href="x', 'a'),
  html(BROKEN, 'tags of no name', 'a<>b< c></>d', 'a<>b< c>d'),
  html(BROKEN, 'a name of the object prototype', '<__proto__>a</__proto__><constructor>b</constructor>', /b$/),
  html(BROKEN, 'NULs in tags', 'a<b\0>c</b\0>', /^a/),
  html(ENTITY, 'characters that there are not', '&#0;&#xD800;&#x110000;&#9999999;a', '\ufffd\ufffd\ufffd\ufffda'),
  html(ENTITY, 'entities without end', '&amp;'.repeat(10_000), '&'.repeat(10_000)),
  html(ENTITY, 'entities that are none', '&evil;&;&#;&#x;a', '&evil;&;&#;&#x;a'),
  html(ENTITY, 'markup that is escaped', '&lt;b&gt;a&lt;/b&gt;', '<b>a</b>'),
  html(ENTITY, 'escapes that are escaped', '&amp;lt;script&amp;gt;', '&lt;script&gt;'),
  html(LOOK, 'a colour that is code', '<span data-mx-color="red;background:url(//evil)">a</span>', 'a'),
  html(LOOK, 'a style that is code', '<span style="background:url(//evil)" onclick="x">a</span>', 'a'),
  html(LOOK, 'a number of a list that is none', '<ol start="99999999999"><li>a</li></ol>', '1. a'),
  html(LOOK, 'controls and marks that turn the text', 'a\u0007\u202eb\u0085c', /^a.*b.*c$/u),
];

export const htmls = kind('HTML', CASES, entries, ({ html: source }) => source);
