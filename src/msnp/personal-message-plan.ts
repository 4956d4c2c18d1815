// How our own personal message is told: UUX. Knows the command; not what others make of it.

import type { Dialect } from './dialect.ts';
import { writePersonalMessage } from './personal-message.ts';
import type { Plan } from './requests.ts';

export function personalMessagePlan(
  wish: { readonly message: string; readonly media?: string },
  dialect: Dialect,
): Plan {
  if (!dialect.personalMessage) return [() => ({ reason: 'not-in-this-version', code: 502 })];
  const payload = writePersonalMessage({ message: wish.message, media: wish.media ?? '' });
  return [() => ({ verb: 'UUX', args: [], payload })];
}
