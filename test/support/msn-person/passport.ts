// Fetches a login ticket: nexus, then the login server, over redirects. Knows HTTP headers; not what the ticket is for.
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface PassportWay {
  readonly nexusUrl: string;
  /** Goes straight here, for servers whose nexus names a host that cannot be reached. */
  readonly loginUrl?: string | undefined;
  /** The authority of the login server's certificate, if it is not a public one. */
  readonly caFile?: string | undefined;
  /** Takes whatever certificate is shown. */
  readonly trustsAnybody?: boolean | undefined;
}

interface Trust {
  readonly ca?: string;
  readonly rejectUnauthorized: boolean;
}

const MAX_REDIRECTS = 5;

export async function fetchTicket(
  way: PassportWay,
  address: string,
  password: string,
  policy: string,
): Promise<string> {
  const trust: Trust = {
    ...(way.caFile === undefined ? {} : { ca: readFileSync(way.caFile, 'utf8') }),
    rejectUnauthorized: way.trustsAnybody !== true,
  };
  let url = way.loginUrl ?? (await askNexus(way.nexusUrl, trust));
  const who = `sign-in=${encodeURIComponent(address)},pwd=${encodeURIComponent(password)}`;
  const Authorization = `Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,${who},${policy}`;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const reply = await get(url, { Authorization }, trust);
    if (reply.statusCode === 302) {
      url = new URL(header(reply, 'location'), url).href;
      continue;
    }
    const ticket = /from-PP='([^']*)'/u.exec(header(reply, 'authentication-info'))?.[1];
    if (ticket === undefined) throw new Error(`no ticket for ${address}: status ${reply.statusCode}`);
    return ticket;
  }
  throw new Error(`no ticket for ${address}: more than ${MAX_REDIRECTS} redirects`);
}

async function askNexus(nexusUrl: string, trust: Trust): Promise<string> {
  const nexus = await get(nexusUrl, {}, trust);
  const login = /DALogin=([^,]+)/u.exec(header(nexus, 'passporturls'))?.[1];
  if (login === undefined) throw new Error(`${nexusUrl} names no login server (status ${nexus.statusCode})`);
  return login.includes('://') ? login : `https://${login}`;
}

function get(url: string, headers: Record<string, string>, trust: Trust): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? httpsRequest : httpRequest;
    const options = { headers: { 'User-Agent': 'MSMSGS', ...headers }, agent: false, timeout: 10_000, ...trust };
    const call = request(url, options, (reply) => {
      reply.resume();
      reply.on('end', () => resolve(reply));
    });
    call.on('timeout', () => call.destroy(new Error(`${url} does not answer`)));
    call.on('error', reject);
    call.end();
  });
}

function header(reply: IncomingMessage, name: string): string {
  const value = reply.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}
