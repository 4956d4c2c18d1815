// Text and JSON in a form that the database takes. Knows what PostgreSQL refuses; nothing of ours.

/** No text of the database may hold a NUL or half of a surrogate pair; people and networks do send them. */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

/** JSON text of a value, storable. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(value) ?? 'null';
  // Whatever must be mended is written as an escape; nearly always there is none.
  if (!json.includes('\\u0000') && !json.includes('\\ud')) return json;
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'string' ? storable(inner) : inner));
}
