import { expect, test } from "vitest";
import { SourceFailure, type Source } from "../source.ts";
import { hedged } from "./hedge.ts";
import { SourceStats } from "./sourceStats.ts";

const errand = { signal: new AbortController().signal, via: undefined };

/** A source whose attempts end as they are told to; `cut` says which were given up. */
function scripted(...ends: readonly ("never" | "answer" | SourceFailure)[]): { source: Source; cut: number[] } {
  const cut: number[] = [];
  let next = 0;
  const source: Source = {
    name: "https://a.example",
    ask: (_path, consume, { signal }) => {
      const number = next++;
      const end = ends[number] ?? "answer";
      if (end instanceof SourceFailure) return Promise.reject(end);
      if (end === "answer")
        return consume({ length: 0, contentType: `attempt ${number}`, body: (async function* () {})() });
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          cut.push(number);
          reject(new Error("given up"));
        });
      });
    },
  };
  return { source, cut };
}

function fastStats(): SourceStats {
  const stats = new SourceStats();
  for (let i = 0; i < 30; i++) stats.firstByte(5, true);
  return stats;
}

const ask = (source: Source, path = "m/@v/v1.0.0.mod"): Promise<string> =>
  source.ask(path, async ({ contentType }) => contentType, errand);
const small = (path: string): boolean => !path.endsWith(".zip");

test("the second request wins where the first one hangs, which is given up", async () => {
  const { source, cut } = scripted("never", "answer");
  const stats = fastStats();
  expect(await ask(hedged(source, stats, small))).toBe("attempt 1");
  expect(cut).toEqual([0]);
  expect(stats.takeCounts()).toMatchObject({ hedges: 1, hedgesWon: 1 });
});

test("no second request where the first one is quick, fails, or is for a zip, or where nothing is known", async () => {
  const failure = new SourceFailure("outage", "down");
  expect(await ask(hedged(scripted("answer").source, fastStats(), small))).toBe("attempt 0");
  await expect(ask(hedged(scripted(failure).source, fastStats(), small))).rejects.toBe(failure);
  const stats = fastStats();
  const zip = hedged(scripted("answer").source, stats, small);
  expect(await ask(zip, "m/@v/v1.0.0.zip")).toBe("attempt 0");
  expect(new SourceStats().p95()).toBeUndefined();
  expect(stats.takeCounts()).toBeUndefined();
});

test("an absence is an answer; the failure of one waits for the other", async () => {
  const absence = new SourceFailure("not-found", "404");
  await expect(ask(hedged(scripted("never", absence).source, fastStats(), small))).rejects.toBe(absence);
  const { source } = scripted("never", new SourceFailure("outage", "down"));
  const never = hedged(source, fastStats(), small);
  const waited = await Promise.race([
    ask(never).catch(() => "failed"),
    new Promise<string>((resolve) => setTimeout(() => resolve("still waits for the first"), 300)),
  ]);
  expect(waited).toBe("still waits for the first");
});
