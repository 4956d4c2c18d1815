// The process's log: JSON lines on standard output. Knows pino; not what anybody logs.

import { pino, type Logger } from 'pino';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A net below the rule that secrets are never logged (`Secret` cannot be printed anyway). */
const REDACTED = [
  'password',
  '*.password',
  'ticket',
  '*.ticket',
  'as_token',
  'hs_token',
  'headers.authorization',
  '*.headers.authorization',
];

export function openLog(level: LogLevel): Logger {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, redact: REDACTED });
}
