// A process that opens an embedded database and keeps it until it is killed, for tests of the lock.

import { openEmbedded } from '../../src/store/embedded.ts';

const directory = process.argv[2];
if (directory === undefined) throw new Error('which directory?');
await openEmbedded({ type: 'embedded', directory }, (error) => {
  throw error;
});
process.stdout.write('open\n');
process.stdin.resume(); // stays as long as the one who started it
