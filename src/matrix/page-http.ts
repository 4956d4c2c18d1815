// Pages behind links that work once, as browsers get them. Knows HTTP and HTML; not what a page is for.

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PAGE_PATH, type PageForm, type Pages } from '../bridge/pages.ts';
import { escapeHtml } from './html-writer.ts';

interface Answer {
  readonly status: number;
  readonly title: string;
  readonly body: string;
  /** What the page may do besides being read. */
  readonly policy: string;
  readonly allow?: string;
}

const METHODS = 'GET, HEAD, POST';
/** A field may be called `submit`, and would stand in the way. */
const POST_IT = 'HTMLFormElement.prototype.submit.call(document.forms[0])';
const POST_IT_HASH = createHash('sha256').update(POST_IT).digest('base64');
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  // the address is a secret for as long as it is good
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
} as const;

/** Programs look at links to show what they lead to, so looking does not use one up: a person presses a button for that. */
export class PageHttp {
  readonly #pages: Pick<Pages, 'titleOf' | 'open'>;

  constructor(pages: Pick<Pages, 'titleOf' | 'open'>) {
    this.#pages = pages;
  }

  serves(url: string): boolean {
    return url.startsWith(PAGE_PATH);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const { status, title, body, policy, allow } = this.#answer(request.method ?? '', path.slice(PAGE_PATH.length));
    const html = documentOf(title, body);
    response.writeHead(status, {
      ...HEADERS,
      'content-security-policy': `default-src 'none'; base-uri 'none'; frame-ancestors 'none'; ${policy}`,
      'content-length': Buffer.byteLength(html),
      ...(allow !== undefined && { allow }),
    });
    response.end(request.method === 'HEAD' ? undefined : html);
  }

  #answer(method: string, token: string): Answer {
    switch (method) {
      case 'GET':
      case 'HEAD': {
        const title = this.#pages.titleOf(token);
        return title === undefined ? GONE : button(title);
      }
      case 'POST': {
        const opened = this.#pages.open(token);
        return opened && isOfTheWeb(opened.form.action) ? onward(opened.title, opened.form) : GONE;
      }
      default:
        return { ...GONE, status: 405, allow: METHODS };
    }
  }
}

function isOfTheWeb(address: string): boolean {
  return ['http:', 'https:'].includes(URL.parse(address)?.protocol ?? '');
}

const GONE: Answer = {
  status: 404,
  title: 'Not here',
  body: '<p>This link has been used, or its minute is over. Ask for a new one.</p>',
  policy: "form-action 'none'",
};

/** Posts to its own address. */
function button(title: string): Answer {
  const body = `<form method="post"><button>Open ${escapeHtml(title)}</button></form><p>This works once.</p>`;
  return { status: 200, title, body, policy: "form-action 'self'" };
}

/** Posts itself on. Where that leads sends the browser on in turn, so not the place is permitted but the way there. */
function onward(title: string, { action, fields }: PageForm): Answer {
  const inputs = fields
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  const form = `<form method="post" action="${escapeHtml(action)}">${inputs}<button>Go on</button></form>`;
  const ways = action.startsWith('https:') ? 'https:' : 'https: http:';
  return {
    status: 200,
    title,
    body: `${form}<script>${POST_IT}</script>`,
    policy: `form-action ${ways}; script-src 'sha256-${POST_IT_HASH}'`,
  };
}

function documentOf(title: string, body: string): string {
  const head = `<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>`;
  return `<!doctype html><html lang="en"><head>${head}</head><body>${body}</body></html>`;
}
