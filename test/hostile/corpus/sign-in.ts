// A sign-in service that wants our password elsewhere, our command line, or our ears for ever.

import assert from 'node:assert/strict';

import { TweenerSession } from '../../../src/msnp/auth-tweener.ts';
import type { TweenerEvent } from '../../../src/msnp/auth-tweener-types.ts';
import type { FetchReply, Output } from '../../../src/msnp/session.ts';
import { order } from '../../msnp/support/inputs.ts';
import { assertPlain } from './harmless.ts';
import { kind } from './kind.ts';
import type { Entry, HostileCase } from './kind.ts';

/** The step whose answer it is. */
type Step = 'nexus' | 'login';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface SignInCase extends HostileCase {
  readonly step: Step;
  readonly answer: Answer;
  /** `none`: there is no ticket to be had. `refused`: wrong password, with at most this sentence. */
  readonly wanted: 'none' | { readonly refused: RegExp };
}

const LOGIN = 'https://login.example/login';
const NEXUS = 'https://nexus.example/rdr';
const PASSWORD = 'canary password';

type Outputs = readonly Output<TweenerEvent>[];

/** The service's answers so far, and what is wanted after the last of them. */
function after(answers: readonly Answer[], from: Step): Outputs {
  const session = new TweenerSession({
    address: 'alice@example.com',
    password: PASSWORD,
    nexusUrl: NEXUS,
    ...(from === 'login' && { loginUrl: LOGIN }),
  });
  let outputs: Outputs = session.handle(order({ type: 'start', challenge: 'ct=1\r\nX-Header: 1,pwd=x' }));
  for (const { status, headers = {}, body = '' } of answers) {
    const request = outputs.find((output) => output.type === 'fetch');
    const reply: FetchReply = {
      type: 'response',
      status,
      headers: new Map(Object.entries(headers)),
      body: Buffer.from(body),
    };
    outputs = session.handle({ type: 'fetched', at: new Date(0), id: request?.id ?? '', reply });
    assertCareful(outputs);
  }
  return outputs;
}

/** Whatever is asked next: credentials go encrypted, in one header that ends where we end it. */
function assertCareful(outputs: Outputs): void {
  for (const output of outputs) {
    if (output.type !== 'fetch') continue;
    for (const value of Object.values(output.headers)) assert.match(value, /^[\x20-\x7e]*$/);
    const holds = JSON.stringify(output).includes(encodeURIComponent(PASSWORD));
    if (!holds) continue;
    assert.equal(output.credentials, true, 'it is known to carry a password');
    assert.equal(new URL(output.url).protocol, 'https:');
    assert.ok(output.maxBytes <= 64 * 1024 && output.timeoutMs <= 20_000, 'it is not listened to for ever');
  }
}

const redirect: Answer = { status: 302, headers: { location: '/again' } };
const toLogin: Answer = { status: 200, headers: { passporturls: `DALogin=${LOGIN}` } };

const WAYS: Readonly<Record<Step, readonly (readonly [name: string, from: Step, before: readonly Answer[]])[]>> = {
  nexus: [['the answer of the nexus', 'nexus', []]],
  login: [
    ['the answer of a service that was known beforehand', 'login', []],
    ['the answer of a service that the nexus named', 'nexus', [toLogin]],
    ['the answer after one redirect', 'login', [redirect]],
    ['the answer after three redirects', 'login', [redirect, redirect, redirect]],
  ],
};

function entries({ step }: SignInCase): readonly Entry<SignInCase>[] {
  return WAYS[step].map(([name, from, before]) => ({
    name,
    enter: ({ answer, wanted }) => {
      const outputs = after([...before, answer], from);
      const events = outputs.flatMap((output) => (output.type === 'event' ? [output.event] : []));
      assert.equal(events.length, 1, JSON.stringify(outputs));
      const [event] = events;
      if (wanted === 'none') assert.equal(event?.type, 'unavailable');
      else {
        assert.ok(event?.type === 'refused');
        const said = event.text ?? '';
        assertPlain(said);
        assert.ok(said.length <= 200, 'a sentence has an end');
        assert.match(said, wanted.refused);
      }
    },
  }));
}

const nexus = (rule: string, name: string, answer: Answer, cve?: string): SignInCase => ({
  rule,
  name,
  step: 'nexus',
  answer,
  wanted: 'none',
  ...(cve !== undefined && { cve }),
});
const login = (
  rule: string,
  name: string,
  answer: Answer,
  wanted: SignInCase['wanted'] = 'none',
  cve?: string,
): SignInCase => ({ rule, name, step: 'login', answer, wanted, ...(cve !== undefined && { cve }) });
const urls = (passporturls: string): Answer => ({ status: 200, headers: { passporturls } });
const ticket = (info: string): Answer => ({
  status: 200,
  headers: { 'authentication-info': `Passport1.4 da-status=success,${info}` },
});
const elsewhere = (location: string): Answer => ({ status: 302, headers: { location } });
const refusal = (challenge: string): Answer => ({ status: 401, headers: { 'www-authenticate': challenge } });

const HEADERS = 'a header may lack, or lie';
const IN_CLEAR = 'a password goes encrypted only';
const TOKEN = 'a ticket is one word of a command';
const HOPS = 'three redirects are enough';
const SENTENCE = 'what the service says is one line of two hundred letters at most';
const STATUS = 'a status that means nothing is no ticket';

const CASES: readonly SignInCase[] = [
  nexus(HEADERS, 'no header at all', { status: 200 }, 'CVE-2013-6482'),
  nexus(HEADERS, 'addresses of nothing', urls(''), 'CVE-2013-6482'),
  nexus(HEADERS, 'a header without what is looked for', urls('DARealm=x,DAReg=y'), 'CVE-2013-6482'),
  nexus(HEADERS, 'an address that is none', urls('DALogin=https://[::1')),
  nexus(HEADERS, 'an address of nothing', urls('DALogin=')),
  nexus(HEADERS, 'ten thousand commas', urls(','.repeat(10_000))),
  nexus(IN_CLEAR, 'a service in clear', urls('DALogin=http://login.example/login')),
  nexus(IN_CLEAR, 'a service in clear and in capitals', urls('DALogin=HTTP://login.example/login')),
  nexus(
    STATUS,
    'a nexus of status 100',
    { status: 100, headers: { passporturls: `DALogin=${LOGIN}` } },
    'CVE-2011-3184',
  ),
  nexus(STATUS, 'a redirect', elsewhere(LOGIN)),
  nexus(STATUS, 'a status of 0', { status: 0 }),
  nexus(STATUS, 'a mistake of the server', { status: 599 }),

  login(TOKEN, 'a ticket that ends the command', ticket("from-PP='t=1\r\nOUT'")),
  login(TOKEN, 'a ticket with a blank', ticket("from-PP='t=1 extra'")),
  login(TOKEN, 'a ticket with a tab', ticket("from-PP='t=1\textra'")),
  login(TOKEN, 'a ticket with a NUL', ticket("from-PP='t=1\0'")),
  login(TOKEN, 'a ticket with a letter that is none of ASCII', ticket("from-PP='t=é'")),
  login(TOKEN, 'an empty ticket', ticket("from-PP=''")),
  login(TOKEN, 'a ticket without its end', ticket("from-PP='t=1")),
  login(HEADERS, 'success without a header', { status: 200 }, 'none', 'CVE-2013-6482'),
  login(
    HEADERS,
    'a header of nothing',
    { status: 200, headers: { 'authentication-info': '' } },
    'none',
    'CVE-2013-6482',
  ),
  login(HEADERS, 'a ticket in the body alone', { status: 200, body: "from-PP='t=1'" }),

  ...[
    'http://login.example/login',
    'HTTP://login.example/login',
    'ftp://login.example/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'https://',
    'https://[::1',
    'https://login.example:99999/',
    'ws://login.example/',
    '//[',
    'https:// login.example',
  ].map((location) => login(IN_CLEAR, `a redirect to ${location}`, elsewhere(location))),
  login(HEADERS, 'a redirect to nowhere', { status: 302 }, 'none', 'CVE-2013-6482'),

  login(
    SENTENCE,
    'a refusal of three thousand words',
    refusal(`Passport1.4 da-status=failed,cbtxt=No${'%20x'.repeat(3_000)}`),
    { refused: /^No x x/ },
  ),
  login(
    SENTENCE,
    'a refusal of controls and of marks that turn the text',
    refusal('Passport1.4 da-status=failed,cbtxt=%00No%0d%0a%e2%80%aeadmission'),
    { refused: /^No admission$/ },
  ),
  login(SENTENCE, 'a refusal of broken percent signs', refusal('Passport1.4 cbtxt=%zz%ed%a0%80%'), { refused: /^%zz/ }),
  login(SENTENCE, 'a refusal that says nothing', refusal(''), { refused: /^$/ }, 'CVE-2013-6482'),
  login(SENTENCE, 'a refusal without a header', { status: 401 }, { refused: /^$/ }, 'CVE-2013-6482'),
  login(STATUS, 'a status of 100', { status: 100 }, 'none', 'CVE-2011-3184'),
  login(STATUS, 'a status of 204', { status: 204 }),
  login(STATUS, 'a change of protocol', { status: 101 }),
  login(STATUS, 'a teapot', { status: 418 }),
];

const circles: readonly SignInCase[] = [
  { rule: HOPS, name: 'a fourth redirect', step: 'login', answer: redirect, wanted: 'none' },
];
const inCircles: Entry<SignInCase> = {
  name: 'the answer after three redirects',
  enter: ({ answer }) => {
    const outputs = after([redirect, redirect, redirect, answer], 'login');
    assert.equal(outputs[0]?.type === 'event' && outputs[0].event.type, 'unavailable');
  },
};

export const signIn = [...kind('sign-in', CASES, entries), ...kind('sign-in', circles, () => [inCircles])];
