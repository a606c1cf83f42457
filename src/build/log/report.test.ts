import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { BuildLogReader } from "./reader.ts";
import { type BuildReport, reportOf } from "./report.ts";
import { shortName } from "./stepName.ts";
import { timelinePage } from "./timelinePage.ts";

function report(...lines: readonly (string | Uint8Array)[]): BuildReport {
  const reader = new BuildLogReader();
  for (const line of lines) reader.push(line);
  return reportOf(reader.end());
}

function fixture(name: string): BuildReport {
  return report(readFileSync(resolve(import.meta.dirname, "../../../test/fixtures/buildlogs", name)));
}

function verdicts({ rows }: BuildReport): Record<string, string> {
  return Object.fromEntries(rows.map(({ step, cache }) => [shortName(step), cache.text]));
}

test("why each step missed the cache", () => {
  expect(verdicts(fixture("docker-20.10-compile-error.log"))).toMatchObject({
    "build 4/6": "cached",
    "build 5/6": "no: the files it copies changed",
    "build 6/6": "no: needs build 5/6, which ran",
    "load build context": "runs in every build",
    "build 1/6": "base image is here",
  });
  expect(verdicts(fixture("buildkit-0.30-first.rawjson"))).toMatchObject({
    "build 1/6": "base image was not here",
    "build 6/6": "no: first build here, or its cache is gone",
  });
  const copied = report(
    "#1 [a 1/2] FROM x\n#1 CACHED\n\n#2 [a 2/2] RUN y\n#2 CACHED\n\n",
    "#3 [b 2/3] COPY --from=other /x /x\n#3 DONE 0.1s\n\n#4 [b 3/3] RUN z\n#4 DONE 0.1s\n\n#5 [c 2/2] RUN q\n#5 DONE 1.0s\n",
  );
  expect(verdicts(copied)).toMatchObject({
    "b 2/3": "no: what it copies from other changed",
    "b 3/3": "no: needs b 2/3, which ran",
    "c 2/2": "no: its text, an argument or a mounted file is new here",
  });
});

const stage = "#1 [b 1/9] FROM golang\n#1 DONE 0.0s\n\n";
const everything = "#2 [b 2/9] COPY . .\n#2 DONE 0.1s\n\n";
const downloads = Array.from(
  { length: 4 },
  (_, index) => `#3 1.00${index} go: downloading example.com/m${index} v1.0.0\n`,
).join("");

test.each<[string, string, { kind: string; advice?: string; what?: string }]>([
  [
    "go mod download behind COPY . .",
    `${stage}${everything}#3 [b 3/9] RUN go mod download\n#3 DONE 40.0s\n`,
    { kind: "dependencies", advice: "COPY . . stands before it" },
  ],
  [
    "modules downloaded while compiling",
    `${stage}${everything}#3 [b 3/9] RUN go build ./...\n${downloads}#3 DONE 40.0s\n`,
    { kind: "dependencies", what: "(4 of them) while compiling" },
  ],
  [
    "npm",
    `${stage}${everything}#3 [b 3/9] RUN npm ci\n#3 DONE 40.0s\n`,
    { kind: "dependencies", advice: "package.json" },
  ],
  [
    "apt-get",
    `${stage}#3 [b 3/9] RUN apt-get update && apt-get install -y git\n#3 DONE 40.0s\n`,
    { kind: "dependencies", what: "system packages" },
  ],
  [
    "compiling without a cache mount",
    `${stage}#3 [b 3/9] RUN go build ./...\n#3 DONE 40.0s\n`,
    { kind: "compile", advice: "--mount=type=cache" },
  ],
  [
    "a base image",
    `#3 [b 1/9] FROM golang\n#3 sha256:${"a".repeat(64)} 300.00MB / 300.00MB 9.0s done\n#3 DONE 40.0s\n`,
    { kind: "base-pull", what: "300 MB" },
  ],
  [
    "a large context",
    "#3 [internal] load build context\n#3 transferring context: 812.40MB 9.0s done\n#3 DONE 9.1s\n",
    { kind: "context", what: "812 MB" },
  ],
  ["a large COPY", `${stage}#3 [b 3/9] COPY . .\n#3 DONE 12.0s\n`, { kind: "copy", advice: ".dockerignore" }],
  [
    "emulation",
    "#2 [linux/amd64 b 3/9] RUN go build\n#2 DONE 4.0s\n\n#3 [linux/arm64 b 3/9] RUN go build\n#3 DONE 40.0s\n",
    { kind: "compile", what: "10 times as long", advice: "BUILDPLATFORM" },
  ],
  ["a slow registry", "#3 [internal] load metadata for x\n#3 DONE 12.0s\n", { kind: "registry", advice: "digest" }],
])("stall: %s", (_, log, { kind, what = "", advice = "" }) => {
  const [worst] = report(log).worst;
  expect(worst).toMatchObject({ step: expect.any(Number), kind });
  expect(worst?.what).toContain(what);
  expect(worst?.advice).toContain(advice);
});

test("the three slowest, and nothing that took no time", () => {
  expect(fixture("docker-20.10-first.log").worst.map(({ step }) => step)).toEqual([13, 9, 8]);
  expect(fixture("docker-20.10-cached.log").worst).toEqual([]);
});

test("rows stand in the order in which steps began", () => {
  const { rows } = fixture("buildkit-0.30-first.rawjson");
  const starts = rows.map(({ step }) => step.start ?? 0);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
});

test("the page holds nothing that runs or loads, whatever the log says", () => {
  const evil = `"><script>alert(1)</script><img src=x onerror=y>'&`;
  const log = report(
    `#1 [${evil.replace("]", "")} 1/2] RUN ${evil}\n#1 0.100 ${evil}\n#1 ERROR: ${evil}: exit code: 1\n------\n > [x]:\n------\nERROR: failed to solve: ${evil}\n`,
  );
  const page = timelinePage(log, evil);
  expect(page).not.toMatch(/<(?:script|img|link|iframe|object|embed|form|svg)/);
  for (const [, target] of page.matchAll(/href="([^"]*)"/g)) expect(target).toMatch(/^#/);
  expect(page).toContain("&lt;script&gt;");
  expect(page.slice(0, page.indexOf("</style>"))).not.toMatch(/url\(|@import/);
  expect(page).toContain("default-src 'none'");
});
