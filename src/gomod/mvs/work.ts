/**
 * Work that finds more work: each item once, several at a time, because most of the time goes into waiting for a network
 * (cmd/internal/par, Work).
 */

/** As many as the go command has. */
const maxAtOnce = 10;

/**
 * Calls `visit` once for each key, until there is nothing left. `visit` may add more.
 *
 * @param keyOf Items of one key are one item.
 * @throws What the first `visit` that failed threw, at once; others may still be running.
 */
export function workThrough<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  visit: (item: T, add: (more: readonly T[]) => void) => Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const seen = new Set<string>();
    const queue: (() => Promise<void>)[] = [];
    const state = { next: 0, running: 0, failed: false };
    const add = (more: readonly T[]): void => {
      for (const item of more) {
        const key = keyOf(item);
        if (seen.has(key)) continue;
        seen.add(key);
        queue.push(() => visit(item, add));
      }
      startMore();
    };
    const run = async (start: () => Promise<void>): Promise<void> => {
      try {
        await start();
      } catch (reason) {
        state.failed = true;
        reject(reason);
      }
      state.running--;
      startMore();
    };
    const startMore = (): void => {
      while (state.running < maxAtOnce && !state.failed) {
        const start = queue[state.next];
        if (start === undefined) break;
        state.next++;
        state.running++;
        // A visit that adds before it first waits comes back here, and finds the state as it should be.
        void run(start);
      }
      if (state.running === 0) resolve();
    };
    add(items);
  });
}
