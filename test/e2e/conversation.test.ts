import { conversation } from './conversation.ts';
import { dialectFromEnvironment } from '../support/msn-under-test.ts';

// The two ends, in the two kinds of rooms; or the version that the environment names.
if (process.env['MSN_DIALECT'] === undefined) {
  conversation({ dialect: 'MSNP8', roomVersion: '11' });
  conversation({ dialect: 'MSNP12', roomVersion: '12' });
} else {
  conversation({ dialect: dialectFromEnvironment() });
}
