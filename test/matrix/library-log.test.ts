import { LogService } from '@vector-im/matrix-bot-sdk';
import { Logger } from 'matrix-appservice-bridge';
import { expect, test } from 'vitest';
import { routeLibraryLog } from '../../src/matrix/library-log.ts';
import { keptLog } from '../support/no-log.ts';

test('what the library logs comes to our log, errors with their stack', () => {
  const log = keptLog();
  routeLibraryLog(log);
  const error = new Error('broken');
  new Logger('its-module').error('it failed', error, { token: 'a secret' });
  new Logger('its-module').warn('x'.repeat(10_000));
  LogService.error('SomeClient', 'the SDK too');
  LogService.info('SomeClient', 'but not everything');
  LogService.error('MatrixHttpClient', 'a refusal');
  const lines = log.lines.filter(({ fields }) => !('module' in fields) || fields.module !== 'LogWrapper');
  expect(lines.map(({ level }) => level)).toEqual(['error', 'warn', 'error', 'debug']);
  expect(lines[0]).toEqual({
    level: 'error',
    fields: { module: 'its-module', detail: 'it failed', err: error },
    text: 'the bridge library says',
  });
  expect(JSON.stringify(lines)).not.toContain('a secret');
  expect(JSON.stringify(lines[1]).length).toBeLessThan(700);
  expect(lines[2]?.fields).toEqual({ module: 'SomeClient', detail: 'the SDK too' });
});
