// Reads config.yaml into what the parts are built from. Every fault names file, line and column, and says what to do.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { LineCounter, isCollection, isMap, isNode, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import type { ServerKey } from '../bridge/ids.ts';
import type { ServerProfile } from '../networks/msn/profile.ts';
import { ConfigError } from './errors.ts';
import { configSchema, type ConfigFile, type MsnServerConfig } from './schema.ts';

/** Read, checked, and with every path made absolute (they are relative to the file). */
export interface Config extends Omit<ConfigFile, 'networks'> {
  readonly file: string;
  readonly msn: { readonly profiles: readonly ServerProfile[] };
}

/** Throws `ConfigError`. */
export function readConfig(file: string): Config {
  return buildConfig(file, parseConfig(file, readText(file)));
}

export function parseConfig(file: string, text: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(
        (error) => `${place(file, lines, error.pos[0])}: ${error.message.split('\n')[0]?.replace(/ at line.*$/u, '')}`,
      ),
    );
  }
  const result = configSchema.safeParse(plainValue(file, document));
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.flatMap((issue) => problems(file, document, lines, issue)));
}

/** An alias may lead nowhere, or so many may stand in each other that they would fill the memory. */
function plainValue(file: string, document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (error) {
    throw new ConfigError([
      `${file}: ${error instanceof Error ? error.message : String(error)}; put a text that begins with * in quotes`,
    ]);
  }
}

function problems(file: string, document: Document, lines: LineCounter, issue: z.core.$ZodIssue): string[] {
  const at = (path: readonly PropertyKey[], asKey: boolean): string =>
    place(file, lines, offsetOf(document, path, asKey));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return `${at(path, true)}: ${path.join('.')}: unknown key; see config.sample.yaml for those there are`;
    });
  }
  if (issue.code === 'invalid_key')
    return [`${at(issue.path, true)}: ${issue.path.join('.')}: ${issue.issues[0]?.message}`];
  const what = issue.code === 'invalid_type' && !document.hasIn(issue.path) ? 'is missing' : issue.message;
  return [`${at(issue.path, false)}: ${issue.path.join('.') || 'the file'}: ${what}`];
}

/** Where a value stands; for one that is missing, its nearest parent. */
function offsetOf(document: Document, path: readonly PropertyKey[], asKey: boolean): number {
  if (path.length === 0) return isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
  const parentPath = path.slice(0, -1);
  const parent: unknown = parentPath.length === 0 ? document.contents : document.getIn(parentPath, true);
  const last = path.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isNode(key) && String(key) === String(last));
    const node = pair && (asKey || !isNode(pair.value) ? pair.key : pair.value);
    if (isNode(node) && node.range) return node.range[0];
  } else if (isCollection(parent) && typeof last === 'number') {
    const node = parent.items[last];
    if (isNode(node) && node.range) return node.range[0];
  }
  return offsetOf(document, parentPath, true);
}

function place(file: string, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset);
  return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
}

function buildConfig(file: string, raw: ConfigFile): Config {
  const base = dirname(resolve(file));
  const { networks, ...rest } = raw;
  return {
    ...rest,
    file,
    database: { ...raw.database, directory: resolve(base, raw.database.directory) },
    secrets: { key_file: resolve(base, raw.secrets.key_file) },
    msn: {
      profiles: Object.entries(networks.msn.servers).map(([key, server]) => serverProfile(file, base, key, server)),
    },
  };
}

function serverProfile(file: string, base: string, key: string, server: MsnServerConfig): ServerProfile {
  const ca = server.tls.ca_file === undefined ? undefined : readCa(file, key, resolve(base, server.tls.ca_file));
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

function readCa(file: string, key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${file}: networks.msn.servers.${key}.tls.ca_file: cannot read ${path}: ${reason(error)}`]);
  }
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
