import { dialectsFromEnvironment } from '../support/msn-under-test.ts';
import { conversation } from './conversation.ts';

// The two ends, or what the environment names; in the two kinds of rooms, in turn.
for (const [index, dialect] of dialectsFromEnvironment(['MSNP8', 'MSNP12']).entries())
  conversation({ dialect, roomVersion: index % 2 === 0 ? '11' : '12' });
