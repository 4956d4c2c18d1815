import { expect, test } from 'vitest';
import { describeRefusal } from '../../src/msnp/errors.ts';

test.each([
  [217, 'request'],
  [800, 'request'],
  [913, 'request'],
  [500, 'retry'],
  [600, 'retry'],
  [921, 'retry'],
  [911, 'credentials'],
  [928, 'credentials'],
  [540, 'fatal'],
  [999, 'request'],
])('%i is of class %s', (code, expected) => {
  expect(describeRefusal(code).class).toBe(expected);
  expect(describeRefusal(code).meaning).not.toBe('');
});
