// Which way is taken to a server's parts: a connection where one is to be had, the gateway where not.

import { expect, test } from 'vitest';
import type { FetchReply } from '../../src/msnp/session.ts';
import { Buffers } from '../../src/networks/msn/buffers.ts';
import type { Io, Link, Wire } from '../../src/networks/msn/io.ts';
import { Ways } from '../../src/networks/msn/ways.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { keptLog } from '../support/no-log.ts';
import { Heard } from './heard.ts';

const GATEWAY = { url: 'http://gw.example.com/gateway/gateway.dll', only: false };

class FakeIo implements Wire {
  readonly buffers = new Buffers();
  readonly done: string[] = [];
  readonly closed: Set<number>;

  constructor(...closed: number[]) {
    this.closed = new Set(closed);
  }

  async dial(host: string, port: number): Promise<Link> {
    this.done.push(`dial ${host}:${port}`);
    if (this.closed.has(port)) throw new Error('refused');
    const nothing = (): undefined => undefined;
    return { keepsWatch: false, write: nothing, hold: nothing, close: nothing, destroy: nothing };
  }

  async fetch({ url, body }: Parameters<Io['fetch']>[0]): Promise<FetchReply> {
    this.done.push(`${url.slice(url.indexOf('?'))} ${Buffer.from(body ?? '').toString()}`);
    const headers = new Map([['x-msn-messenger', 'SessionID=1; GW-IP=a.b']]);
    return { type: 'response', status: 200, headers, body: Buffer.from('welcome') };
  }
}

function stage(io: FakeIo, gateway?: { readonly url: string; readonly only: boolean }) {
  const clock = new FakeClock();
  return { clock, ways: new Ways({ profile: { ...(gateway && { gateway }) }, io, clock, log: keptLog() }) };
}

test('a connection that is to be had is taken, gateway or not', async () => {
  const io = new FakeIo();
  const { ways } = stage(io, GATEWAY);
  expect((await ways.to('NS').dial('ns', 1863, new Heard())).keepsWatch).toBe(false);
  expect((await ways.to('SB').dial('sb', 1864, new Heard())).keepsWatch).toBe(false);
  expect(io.done).toEqual(['dial ns:1863', 'dial sb:1864']);
});

test('without a gateway there is no other way', async () => {
  await expect(stage(new FakeIo(1863)).ways.to('NS').dial('ns', 1863, new Heard())).rejects.toThrow('refused');
});

test('where the notification server cannot be reached the gateway leads to it, and to every switchboard', async () => {
  const io = new FakeIo(1863);
  const { ways } = stage(io, GATEWAY);
  const heard = new Heard();
  const link = await ways.to('NS').dial('ns', 1863, heard);
  expect(link.keepsWatch).toBe(true);
  link.write(Buffer.from('VER'));
  await settled();
  expect(heard.text).toBe('welcome');
  const other = await ways.to('SB').dial('sb', 1864, new Heard());
  other.write(Buffer.from('USR'));
  await settled();
  expect(io.done).toEqual(['dial ns:1863', '?Action=open&Server=NS&IP=ns VER', '?Action=open&Server=SB&IP=sb USR']);
});

test('where only switchboards cannot be reached, they are not tried again and again', async () => {
  const io = new FakeIo(1864);
  const { ways } = stage(io, GATEWAY);
  for (const [part, port] of [
    ['NS', 1863],
    ['SB', 1864],
    ['SB', 1864],
    ['NS', 1863],
  ] as const) {
    await ways.to(part).dial(part, port, new Heard());
  }
  expect(io.done).toEqual(['dial NS:1863', 'dial SB:1864', 'dial NS:1863']);
});

test('a profile may leave the gateway as the only way', async () => {
  const io = new FakeIo();
  const { ways } = stage(io, { ...GATEWAY, only: true });
  expect((await ways.to('NS').dial('ns', 1863, new Heard())).keepsWatch).toBe(true);
  expect((await ways.to('SB').dial('sb', 1864, new Heard())).keepsWatch).toBe(true);
  expect(io.done).toEqual([]);
});

test('a link over the gateway can be held, says goodbye, and tells its end once', async () => {
  const io = new FakeIo();
  const { ways, clock } = stage(io, { ...GATEWAY, only: true });
  const heard = new Heard();
  const link = await ways.to('SB').dial('sb', 1864, heard);
  link.hold(true);
  link.write(Buffer.from('USR'));
  await settled();
  clock.advance(10_000);
  await settled();
  expect(heard.text).toBe('');
  link.hold(false);
  expect(heard.text).toBe('welcome');
  link.write(Buffer.from('OUT'));
  link.close();
  await settled();
  link.destroy();
  expect(io.done).toEqual(['?Action=open&Server=SB&IP=sb USR', '?SessionID=1 OUT']);
  expect(heard.ends).toEqual([undefined]);
});

test('a gateway that answers nothing is the end, with a reason for the log', async () => {
  const io = new FakeIo();
  io.fetch = async () => ({ type: 'failed', reason: 'timed out' });
  const { ways } = stage(io, { ...GATEWAY, only: true });
  const heard = new Heard();
  const link = await ways.to('NS').dial('ns', 1863, heard);
  link.write(Buffer.from('VER'));
  await settled();
  expect(heard.ends).toEqual(['timed out']);
});
