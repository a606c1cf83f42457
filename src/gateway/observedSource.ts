// A source that tells what it is doing while it does it: for metrics, and for people who watch.

import { SourceFailure, type ChainLink, type Source } from "./source.ts";

/** One request to a source, from asking to the last byte. */
export interface Asking {
  /** What is asked for: a key, without leading slash. */
  readonly path: string;
  /** The source's name. */
  readonly source: string;
}

/** Called in place, by the one who waits for the bytes: it must be quick, and must not throw. */
export interface SourceObserver {
  asking?(asking: Asking): void;
  /** `received` bytes of `total` have come, all together, in this attempt. */
  received?(asking: Asking, received: number, total: number | undefined): void;
  /** An attempt failed and the next one begins after `pauseMs`. */
  retrying?(asking: Asking, failure: SourceFailure, pauseMs: number): void;
  /** The answer is there and was taken, or `failure` says why not. */
  asked?(asking: Asking, milliseconds: number, failure: SourceFailure | undefined): void;
}

/** The chain, each source of it observed. */
export function observeChain(chain: readonly ChainLink[], observers: readonly SourceObserver[]): readonly ChainLink[] {
  return chain.map((link) => ({ ...link, source: observeSource(link.source, observers) }));
}

export function observeSource(source: Source, observers: readonly SourceObserver[]): Source {
  const receivers = observers.filter((each) => each.received !== undefined);
  return {
    name: source.name,
    async ask(path, consume, errand) {
      const asking = { path, source: source.name };
      for (const each of observers) each.asking?.(asking);
      const start = performance.now();
      const end = (failure: SourceFailure | undefined): void => {
        for (const each of observers) each.asked?.(asking, performance.now() - start, failure);
      };
      try {
        const result = await source.ask(
          path,
          (answer) =>
            // A layer more around each chunk: only where somebody looks.
            consume(receivers.length === 0 ? answer : { ...answer, body: counted(answer.body, answer.length) }),
          {
            ...errand,
            onRetry: (failure, pauseMs) => {
              for (const each of observers) each.retrying?.(asking, failure, pauseMs);
            },
          },
        );
        end(undefined);
        return result;
      } catch (error) {
        end(error instanceof SourceFailure ? error : new SourceFailure("outage", String(error)));
        throw error;
      }

      async function* counted(body: AsyncIterable<Uint8Array>, total: number | undefined): AsyncGenerator<Uint8Array> {
        let received = 0;
        for (const each of receivers) each.received?.(asking, 0, total);
        for await (const chunk of body) {
          received += chunk.length;
          for (const each of receivers) each.received?.(asking, received, total);
          yield chunk;
        }
      }
    },
  };
}
