// The form of config.yaml, key by key. Knows shapes and defaults; not files, and not what is done with them.

import { z } from 'zod';
import { dialect } from '../msnp/dialect.ts';
import { readTrustedHost } from '../networks/msn/trusted-hosts.ts';

const port = z.int().min(1).max(65_535);
const host = z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/u, 'must be a host name or an IP address');
const trustedHost = z
  .string()
  .refine(
    (value) => readTrustedHost(value) !== undefined,
    'must be a host name, *.example.com or an IP address, with :port or not',
  );
const httpUrl = z.url({ protocol: /^https?$/u, error: 'must be an http:// or https:// address' });
const token = z
  .string()
  .min(16, 'is too short for a token: run “npm run registration” to make good ones')
  .refine((value) => !value.startsWith('CHANGE'), 'is the placeholder: run “npm run registration” to make real tokens');
/** What browsers get there may be a proof of who somebody is. */
const browserUrl = httpUrl.refine(
  (value) => value.startsWith('https:') || ['localhost', '127.0.0.1', '[::1]'].includes(new URL(value).hostname),
  'must be an https:// address, unless it is on this machine',
);
const localpart = z.string().regex(/^[a-z0-9._=/+-]{1,100}$/u, 'must be lower-case letters, digits and ._=/+-');

const homeserver = z.strictObject({
  url: httpUrl,
  domain: z.string().regex(/^[A-Za-z0-9.-]+(:\d+)?$/u, 'must be the part after the colon of your Matrix ids'),
});

const appservice = z.strictObject({
  id: z.string().min(1).max(100).default('msn'),
  url: httpUrl,
  public_url: browserUrl.optional(),
  listen: z.strictObject({ host: host.default('127.0.0.1'), port: port.default(29_333) }).prefault({}),
  as_token: token,
  hs_token: token,
  bot: localpart.default('msnbot'),
  ghost_prefix: z
    .string()
    .regex(/^[a-z0-9._=-]{0,50}$/u, 'must be lower-case letters, digits and ._=-')
    .default(''),
});

const database = z.strictObject({
  url: z
    .string()
    .regex(/^postgres(ql)?:\/\//u, 'must begin with postgres://')
    .optional(),
  directory: z.string().min(1).default('data/database'),
});

const secrets = z.strictObject({ key_file: z.string().min(1).default('data/secret.key') });

const msnServerKeys = z.strictObject({
  name: z.string().min(1).max(100),
  host,
  port: port.default(1863),
  nexus_url: httpUrl.optional(),
  login_url: httpUrl.optional(),
  gateway_url: httpUrl.optional(),
  gateway_only: z.boolean().default(false),
  services: z.record(z.string(), httpUrl).default({}),
  tls: z
    .strictObject({
      ca_file: z.string().min(1).optional(),
      min_version: z.enum(['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']).default('TLSv1.2'),
    })
    .prefault({}),
  dialects: z
    .array(
      z.enum(['MSNP12', 'MSNP11', 'MSNP10', 'MSNP9', 'MSNP8', 'MSNP7', 'MSNP6', 'MSNP5', 'MSNP4', 'MSNP3', 'MSNP2']),
    )
    .min(1)
    .default(['MSNP12', 'MSNP11', 'MSNP10', 'MSNP9', 'MSNP8']),
  hosts: z.array(trustedHost).default([]),
  private_addresses: z.boolean().default(false),
  confirms_delivery: z.boolean().default(false),
  sign_ins_per_second: z.number().min(0.1).max(1_000).default(20),
  credential_hosts: z.array(host).default([]),
});

const msnServer = msnServerKeys.superRefine((server, context) => {
  const needing = server.dialects.filter((name) => dialect(name).auth === 'TWN');
  if (needing.length > 0 && server.nexus_url === undefined && server.login_url === undefined) {
    const message = `is missing: ${needing.join(', ')} sign in with what it tells. Give it, or login_url, or other dialects`;
    context.addIssue({ code: 'custom', path: ['nexus_url'], message });
  }
  if (server.gateway_only && server.gateway_url === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['gateway_url'],
      message: 'is missing: gateway_only leaves no other way',
    });
  }
});

const presence = z.strictObject({
  mode: z.enum(['matrix', 'status', 'board', 'off']).default('matrix'),
  requests_per_second: z.number().min(0.1).max(1_000).default(10),
});

const provisioning = z.strictObject({
  shared_secret: z.string().min(16, 'is too short for a secret: give it 16 characters or more').optional(),
  openid: z.boolean().default(false),
  origins: z
    .array(z.string().regex(/^(\*|https?:\/\/[^/\s]+)$/u, 'must be like https://app.example.com, without a path'))
    .default([]),
});

const bridge = z.strictObject({
  message_patience_minutes: z.number().min(1).max(1_440).default(60),
  spaces: z.boolean().default(true),
  logout_rooms: z.enum(['keep', 'leave', 'remove']).default('keep'),
});

const serverKey = z.string().regex(/^[a-z0-9-]{1,30}$/u, 'must be lower-case letters, digits and -');

const file = z.strictObject({
  homeserver,
  appservice,
  database: database.prefault({}),
  secrets: secrets.prefault({}),
  permissions: z.record(z.string(), z.enum(['block', 'user', 'admin'])).default({}),
  bridge: bridge.prefault({}),
  presence: presence.prefault({}),
  provisioning: provisioning.prefault({}),
  networks: z.strictObject({
    msn: z.strictObject({
      servers: z
        .record(serverKey, msnServer)
        .refine((servers) => Object.keys(servers).length > 0, 'needs at least one server'),
    }),
  }),
  logging: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info') }).prefault({}),
});

export const configSchema = file.refine(
  ({ appservice: { as_token, hs_token }, provisioning: { shared_secret: secret } }) =>
    secret === undefined || (secret !== as_token && secret !== hs_token),
  { path: ['provisioning', 'shared_secret'], error: 'must be another than the tokens of the appservice' },
);

export type ConfigFile = z.infer<typeof configSchema>;
export type MsnServerConfig = z.infer<typeof msnServer>;
