// What a network asks before a sign-in, and whether an answer will do. Knows fields; not who asks, nor how.

import type { LoginField, Network } from './network.ts';

export type ReadAnswer =
  { readonly type: 'good'; readonly value: string } | { readonly type: 'bad'; readonly objection: string };

/** The answer to a field that is not asked, because there is but one. */
export function onlyAnswer({ kind, options = [] }: LoginField): string | undefined {
  return kind === 'choice' && options.length === 1 ? options[0]?.value : undefined;
}

/** What is asked when an account that is here already needs a new password. */
export function passwordField({ loginFields }: Network): LoginField {
  const field = loginFields.find(({ kind }) => kind === 'password');
  return field ?? { id: 'password', kind: 'password', prompt: 'Your password?' };
}

export function readAnswer(field: LoginField, typed: string): ReadAnswer {
  if (field.kind === 'choice') return readChoice(field, typed.trim().toLowerCase());
  const value = field.kind === 'password' ? typed : typed.trim();
  const objection = value === '' ? field.prompt : field.check?.(value);
  return objection === undefined ? { type: 'good', value } : { type: 'bad', objection };
}

function readChoice({ prompt, options = [] }: LoginField, wanted: string): ReadAnswer {
  const chosen =
    options.find(({ value }) => value.toLowerCase() === wanted) ??
    options.find(({ label }) => label.toLowerCase() === wanted);
  return chosen ? { type: 'good', value: chosen.value } : { type: 'bad', objection: prompt };
}
