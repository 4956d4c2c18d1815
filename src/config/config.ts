// Reads config.yaml into what the parts are built from. Every fault names file, line and column, and says what to do.

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import type { ServerKey } from '../bridge/ids.ts';
import type { ServerProfile } from '../networks/msn/profile.ts';
import { ConfigError } from './errors.ts';
import { configSchema, type ConfigFile, type MsnServerConfig } from './schema.ts';
import { knownKeys, nearestWord } from './known-keys.ts';
import { ConfigSource, type Path } from './source.ts';

/** Read, checked, and with every path made absolute (they are relative to the file). */
export interface Config extends Omit<ConfigFile, 'networks'> {
  readonly msn: { readonly profiles: readonly ServerProfile[] };
  /** That a key does not fit to what else there is. */
  readonly fault: (path: Path, what: string) => ConfigError;
}

/** Throws `ConfigError`. */
export function readConfig(file: string): Config {
  const source = readSource(file);
  return buildConfig(source, checkConfig(source));
}

/** Throws `ConfigError`. */
export function checkConfig(source: ConfigSource): ConfigFile {
  const result = configSchema.safeParse(source.value());
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.flatMap((issue) => faults(source, issue)));
}

function faults(source: ConfigSource, issue: z.core.$ZodIssue): string[] {
  const { code, path, message } = issue;
  if (code === 'unrecognized_keys') {
    return issue.keys.map((key) =>
      source.fault([...path, key], `unknown key${nearest(key, knownKeys(configSchema, path))}`, { ofKey: true }),
    );
  }
  if (code === 'invalid_key') return [source.fault(path, issue.issues[0]?.message ?? message, { ofKey: true })];
  const isMissing = code === 'invalid_type' && !source.has(path);
  const ofKey = code === 'custom' && issue.params?.['ofKey'] === true;
  return [source.fault(path, isMissing ? `is missing: it ${message}` : message, { ofKey })];
}

function nearest(key: string, known: readonly string[]): string {
  const word = nearestWord(key, known);
  return word === undefined ? '; see config.sample.yaml for those there are' : `: is “${word}” meant?`;
}

function buildConfig(source: ConfigSource, raw: ConfigFile): Config {
  const base = dirname(resolve(source.file));
  const { networks, ...rest } = raw;
  return {
    ...rest,
    fault: (path, what) => new ConfigError([source.fault(path, what)]),
    database: { ...raw.database, directory: resolve(base, raw.database.directory) },
    secrets: { key_file: resolve(base, raw.secrets.key_file) },
    msn: {
      profiles: Object.entries(networks.msn.servers).map(([key, server]) => serverProfile(source, base, key, server)),
    },
  };
}

function serverProfile(source: ConfigSource, base: string, key: string, server: MsnServerConfig): ServerProfile {
  const ca = server.tls.ca_file === undefined ? undefined : readCa(source, key, resolve(base, server.tls.ca_file));
  return Object.freeze({
    key: key as ServerKey,
    name: server.name,
    notification: Object.freeze({ host: server.host, port: server.port }),
    ...(server.nexus_url !== undefined && { nexusUrl: server.nexus_url }),
    ...(server.login_url !== undefined && { loginUrl: server.login_url }),
    ...(server.gateway_url !== undefined && {
      gateway: Object.freeze({ url: server.gateway_url, only: server.gateway_only }),
    }),
    services: Object.freeze(server.services),
    tls: Object.freeze({ minVersion: server.tls.min_version, ...(ca !== undefined && { ca }) }),
    dialects: Object.freeze(server.dialects),
    hosts: Object.freeze(server.hosts),
    privateAddresses: server.private_addresses,
    confirmsDelivery: server.confirms_delivery,
    signInsPerSecond: server.sign_ins_per_second,
    credentialHosts: Object.freeze(server.credential_hosts),
  });
}

function readCa(source: ConfigSource, key: string, path: string): string {
  try {
    const pem = readFileSync(path, 'utf8');
    void new X509Certificate(pem);
    return pem;
  } catch (error) {
    const sentence = `cannot read a certificate from ${path} (${reason(error)}): name the authority’s certificate in PEM form, or leave the key out`;
    throw new ConfigError([source.fault(['networks', 'msn', 'servers', key, 'tls', 'ca_file'], sentence)]);
  }
}

/** Throws `ConfigError`. */
export function readSource(file: string): ConfigSource {
  return new ConfigSource(file, readText(file));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([
      `${file}: cannot be read (${reason(error)}). Copy config.sample.yaml to ${file} and fill it in, or name another file with --config.`,
    ]);
  }
}

function reason(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
