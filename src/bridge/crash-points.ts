// Where a process may come to its end, by name: handed in like the clock, so that a test can end it exactly there.
// Knows calls through ports; not what any of them does.

export interface CrashPoints {
  /** Called at every point. May never return. */
  at(point: string): void;
}

/** Production's: nothing happens anywhere. */
export const NO_CRASH: CrashPoints = { at: () => undefined };

/**
 * The same part with two points for each call: `<name>.<call> before`, when nothing is done yet, and `… after`, when all is
 * done and nobody knows. Parts of the part are named by themselves. With `NO_CRASH` it is the part itself.
 */
export function withCrashPoints<Part extends object>(name: string, part: Part, points: CrashPoints): Part {
  if (points === NO_CRASH) return part;
  return new Proxy(part, {
    get: (target, key): unknown => {
      // the part reads its own private fields
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value === 'object' && value !== null) return withCrashPoints(String(key), value, points);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        const call = `${name}.${String(key)}`;
        points.at(`${call} before`);
        const result: unknown = Reflect.apply(value, target, args);
        return result instanceof Promise ? settled(result, call) : result;
      };
    },
  });

  async function settled(result: Promise<unknown>, call: string): Promise<unknown> {
    const done = await result;
    points.at(`${call} after`);
    return done;
  }
}
