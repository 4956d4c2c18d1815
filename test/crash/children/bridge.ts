// The bridge as `npm start` runs it, in a process that waits for its order and ends itself at the point it is told.
// Beside that it must be what src/main.ts is.

import { startApp } from '../../../src/app.ts';
import { systemClock } from '../../../src/clock.ts';
import { readConfig } from '../../../src/config/config.ts';
import { openLog } from '../../../src/log.ts';
import { crashPoints, orders, tell } from './orders.ts';

const order = await orders();
const config = readConfig('config.yaml');
const log = openLog(config.logging.level);
const stopped = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
});
const app = await startApp(config, {
  clock: systemClock,
  log,
  crashPoints: crashPoints(order),
  onLost: (error) => {
    throw error;
  },
});
tell({ type: 'ready' });
await stopped;
await app.stop();
process.exit(0);
