// A log for tests: keeps what it is told, shows nothing.

import type { Log } from '../../src/bridge/log.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly fields: object;
  readonly text: string;
}

export function keptLog(): Log & { readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const make = (bound: object): Log & { lines: LogLine[] } => {
    const at =
      (level: LogLine['level']) =>
      (fields: object, text: string): void =>
        void lines.push({ level, fields: { ...bound, ...fields }, text });
    return {
      lines,
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
      child: (fields) => make({ ...bound, ...fields }),
    };
  };
  return make({});
}
