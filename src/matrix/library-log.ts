// Leads what the library and its SDK log into our log. Knows their log entries; decides nothing but the level.

import { Writable } from 'node:stream';
import { LogLevel, LogService } from '@vector-im/matrix-bot-sdk';
import { Logger as LibraryLogger } from 'matrix-appservice-bridge';
import type { Log } from '../bridge/log.ts';
import { isObject } from './checks.ts';

const MAX_DETAIL = 500;

/** One log for the whole process: the library has no other. */
export function routeLibraryLog(log: Log): void {
  // In object mode the entry comes whole; as JSON of the library's making an error would lose its stack.
  const stream = new Writable({
    objectMode: true,
    write(entry: unknown, _encoding, done) {
      if (isObject(entry)) writeEntry(log, entry);
      done();
    },
  });
  LibraryLogger.root.configureLogging({}, stream);
  // Below this it would put a line together for every request.
  LogService.setLevel(LogLevel.WARN);
}

function writeEntry(log: Log, entry: Readonly<Record<string, unknown>>): void {
  const data: readonly unknown[] = Array.isArray(entry['data']) ? entry['data'] : [];
  const module = typeof entry['module'] === 'string' ? entry['module'] : 'unknown';
  const detail = data
    .filter((part) => typeof part === 'string')
    .join(' ')
    .slice(0, MAX_DETAIL);
  const err = data.find((part) => part instanceof Error);
  const fields = { module, detail, ...(err === undefined ? {} : { err }) };
  log[levelOf(entry['level'], module)](fields, 'the bridge library says');
}

function levelOf(level: unknown, module: string): 'debug' | 'info' | 'warn' | 'error' {
  // Each refused request, expected or not; whoever made it says what it means.
  if (module === 'MatrixHttpClient' || module === 'Appservice') return 'debug';
  switch (level) {
    case 'ERROR':
      return 'error';
    case 'WARN':
      return 'warn';
    case 'INFO':
      return 'info';
    default:
      return 'debug';
  }
}
