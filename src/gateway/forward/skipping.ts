import { countsAgainst, failuresToOpen, pauseMs } from "../health/breaker.ts";
import { SourceFailure, type Source } from "../source.ts";

/**
 * A source that is passed over for a while once it has failed: as the gateway's own (health/), but for one command, which
 * can't wait for five failures at twenty seconds each. One is enough.
 */
export function skipping(source: Source): Source {
  let failures = 0;
  let until = 0;
  let last = "";
  return {
    name: source.name,
    async ask(path, consume, errand) {
      const now = Date.now();
      if (failures > 0 && until > now)
        throw new SourceFailure("open", `is not asked for ${Math.ceil((until - now) / 1000)} s: ${last}`);
      try {
        const value = await source.ask(path, consume, errand);
        failures = 0;
        return value;
      } catch (error) {
        if (error instanceof SourceFailure && countsAgainst(error.kind)) {
          failures++;
          until = Date.now() + pauseMs(failuresToOpen + failures - 1);
          last = error.message;
        }
        throw error;
      }
    },
  };
}
