import { conversation } from './conversation.ts';

conversation({ dialect: 'MSNP8' });
