// How a page is asked for that the server signs one in to: URL. Knows the command and its answer.

import type { Plan } from './requests.ts';
import type { ServiceCommand } from './service-types.ts';

/** Answered by `URL trid path post-url [id]`. */
export function pagePlan({ request, page, argument }: ServiceCommand): Plan {
  const args = [page, ...(argument === undefined || argument === '' ? [] : [argument])];
  return [
    () => ({
      verb: 'URL',
      args,
      news: ([, path = '', postUrl = '', id = '']) => [{ type: 'page-granted', request, page: { path, postUrl, id } }],
    }),
  ];
}
