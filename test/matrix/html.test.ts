import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../src/bridge/events.ts';
import { htmlTokens } from '../../src/matrix/html-tokens.ts';
import { writeHtml } from '../../src/matrix/html-writer.ts';
import { readHtml } from '../../src/matrix/html.ts';
import { cleanText } from '../../src/matrix/text.ts';

function flat(html: string): string {
  return readHtml(html)
    .map((run) => run.text)
    .join('');
}

describe('reading HTML', () => {
  test('gives styles as runs', () => {
    expect(readHtml('a <b>b <i>c</i></b> <u>d</u> <del>e</del> <code>f</code>')).toEqual([
      { text: 'a ' },
      { text: 'b ', bold: true },
      { text: 'c', bold: true, italic: true },
      { text: ' ' },
      { text: 'd', underline: true },
      { text: ' ' },
      { text: 'e', strike: true },
      { text: ' ' },
      { text: 'f', code: true },
    ]);
  });

  test('keeps one style over a line end in one run', () => {
    expect(readHtml('<strong>a<br>b</strong>')).toEqual([{ text: 'a\nb', bold: true }]);
    expect(readHtml('<p><em>a</em></p><p><em>b</em></p>')).toEqual([{ text: 'a\n\nb', italic: true }]);
  });

  test.each([
    ['<span data-mx-color="#FF00aa">x</span>', '#ff00aa'],
    ['<font color="#0f8">x</font>', '#00ff88'],
    ['<font color="red">x</font>', undefined],
    ['<span data-mx-color="javascript:1">x</span>', undefined],
  ])('reads the colour of %s', (html, color) => {
    expect(readHtml(html)).toEqual([{ text: 'x', ...(color === undefined ? {} : { color }) }]);
  });

  test.each([
    ['<a href="https://example.com/a?b&amp;c">x</a>', 'https://example.com/a?b&c'],
    ['<a href=mailto:bob@example.com>x</a>', 'mailto:bob@example.com'],
    ['<a href="javascript:alert(1)">x</a>', undefined],
    ['<a href="JaVaScRiPt&#58;alert(1)">x</a>', undefined],
    ['<a href="data:text/html,x">x</a>', undefined],
    ['<a href="/relative">x</a>', undefined],
    ['<a href="https://matrix.to/#/#room:example.com">x</a>', undefined],
    ['<a href="https://matrix.to/#/!r/$e">x</a>', 'https://matrix.to/#/!r/$e'],
  ])('reads where %s leads', (html, link) => {
    expect(readHtml(html)).toEqual([{ text: 'x', ...(link === undefined ? {} : { link }) }]);
  });

  test.each([
    ['https://matrix.to/#/@bob:example.com', '@bob:example.com'],
    ['https://matrix.to/#/%40bob%3Aexample.com?via=example.com', '@bob:example.com'],
    ['https://matrix.to/#/@msn_bob=40example.com:hs', '@msn_bob=40example.com:hs'],
    ['https://matrix.to/#/@bob', undefined],
    ['https://matrix.to/#/%40bob%3', undefined],
  ])('reads whom %s names', (href, mention) => {
    expect(readHtml(`<a href="${href}">x</a>`)).toEqual([{ text: 'x', ...(mention && { mention }) }]);
  });

  test.each([
    ['a<br>b', 'a\nb'],
    ['<p>a</p>\n<p>b</p>\n', 'a\n\nb'],
    ['<h1>Title</h1>text', 'Title\n\ntext'],
    ['<ul>\n<li>a</li>\n<li>b<ul><li>c</li></ul></li>\n</ul>after', '- a\n- b\n  - c\nafter'],
    ['<ol start="3"><li>a<li>b</ol>', '3. a\n4. b'],
    ['<blockquote><p>a</p><p>b<br>c</p></blockquote>d', '> a\n\n> b\n> c\n\nd'],
    ['<pre><code>  x\n    y\n</code></pre>z', '  x\n    y\nz'],
    ['a  \n\t b', 'a b'],
    ['a&nbsp;&nbsp;b', 'a\u00a0\u00a0b'],
    ['&lt;b&gt; &amp;amp; &#65;&#x1F600; &bogus; & x', '<b> &amp; A😀 &bogus; & x'],
    ['a<hr>b', 'a\n----------\nb'],
    ['<table><tr><th>a</th><th>b</th></tr><tr><td>c</td><td>d</td></tr></table>', 'a | b\nc | d'],
    ['<img src="mxc://x" alt=":wave:"> hi', ':wave: hi'],
    ['<img title="t">', 't'],
    ['<span data-mx-spoiler="plot">x</span>', '[spoiler: plot] x'],
    ['<span data-mx-spoiler>x</span>', '[spoiler] x'],
    ['<mx-reply><blockquote>old</blockquote></mx-reply>new', 'new'],
    ['<script>evil()</script>a<style>b{}</style>c', 'ac'],
    ['<unknown>kept</unknown>', 'kept'],
    ['a<!-- <b>x</b> -->b', 'ab'],
    ['1 < 2 and <3', '1 < 2 and <3'],
    ['<b>open', 'open'],
    ['</b>closed', 'closed'],
    ['<details><summary>s</summary>t</details>', 's\nt'],
    ['a<br>', 'a'],
    ['\u0000a\u0007\u202eb\u2066', 'ab'],
    ['', ''],
  ])('flattens %j', (html, text) => {
    expect(flat(html)).toBe(text);
  });

  test('survives any depth', () => {
    expect(flat(`${'<b>'.repeat(9_000)}x${'</b>'.repeat(9_000)}y`)).toBe('xy');
    expect(flat(`${'<ul><li>'.repeat(5_000)}x`).length).toBeLessThan(1_000);
  });

  const fragments = fc.array(
    fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '=',
        '/',
        '<b',
        '<a href="',
        '</',
        '<!--',
        '-->',
        '&',
        '&#',
        ';',
        '<pre>',
        '<br>',
      ),
      fc.constantFrom('<script', '</script>', '<blockquote>', '<li>', '<ol start=', '<td>', '<mx-reply>', ' ', '\n'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 80 },
  );

  test('never throws, and what it gives is bounded and clean', () => {
    fc.assert(
      fc.property(fragments, (parts) => {
        const runs = readHtml(parts.join(''));
        for (const run of runs) {
          expect(run.text).not.toBe('');
          expect(cleanText(run.text)).toBe(run.text);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    '<',
    '<a ',
    '<a b="',
    "<a b='",
    '<!--',
    '</',
    '&#',
    '<script>',
    '<b>',
    '<li>',
    '<blockquote>',
    '<br>',
    '<a =',
    'a b ',
  ])('takes time in proportion to a text full of %j', (piece) => {
    const started = performance.now();
    readHtml(piece.repeat(Math.ceil(131_072 / piece.length)));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

describe('writing HTML', () => {
  test('is left out where plain text says as much', () => {
    expect(writeHtml([{ text: 'a & <b>' }])).toBeUndefined();
    expect(writeHtml([{ text: 'https://example.com/', link: 'https://example.com/' }])).toBeUndefined();
    expect(writeHtml([{ text: 'x', link: 'javascript:alert(1)' }])).toBeUndefined();
    expect(writeHtml([{ text: 'x', color: 'red' }])).toBeUndefined();
    expect(writeHtml([{ text: ' ', bold: true }])).toBeUndefined();
  });

  test('escapes text and nests tags', () => {
    expect(
      writeHtml([
        { text: '<&>"\'\n' },
        { text: 'x', bold: true, italic: true, underline: true, strike: true, code: true, color: '#00ff00' },
        { text: 'y', link: 'https://example.com/?a&b' },
      ]),
    ).toBe(
      '&lt;&amp;&gt;&quot;&#39;<br><span data-mx-color="#00ff00"><strong><em><u><del><code>x</code></del></u></em></strong></span>' +
        '<a href="https://example.com/?a&amp;b">y</a>',
    );
  });

  const flag = fc.boolean();
  const wild = fc.record({
    text: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('</strong>', '<script>alert(1)</script>', '&lt;', '"><img src=x>'),
    ),
    bold: flag,
    italic: flag,
    underline: flag,
    strike: flag,
    code: flag,
    color: fc.oneof(fc.constant('#12ab34'), fc.string(), fc.constant('"><b onclick="x">')),
    link: fc.oneof(
      fc.webUrl(),
      fc.string(),
      fc.constantFrom('javascript:x', 'https://e.com/"onclick="x', 'https://e.com/<b>'),
    ),
  });
  /** Tags, and what may stand in them. */
  const ALLOWED = new Map([
    ['strong', /^$/],
    ['em', /^$/],
    ['u', /^$/],
    ['del', /^$/],
    ['code', /^$/],
    ['br', /^$/],
    ['span', /^data-mx-color=#[0-9a-f]{6}$/],
    ['a', /^href=(https?:\/\/|mailto:)/i],
  ]);

  test('holds no tag or attribute but ours, whatever it is given', () => {
    fc.assert(
      fc.property(fc.array(wild, { maxLength: 4 }), (runs) => {
        for (const token of htmlTokens(writeHtml(runs) ?? '')) {
          if (token.type === 'text') continue;
          expect(ALLOWED.has(token.name)).toBe(true);
          const attributes = token.type === 'open' ? [...token.attributes] : [];
          for (const [name, value] of attributes) expect(`${name}=${value}`).toMatch(ALLOWED.get(token.name) ?? /^$/);
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('is read back as it was written', () => {
    const word = fc.stringMatching(/^[a-z<>&"' \n]{0,6}[a-z]$/).map((text) => text.replaceAll(/\s+/g, ' ').trim());
    const styled: fc.Arbitrary<Run> = fc.record(
      { text: word, bold: fc.constant(true), italic: fc.constant(true), color: fc.constant('#abcdef') },
      { requiredKeys: ['text'] },
    );
    fc.assert(
      fc.property(fc.array(styled, { maxLength: 5 }), (runs) => {
        const html = writeHtml(runs);
        fc.pre(html !== undefined);
        expect(flat(html)).toBe(runs.map((run) => run.text).join(''));
      }),
    );
  });
});
