import { conversation } from './conversation.ts';

conversation({ dialect: 'MSNP12', roomVersion: '12' });
