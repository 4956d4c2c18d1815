// Whether plain data has the form that it should have, field by field. Knows nothing of what it is about.

export type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === 'string';
export const isFlag: Check = (value) => typeof value === 'boolean';
export const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** As JSON has it: a text. */
export const isTime: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));

export function isOneOf(values: readonly unknown[]): Check {
  return (value) => values.includes(value);
}

export function isPattern(pattern: RegExp): Check {
  return (value) => typeof value === 'string' && pattern.test(value);
}

/** It may be absent. */
export function perhaps(check: Check): Check {
  return (value) => value === undefined || check(value);
}

export function listOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

/** Any names, each with a value like that. */
export function recordOf(check: Check): Check {
  return (value) => isPlain(value) && Object.values(value).every(check);
}

/** An object with these fields; others do not matter. */
export function shape(fields: Readonly<Record<string, Check>>): Check {
  const checks = Object.entries(fields);
  return (value) =>
    isPlain(value) && checks.every(([name, check]) => check(Object.hasOwn(value, name) ? value[name] : undefined));
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
