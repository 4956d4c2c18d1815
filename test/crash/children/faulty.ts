// The bridge as bridge.ts runs it, with the one fault that is named as its argument.

import { type FaultName, FAULTY } from './faults.ts';

const [name = ''] = process.argv.slice(2);
if (!Object.hasOwn(FAULTY, name)) throw new Error(`there is no fault “${name}”`);
FAULTY[name as FaultName]();
await import('./bridge.ts');
