// Pages behind links, as browsers and programs that look at links get them.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type PageForm, Pages } from '../../src/bridge/pages.ts';
import { Secret } from '../../src/bridge/secret.ts';
import { Intake } from '../../src/matrix/intake.ts';
import { PageHttp } from '../../src/matrix/page-http.ts';
import { press, visit } from '../support/browser.ts';
import { keptLog } from '../support/no-log.ts';
import { FakeClock, FakeSink } from './support.ts';

const FORM: PageForm = {
  action: 'https://mail.example.com/sign-in?a=1&b="><script>alert(1)</script>',
  fields: [
    ['auth', 'secret'],
    ['submit', `'"><script>alert(2)</script>&amp;`],
  ],
};

let clock: FakeClock;
let log: ReturnType<typeof keptLog>;
let intake: Intake;
let pages: Pages;

async function open(withPages = true): Promise<void> {
  clock = new FakeClock();
  log = keptLog();
  let count = 0;
  intake = new Intake({
    hsToken: new Secret('the-hs-token'),
    sink: new FakeSink(),
    isOurs: () => false,
    knowsUser: () => false,
    onMember: () => undefined,
    onEcho: () => undefined,
    isReady: () => true,
    pages: withPages ? new PageHttp({ titleOf: (t) => pages.titleOf(t), open: (t) => pages.open(t) }) : undefined,
    clock,
    log,
  });
  await intake.listen(0, '127.0.0.1', 10);
  pages = new Pages({ publicUrl: `http://127.0.0.1:${intake.port}`, clock, token: () => `token-${++count}` });
}

beforeEach(() => open());
afterEach(() => intake.close());

const offer = (form: PageForm | undefined = FORM, title = 'your inbox'): string =>
  pages.offer({ title, make: () => form });

test('a button leads to the form, which posts itself, and the link is used up', async () => {
  const link = offer();
  const first = await visit(link);
  expect(first.status).toBe(200);
  expect(first.html).toContain('<button>Open your inbox</button>');
  expect(first.html).not.toContain('secret');
  expect(first.form).toEqual({ action: link, fields: [] });
  expect(first.postsItself).toBe(false);
  const second = await press(first);
  expect(second.status).toBe(200);
  expect(second.form).toEqual({ action: new URL(FORM.action).href, fields: FORM.fields });
  expect(second.postsItself).toBe(true);
  expect(second.html.match(/<script>/gu)).toHaveLength(1);
  for (const gone of [await visit(link), await visit(link, 'POST')]) {
    expect(gone.status).toBe(404);
    expect(gone.html).toContain('Ask for a new one.');
  }
});

test('programs that look at links do not use them up', async () => {
  const link = offer();
  for (const method of ['GET', 'HEAD', 'GET'] as const) expect((await visit(link, method)).status).toBe(200);
  expect((await visit(link, 'HEAD')).html).toBe('');
  expect((await visit(link, 'PUT')).headers.allow).toBe('GET, HEAD, POST');
  expect((await visit(link, 'POST')).form?.fields).toEqual(FORM.fields);
});

test('nobody keeps a page, frames it, or is told its address', async () => {
  const link = offer();
  const shown = [await visit(link), await visit(link, 'POST'), await visit(link)];
  expect(shown.map(({ status }) => status)).toEqual([200, 200, 404]);
  for (const { headers } of shown) {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/html; charset=utf-8',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; base-uri 'none'; frame-ancestors 'none'; ");
    expect(policy).not.toContain('unsafe');
  }
});

test.each([
  ['https://mail.example.com/', 'form-action https:;'],
  ['http://mail.example.com/', 'form-action https: http:;'],
])('a form for %s stays encrypted if it was', async (action, policy) => {
  const { headers } = await visit(offer({ ...FORM, action }), 'POST');
  expect(headers['content-security-policy']).toContain(policy);
});

test.each(['javascript:alert(1)', 'data:text/html,x', 'mailto:a@b.c', '/relative', ''])(
  'a form that would go to %j goes nowhere',
  async (action) => {
    const page = await visit(offer({ ...FORM, action }), 'POST');
    expect(page.status).toBe(404);
    expect(page.html).not.toContain('secret');
  },
);

test.each([
  '/pages/',
  '/pages/token-1/',
  '/pages/token-1%00',
  '/pages/%74oken-1',
  '/pages/__proto__',
  '/pages//token-1',
  '/pages/../pages/token-1',
  `/pages/${'x'.repeat(8_000)}`,
])('%s leads nowhere, and uses nothing up', async (path) => {
  const link = offer();
  for (const method of ['GET', 'POST'] as const)
    expect((await visit(new URL(link).origin, method, path)).status).toBe(404);
  expect((await visit(link)).status).toBe(200);
});

test('what a browser sends besides is not read', async () => {
  const [first, second] = [offer(), offer()];
  expect((await visit(`${first}?a=b`)).form?.action).toBe(`${first}?a=b`);
  expect((await visit(`${first}?a=b`, 'POST')).status).toBe(200);
  const body = new Blob(['x'.repeat(1_000_000)]);
  expect((await fetch(second, { method: 'POST', body })).status).toBe(200);
});

test('a title is text', async () => {
  const { html } = await visit(offer(FORM, '<b>"you"</b>'));
  expect(html).toContain('<title>&lt;b&gt;&quot;you&quot;&lt;/b&gt;</title>');
});

test('after a minute it is as if there had never been one', async () => {
  const link = offer();
  clock.pass(60_000);
  const [late, never] = [await visit(link), await visit(link.replace('token-1', 'token-9'))];
  expect([late.status, late.html]).toEqual([404, never.html]);
  expect((await visit(link, 'POST')).status).toBe(404);
});

test('nothing of it is in the log', async () => {
  await press(await visit(offer()));
  expect(JSON.stringify(log.lines)).not.toMatch(/token-1|secret/);
});

test('without an address for browsers there is nothing for them', async () => {
  await intake.close();
  await open(false);
  expect((await visit(offer())).status).toBe(401);
});
