// Server addresses and ports that are none. Hosts are in the corpus, in every spelling.

import { expect, test } from 'vitest';

import { parseServerAddress } from '../../src/msnp/address.ts';
import { createIo } from '../../src/networks/msn/io.ts';
import { hostileProfile } from './hostile-server.ts';

// prettier-ignore
test.each([
  '1.2.3.4:0', '1.2.3.4:65536', '1.2.3.4:-1', '1.2.3.4:+80', '1.2.3.4: 80', '1.2.3.4:0x50', '1.2.3.4:1e3',
  '1.2.3.4:', '::1', '[::1', 'a:b:80', 'http://example.com:80', 'user@example.com:80', '',
])('%j is no server address', (text) => {
  expect(parseServerAddress(text)).toBeUndefined();
});

test.each([21, 22, 23, 25, 53, 110, 139, 143, 389, 445, 465, 587, 993])('port %d is not dialled', async (port) => {
  const listener = { onBytes: () => undefined, onClosed: () => undefined };
  const io = createIo({ ...hostileProfile({ port: 1863, loginUrl: 'http://127.0.0.1/' }), hosts: ['93.184.215.14'] });
  await expect(io.dial('93.184.215.14', port, listener)).rejects.toThrow(`port ${port} is not allowed`);
});
