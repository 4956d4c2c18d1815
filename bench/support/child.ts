// A module of ours as a process of its own that ends with us. Knows how to start it and to get its first word; not what it does.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

const START_LIMIT_MS = 30_000;

export class Child<Ready> {
  readonly ready: Ready;
  readonly #process: ChildProcess;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#process = child;
    this.ready = ready;
  }

  /** Resolves when the module has sent its one message. */
  static async start<Ready>(module: URL, ...args: readonly string[]): Promise<Child<Ready>> {
    const child = fork(module, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const failed = once(child, 'exit').then(() => {
      throw new Error(`${module.pathname} ended before it was ready (${child.exitCode})`);
    });
    const [ready] = (await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(START_LIMIT_MS) }),
      failed,
    ])) as [Ready];
    failed.catch(() => undefined);
    return new Child(child, ready);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.disconnect();
    await ended;
  }
}

/** In the child: tells that it is ready, and ends when the parent is gone. */
export function tellReady(ready: object): void {
  process.once('disconnect', () => process.exit());
  process.send?.(ready);
}
