import { expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { Line } from '../support/msn-person/line.ts';

test('whoever hangs up before there is a connection does not wait for it for ever', async () => {
  const nothing = { onFrame: () => undefined, onClose: () => undefined };
  const line = new Line('alice@example.com', '127.0.0.1', await freePort(), nothing, undefined);
  line.destroy();
  await expect(line.opened()).rejects.toThrow('hung up before there was a connection');
});
