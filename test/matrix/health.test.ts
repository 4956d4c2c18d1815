import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { BridgeError } from '../../src/bridge/errors.ts';
import { Secret } from '../../src/bridge/secret.ts';
import type { MatrixSide } from '../../src/matrix/matrix.ts';
import { Stage } from './side.ts';

async function complaint(side: MatrixSide): Promise<string> {
  try {
    await side.checkHomeserver();
  } catch (error) {
    const { code, retriable, message } = error as BridgeError;
    return `${code}${retriable ? ', perhaps later' : ''}: ${message}`;
  }
  return 'all is well';
}

async function readiness(side: MatrixSide): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${side.port}/_matrix/mau/ready`);
  return response.status;
}

async function listen(body: string, status = 200): Promise<Server> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

describe('looking at the homeserver', () => {
  test('finds nothing wrong, and has made the bot', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    expect(await readiness(side)).toBe(500);
    expect(await complaint(side)).toBe('all is well');
    expect(await readiness(side)).toBe(200);
    expect(stage.homeserver.isRegistered(side.bot)).toBe(true);
    expect(await complaint(side)).toBe('all is well');
    expect(stage.homeserver.violations).toEqual([]);
  });

  test('nobody is there', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    await stage.homeserver.goAway();
    expect(await complaint(side)).toBe(
      `homeserver, perhaps later: The homeserver at ${stage.homeserver.url} cannot be reached.`,
    );
    await stage.homeserver.comeBack();
  });

  test.each([
    ['<html>', 200, 'homeserver: What answers at URL is no Matrix homeserver.'],
    ['{}', 404, 'homeserver: What answers at URL is no Matrix homeserver.'],
    ['<html>', 502, 'homeserver, perhaps later: The homeserver at URL is not ready (502).'],
  ])('something else is there: %s %i', async (body, status, sentence) => {
    await using stage = await Stage.set();
    const other = await listen(body, status);
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const side = await stage.openMatrix({ homeserverUrl: url });
    expect((await complaint(side)).replace(url, 'URL')).toBe(sentence);
    other.close();
  });

  test('it does not know us', async () => {
    await using stage = await Stage.set();
    const side = await stage.openMatrix();
    expect(await complaint(side)).toBe(
      'homeserver: The homeserver does not know the token of the bridge: install the registration file there and restart it.',
    );
  });

  test('it takes us for another', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    stage.homeserver.setRegistration(stage.registration(side, { sender_localpart: 'otherbot' }));
    expect(await complaint(side)).toContain('instead of @bridgebot:example.com');
  });

  test('it knows us by another id', async () => {
    await using stage = await Stage.set();
    const side = await stage.openMatrix();
    await side.start();
    stage.homeserver.setRegistration(stage.registration(side, { id: 'other' }));
    expect(await complaint(side)).toBe('homeserver: The registration at the homeserver has another `id` than bridge.');
  });

  test('it cannot reach us', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    expect(await complaint(side)).toBe('all is well');
    await side.stopIntake();
    expect(await complaint(side)).toContain('homeserver, perhaps later: The homeserver cannot reach the bridge');
  });

  test('it reaches somebody who does not know its token', async () => {
    await using stage = await Stage.set();
    const side = await stage.openMatrix({ hsToken: new Secret('another') });
    await side.start();
    stage.homeserver.setRegistration(stage.registration(side));
    expect(await complaint(side)).toContain('homeserver: Something else than the bridge answered the homeserver');
  });

  test('it does not know where we are', async () => {
    await using stage = await Stage.set();
    const side = await stage.startMatrix();
    stage.homeserver.setRegistration({ ...stage.registration(side), url: null });
    expect(await complaint(side)).toContain('homeserver: The registration at the homeserver has no `url`');
  });
});

test('two of them in one process keep to their own homeservers', async () => {
  await using one = await Stage.set({ serverName: 'one.example' });
  await using two = await Stage.set({ serverName: 'two.example' });
  const first = await one.startMatrix();
  const second = await two.startMatrix();
  expect(await complaint(first)).toBe('all is well');
  expect(await complaint(second)).toBe('all is well');
  expect(one.homeserver.isRegistered('@bridgebot:one.example')).toBe(true);
  expect(two.homeserver.isRegistered('@bridgebot:two.example')).toBe(true);
});
