// A person's web browser, as far as a page with one form needs it: shows a page, posts its form, obeys the page's policy.
// Knows HTML as far as that; not whose pages they are.

import { createHash } from 'node:crypto';
import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';

export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly html: string;
  readonly form: Form | undefined;
  /** A script that its policy lets run posts the form. */
  readonly postsItself: boolean;
}

export interface Form {
  readonly action: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

/** Another authority to trust, in PEM. */
export interface Trust {
  readonly ca?: string | undefined;
}

/** @param path as it is sent, if that is not how an address would be. */
export async function visit(
  url: string,
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' = 'GET',
  path?: string,
): Promise<Page> {
  return ask(url, method, undefined, {}, path);
}

/** Presses the button of a page. @throws if there is none, or the policy forbids it. */
export async function press(page: Page, trust: Trust = {}): Promise<Page> {
  const { form } = page;
  if (!form) throw new Error(`there is no form on the page at ${page.url}`);
  const allowed = directive(page, 'form-action') ?? [];
  const { origin, protocol } = new URL(form.action);
  const own = allowed.includes("'self'") && origin === new URL(page.url).origin;
  if (!own && !allowed.includes(protocol) && !allowed.includes(origin)) {
    throw new Error(`the policy of ${page.url} lets no form go to ${origin}`);
  }
  const body = new URLSearchParams();
  for (const [name, value] of form.fields) body.append(name, value);
  return ask(form.action, 'POST', body, trust);
}

async function ask(
  url: string,
  method: string,
  body: URLSearchParams | undefined,
  { ca }: Trust,
  path?: string,
): Promise<Page> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp;
  const type = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const { status, headers, html } = await new Promise<Pick<Page, 'status' | 'headers' | 'html'>>((resolve, reject) => {
    const asked = send(url, {
      method,
      agent: false,
      headers: body ? type : {},
      ...(path !== undefined && { path }),
      ...(ca !== undefined && { ca }),
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, html: text }));
      response.on('error', reject);
    });
    asked.end(body?.toString());
  });
  const page = { url, status, headers, html, form: formIn(html, url), postsItself: false };
  return { ...page, postsItself: postsItself(page) };
}

function formIn(html: string, url: string): Form | undefined {
  const [, head = '', inside] = /<form\b([^>]*)>(.*?)<\/form>/su.exec(html) ?? [];
  if (inside === undefined) return undefined;
  const inputs = inside.matchAll(/<input\b[^>]*\bname="([^"]*)"[^>]*\bvalue="([^"]*)"[^>]*>/gu);
  return {
    action: new URL(attribute(head, 'action') ?? url, url).href,
    fields: Array.from(inputs, ([, name = '', value = '']) => [unescape(name), unescape(value)] as const),
  };
}

function attribute(tag: string, name: string): string | undefined {
  const value = new RegExp(`\\b${name}="([^"]*)"`, 'u').exec(tag)?.[1];
  return value === undefined ? undefined : unescape(value);
}

const ENTITIES = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
]);

function unescape(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|#39);/gu, (entity) => ENTITIES.get(entity) ?? entity);
}

function postsItself(page: Page): boolean {
  const script = /<script>(.*?)<\/script>/su.exec(page.html)?.[1];
  if (script === undefined || !/\bsubmit\b/u.test(script)) return false;
  const hash = createHash('sha256').update(script).digest('base64');
  return directive(page, 'script-src')?.includes(`'sha256-${hash}'`) ?? false;
}

function directive(page: Page, name: string): readonly string[] | undefined {
  const policies = String(page.headers['content-security-policy'] ?? '').split(';');
  const words = policies.map((policy) => policy.trim().split(/\s+/u));
  return words.find(([first]) => first === name)?.slice(1);
}
