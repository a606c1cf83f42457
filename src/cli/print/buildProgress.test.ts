import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { BuildLogReader } from "../../build/log/reader.ts";
import { liveProgress, plainProgress } from "./buildProgress.ts";

const twoStages = [
  "#1 [internal] load build context\n#1 transferring context: 2.00MB 0.1s done\n#1 DONE 0.1s\n\n",
  "#2 [final 1/3] FROM base\n#2 DONE 0.1s\n\n",
  "#3 [build 2/4] COPY . .\n#3 CACHED\n\n",
  "#4 [build 3/4] RUN --mount=type=cache,target=/x go mod download\n#4 0.100 go: downloading example.com/a v1.0.0\n",
];

function shown(chunks: readonly string[]): string[] {
  const reader = new BuildLogReader();
  for (const [index, chunk] of chunks.entries()) reader.push(chunk, 1_000_000 + index * 1000);
  reader.tick(1_000_000 + chunks.length * 1000);
  let screen = "";
  const progress = liveProgress({ columns: 200, rows: 30, write: (text) => (screen = text) !== "" });
  progress.update(reader.read());
  return stripVTControlCharacters(screen)
    .split("\n")
    .filter((line) => line !== "");
}

test("a terminal shows what runs, for how long, at what, and what waits for it", () => {
  expect(shown(twoStages)).toEqual([
    "4.0 s, 3 of 8 steps",
    "  build 3/4 RUN go mod download  1.0 s  go: downloading example.com/a v1.0.0",
    "  final 2/3 waits, perhaps for build 3/4",
  ]);
});

test("with rawjson what a step waits for is known", () => {
  const vertex = (digest: string, name: string, more: object): object => ({ digest, name, ...more });
  const started = "2026-11-21T09:00:00Z";
  const status = {
    vertexes: [
      vertex("a", "[build 2/2] RUN make", { started }),
      vertex("b", "[final 2/3] COPY --from=build /x /x", { inputs: ["a"] }),
      vertex("c", "[final 3/3] RUN y", { inputs: ["b"] }),
    ],
    statuses: [
      { id: "sha256:".concat("a".repeat(64)), vertex: "a", current: 1_500_000, total: 3_000_000, timestamp: started },
    ],
  };
  expect(shown([`${JSON.stringify(status)}\n`]).slice(1)).toEqual([
    expect.stringMatching(/^ {2}build 2\/2 RUN make {2}.* 1\.5 MB of 3\.0 MB$/),
    "  final 2/3 waits for build 2/2",
    "  final 3/3 waits for final 2/3",
  ]);
});

test("a log file gets a line for each instruction's end, and one every ten seconds while nothing ends", () => {
  const reader = new BuildLogReader();
  const lines: string[] = [];
  let now = 1_000_000;
  const progress = plainProgress(
    (line) => lines.push(line),
    () => now,
  );
  for (const chunk of twoStages) {
    reader.push(chunk, now);
    progress.update(reader.read());
  }
  now += 11_000;
  reader.tick(now);
  progress.update(reader.read());
  reader.push("#4 DONE 12.0s\n", (now += 1000));
  progress.update(reader.read());
  expect(lines).toEqual([
    "final 1/3 FROM base: 0.1 s",
    "build 2/4 COPY . .: cached",
    "build 3/4 RUN go mod download: still at it after 11.0 s (go: downloading example.com/a v1.0.0)",
    "build 3/4 RUN go mod download: 12.0 s",
  ]);
});
