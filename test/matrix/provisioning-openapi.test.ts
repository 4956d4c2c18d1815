import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { isObject, type JsonObject } from '../../src/matrix/checks.ts';
import { PROVISIONING_BASE, PROVISIONING_ROUTES } from '../../src/matrix/provisioning-routes.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];

const file: unknown = parse(readFileSync(new URL('../../docs/provisioning.openapi.yaml', import.meta.url), 'utf8'));
const document = object(file);
const paths = Object.entries(object(document['paths'])).map(([path, item]) => ({ path, item: object(item) }));

function object(value: unknown): JsonObject {
  if (!isObject(value)) throw new Error(`no object: ${JSON.stringify(value)}`);
  return value;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What a reference stands for, or the thing itself. */
function resolved(value: unknown): JsonObject {
  const ref = object(value)['$ref'];
  if (typeof ref !== 'string') return object(value);
  if (!ref.startsWith('#/')) throw new Error(`a reference to elsewhere: ${ref}`);
  return ref
    .slice(2)
    .split('/')
    .reduce((found, name) => object(found[name]), document);
}

function everyReference(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.flatMap(everyReference);
  if (!isObject(value)) return [];
  return [...('$ref' in value ? [value] : []), ...Object.values(value).flatMap(everyReference)];
}

test('every route stands in the document, and everything in the document is a route', () => {
  const written = paths.flatMap(({ path, item }) =>
    METHODS.filter((method) => method in item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(written.toSorted()).toEqual(PROVISIONING_ROUTES.map(({ method, path }) => `${method} ${path}`).toSorted());
});

const operations = paths.flatMap(({ path, item }) =>
  METHODS.filter((method) => method in item).map((method) => ({
    name: `${method} ${path}`,
    inPath: [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name),
    parameters: [...list(item['parameters']), ...list(object(item[method])['parameters'])].map(resolved),
  })),
);

test.each(operations)('$name tells of its parameters, and that a user is needed', ({ inPath, parameters }) => {
  expect(parameters.filter((one) => one['in'] === 'path').map((one) => one['name'])).toEqual(inPath);
  expect(parameters.find((one) => one['name'] === 'user_id')).toMatchObject({ in: 'query', required: true });
});

test('every reference leads somewhere, and the base is ours', () => {
  const references = everyReference(document);
  expect(references.length).toBeGreaterThan(20);
  for (const reference of references) expect(resolved(reference)).toBeTypeOf('object');
  expect(object(list(document['servers'])[0])['url']).toMatch(new RegExp(`${PROVISIONING_BASE}$`));
});
