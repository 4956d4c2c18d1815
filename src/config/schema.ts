// The form of config.yaml, key by key: what may stand there, in words too. Knows shapes and defaults; not files, and not
// what is done with them.

import { z } from 'zod';
import { Secret } from '../bridge/secret.ts';
import { dialect } from '../msnp/dialect.ts';
import { readTrustedHost } from '../networks/msn/trusted-hosts.ts';
import { mayMatch } from './permission-keys.ts';

/** A value with one sentence for whatever else stands there: what it must be, so that it says what to do. */
function must<Schema>(be: string, make: (error: string) => Schema): Schema {
  return make(`must be ${be}`);
}

function oneOf<const Words extends readonly string[]>(words: Words): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  return must(`one of ${words.join(', ')}`, (error) => z.enum(words, { error }));
}

function section<Shape extends z.core.$ZodShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const keys = Object.keys(shape).slice(0, 3).join(', ');
  return must(`a section of keys (${keys} …), each indented on a line of its own; see config.sample.yaml`, (error) =>
    z.strictObject(shape, { error }),
  );
}

/** Keys of the user's own choice. */
function named<Key extends z.core.$ZodRecordKey, Value extends z.ZodType>(
  what: string,
  key: Key,
  value: Value,
): z.ZodRecord<Key, Value> {
  return must(`${what}; see config.sample.yaml`, (error) => z.record(key, value, { error }));
}

function listOf<Value extends z.ZodType>(what: string, value: Value): z.ZodArray<Value> {
  return must(`a list of ${what} in brackets, with commas between them`, (error) => z.array(value, { error }));
}

const yesOrNo = must('true or false, without quotes', (error) => z.boolean({ error }));
const numberFrom = (least: number, most: number) =>
  must(`a number from ${least} to ${most}, without quotes`, (error) =>
    z.number({ error }).min(least, error).max(most, error),
  );
const words = (what: string) => must(what, (error) => z.string({ error }).min(1, error).max(1_000, error));

const port = must('a port: a whole number from 1 to 65535, without quotes', (error) =>
  z.int({ error }).min(1, error).max(65_535, error),
);
const host = must('a host name or an IP address, like messenger.example.com', (error) =>
  z.string({ error }).regex(/^[A-Za-z0-9.:-]{1,253}$/u, error),
);
const trustedHost = must('a host name, *.example.com or an IP address, with :port or not, in quotes', (error) =>
  z.string({ error }).refine((value) => readTrustedHost(value) !== undefined, error),
);
const httpUrl = must('an http:// or https:// address, like https://example.com', (error) =>
  z.url({ protocol: /^https?$/u, error }),
);
/** What browsers get there may be a proof of who somebody is. */
const browserUrl = httpUrl.refine(
  (value) =>
    value.startsWith('https:') || ['localhost', '127.0.0.1', '[::1]'].includes(URL.parse(value)?.hostname ?? ''),
  'must be an https:// address, unless it is on this machine',
);
/** How those of config.sample.yaml begin. */
export const PLACEHOLDER = 'CHANGE';
const token = must('a token: run “npm run registration” to make good ones', (error) =>
  z
    .string({ error })
    .min(16, 'is too short for a token: run “npm run registration” to make good ones')
    .refine(
      (value) => !value.startsWith(PLACEHOLDER),
      'is the placeholder: run “npm run registration” to make real tokens',
    ),
);
const localpart = must('lower-case letters, digits and ._=/+-, like msnbot', (error) =>
  z.string({ error }).regex(/^[a-z0-9._=/+-]{1,100}$/u, error),
);
const path = words('the path of a file or a folder; it begins where this file lies');

const homeserver = section({
  url: httpUrl,
  domain: must('the part after the colon of your Matrix ids, like example.com', (error) =>
    z.string({ error }).regex(/^[A-Za-z0-9.-]+(:\d+)?$/u, error),
  ),
});

const appservice = section({
  id: must('a name for the registration, like msn', (error) =>
    z.string({ error }).min(1, error).max(100, error),
  ).default('msn'),
  url: httpUrl,
  public_url: browserUrl.optional(),
  listen: section({ host: host.default('127.0.0.1'), port: port.default(29_333) }).prefault({}),
  as_token: token,
  hs_token: token,
  bot: localpart.default('msnbot'),
  ghost_prefix: must('lower-case letters, digits and ._=-, fifty at most', (error) =>
    z.string({ error }).regex(/^[a-z0-9._=-]{0,50}$/u, error),
  ).default(''),
});

const database = section({
  url: must('an address that begins with postgres://, like postgres://user:password@localhost/database', (error) =>
    z.string({ error }).regex(/^postgres(ql)?:\/\//u, error),
  ).optional(),
  directory: path.default('data/database'),
});

const secrets = section({ key_file: path.default('data/secret.key') });

const msnServerKeys = section({
  name: must('a name for people, like Escargot', (error) => z.string({ error }).min(1, error).max(100, error)),
  host,
  port: port.default(1863),
  nexus_url: httpUrl.optional(),
  login_url: httpUrl.optional(),
  gateway_url: httpUrl.optional(),
  gateway_only: yesOrNo.default(false),
  services: named('a section of service names with their addresses', z.string(), httpUrl).default({}),
  tls: section({
    ca_file: path.optional(),
    min_version: oneOf(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
  }).prefault({}),
  dialects: listOf(
    'protocol versions',
    oneOf(['MSNP12', 'MSNP11', 'MSNP10', 'MSNP9', 'MSNP8', 'MSNP7', 'MSNP6', 'MSNP5', 'MSNP4', 'MSNP3', 'MSNP2']),
  )
    .min(
      1,
      'must name a protocol version at least, like [MSNP12, MSNP8]; left out, it means all that sign in with Passport',
    )
    .default(['MSNP12', 'MSNP11', 'MSNP10', 'MSNP9', 'MSNP8']),
  hosts: listOf('hosts', trustedHost).default([]),
  private_addresses: yesOrNo.default(false),
  confirms_delivery: yesOrNo.default(false),
  sign_ins_per_second: numberFrom(0.1, 1_000).default(20),
  credential_hosts: listOf('host names', host).default([]),
});

const msnServer = msnServerKeys.superRefine((server, context) => {
  const needing = server.dialects.filter((name) => dialect(name).auth === 'TWN');
  if (needing.length > 0 && server.nexus_url === undefined && server.login_url === undefined) {
    const message = `is missing: ${needing.join(', ')} sign in with what it tells. Give it, or login_url, or other dialects`;
    context.addIssue({ code: 'custom', path: ['nexus_url'], message });
  }
  if (server.gateway_only && server.gateway_url === undefined) {
    const message = 'is missing: gateway_only leaves no other way. Give it, or remove gateway_only';
    context.addIssue({ code: 'custom', path: ['gateway_url'], message });
  }
});

const presence = section({
  mode: oneOf(['matrix', 'status', 'board', 'off']).default('matrix'),
  requests_per_second: numberFrom(0.1, 1_000).default(10),
});

const provisioning = section({
  shared_secret: must('a secret of 16 characters or more, in quotes', (error) =>
    z.string({ error }).min(16, 'is too short for a secret: give it 16 characters or more'),
  ).optional(),
  openid: yesOrNo.default(false),
  origins: listOf(
    'web pages',
    must('like https://app.example.com, without a path', (error) =>
      z.string({ error }).regex(/^(\*|https?:\/\/[^/\s]+)$/u, error),
    ),
  ).default([]),
});

const bridge = section({
  message_patience_minutes: numberFrom(1, 1_440).default(60),
  spaces: yesOrNo.default(true),
  logout_rooms: oneOf(['keep', 'leave', 'remove']).default('keep'),
});

const serverKey = must('lower-case letters, digits and -, thirty at most', (error) =>
  z.string({ error }).regex(/^[a-z0-9-]{1,30}$/u, error),
);

const file = section({
  homeserver,
  appservice,
  database: database.prefault({}),
  secrets: secrets.prefault({}),
  permissions: named(
    'a section of user ids, server names or "*", each with block, user or admin',
    z.string(),
    oneOf(['block', 'user', 'admin']),
  ).default({}),
  bridge: bridge.prefault({}),
  presence: presence.prefault({}),
  provisioning: provisioning.prefault({}),
  networks: section({
    msn: section({
      servers: named('a section of MSN servers, each under a key of its own', serverKey, msnServer).refine(
        (servers) => Object.keys(servers).length > 0,
        'needs at least one server; see config.sample.yaml',
      ),
    }),
  }),
  logging: section({ level: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
});

const checked = file.superRefine((config, context) => {
  const { as_token: asToken, hs_token: hsToken } = config.appservice;
  const complain = (at: PropertyKey[], message: string, params = {}): void =>
    context.addIssue({ code: 'custom', path: at, message, params });
  if (asToken === hsToken && !asToken.startsWith(PLACEHOLDER)) {
    complain(['appservice', 'hs_token'], 'must be another than as_token: remove both and run “npm run registration”');
  }
  const secret = config.provisioning.shared_secret;
  if (secret === asToken || secret === hsToken) {
    const message = 'must be another than the tokens of the appservice: choose a long random one';
    complain(['provisioning', 'shared_secret'], message);
  }
  for (const key of Object.keys(config.permissions)) {
    if (mayMatch(key, config.homeserver.domain)) continue;
    const message = 'is nobody: name a person (@alice:example.com), a server (example.com), or "*" for everybody';
    complain(['permissions', key], message, { ofKey: true });
  }
});

/** Last of all, when nothing is compared or measured any more: from here on no secret of the file can be printed. */
export const configSchema = checked.transform(
  ({ appservice: own, database: storage, provisioning: access, ...rest }) => ({
    ...rest,
    appservice: { ...own, as_token: new Secret(own.as_token), hs_token: new Secret(own.hs_token) },
    database: { ...storage, url: boxed(storage.url) },
    provisioning: { ...access, shared_secret: boxed(access.shared_secret) },
  }),
);

function boxed(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

export type ConfigFile = z.infer<typeof configSchema>;
export type MsnServerConfig = z.infer<typeof msnServer>;
