// Links that work once, for a minute.

import { expect, test } from 'vitest';
import { Pages } from '../../src/bridge/pages.ts';
import { FakeClock } from '../support/fake-clock.ts';

function shelf(publicUrl = 'https://bridge.example.com') {
  const clock = new FakeClock();
  let count = 0;
  return { clock, pages: new Pages({ publicUrl, clock, token: () => `token-${++count}` }) };
}

const FORM = { action: 'https://mail.example.com/', fields: [['a', 'b']] } as const;

test('a link is an address under the public one, with or without a path', () => {
  expect(shelf().pages.offer({ title: 'x', make: () => FORM })).toBe('https://bridge.example.com/pages/token-1');
  expect(shelf('https://example.com/bridge/').pages.offer({ title: 'x', make: () => FORM })).toBe(
    'https://example.com/bridge/pages/token-1',
  );
});

test('looking does not use it up, opening does', () => {
  const { pages } = shelf();
  let made = 0;
  pages.offer({ title: 'your inbox', make: () => ((made += 1), FORM) });
  expect([pages.titleOf('token-1'), pages.titleOf('token-1')]).toEqual(['your inbox', 'your inbox']);
  expect(made).toBe(0);
  expect(pages.open('token-1')).toEqual({ title: 'your inbox', form: FORM });
  expect([pages.titleOf('token-1'), pages.open('token-1')]).toEqual([undefined, undefined]);
  expect(made).toBe(1);
});

test('its time is a minute', () => {
  const { clock, pages } = shelf();
  pages.offer({ title: 'x', make: () => FORM });
  clock.advance(59_999);
  expect(pages.titleOf('token-1')).toBe('x');
  clock.advance(1);
  expect([pages.titleOf('token-1'), pages.open('token-1')]).toEqual([undefined, undefined]);
});

test('a form that cannot be had any more is no page, and the link is used up', () => {
  const { pages } = shelf();
  const forms = [undefined, FORM];
  pages.offer({ title: 'x', make: () => forms.shift() });
  expect(pages.open('token-1')).toBeUndefined();
  expect(pages.open('token-1')).toBeUndefined();
  expect(forms).toEqual([FORM]);
});

test('a thousand links are good at once; beyond that the oldest are forgotten', () => {
  const { pages } = shelf();
  for (let count = 0; count < 1_001; count++) pages.offer({ title: 'x', make: () => FORM });
  expect(pages.titleOf('token-1')).toBeUndefined();
  expect([pages.titleOf('token-2'), pages.titleOf('token-1001')]).toEqual(['x', 'x']);
});
