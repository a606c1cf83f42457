import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BuildLog } from "./buildLog.ts";
import { BuildLogReader } from "./reader.ts";
import { shortName } from "./stepName.ts";

const folder = resolve(import.meta.dirname, "../../../test/fixtures/buildlogs");
const fixtures = readdirSync(folder).filter((name) => /\.(log|rawjson)$/.test(name));

function fixture(name: string): Buffer {
  return readFileSync(join(folder, name));
}

function read(...chunks: (string | Uint8Array)[]): BuildLog {
  const reader = new BuildLogReader();
  for (const chunk of chunks) reader.push(chunk);
  return reader.end();
}

/** What a row of the table says: outcome, instructions cached of all, the failing step, its line, its exit code, the place. */
function gist(log: BuildLog): string {
  const instructions = log.steps.filter(({ index, kind }) => index !== undefined && kind !== "from");
  const cached = instructions.filter(({ state }) => state === "cached").length;
  const { failure } = log;
  const step = log.steps.find(({ id }) => id === failure?.step);
  const place = failure?.source === undefined ? "" : `${failure.source.file}:${failure.source.line}`;
  const failed = [step === undefined ? "" : shortName(step), failure?.line, failure?.exitCode, place];
  const words = [log.format, log.times, log.outcome, `${cached}/${instructions.length}`, ...(failure ? failed : [])];
  return words.join(" | ");
}

const compileError = "build 6/6 | cmd/shop/main.go:5:35: undefined: version | 1";
const expected: Readonly<Record<string, string>> = {
  "docker-20.10-first.log": "plain | estimated | done | 0/8",
  "docker-20.10-cached.log": "plain | estimated | done | 8/8",
  "docker-20.10-compile-error.log": `plain | estimated | failed | 3/5 | ${compileError} | `,
  "docker-20.10-copy-missing.log": 'plain | estimated | failed | 0/1 | 2/3 | "/go.sum" not found: not found |  | ',
  "docker-20.10-parse-error.log":
    "plain | estimated | failed | 0/0 |  | dockerfile parse error line 2: unknown instruction: RUNN |  | ",
  "docker-20.10-cancelled.log": "plain | estimated | cancelled | 0/2 |  | context canceled |  | ",
  "docker-20.10-big-context.log":
    "plain | estimated | failed | 0/2 | 3/3 | /bin/sh: 1: printf: %\\: invalid directive | 2 | ",
  "docker-20.10-no-base.log":
    'plain | estimated | failed | 0/0 | load metadata for nowhere.invalid/x:1 | Head "https://nowhere.invalid/v2/x/manifests/1": dial tcp: lookup nowhere.invalid on 10.255.255.53:53: no such host |  | ',
  "buildkit-0.30-first.rawjson": "rawjson | measured | done | 0/8",
  "buildkit-0.30-cached.log": "plain | estimated | done | 8/8",
  "buildkit-0.30-compile-error.log": `plain | estimated | failed | 3/5 | ${compileError} | Dockerfile.new:6`,
  "buildkit-0.30-compile-error.rawjson": `rawjson | measured | failed | 3/8 | ${compileError} | Dockerfile.new:6`,
  "buildkit-0.30-cancelled.log": "plain | estimated | cancelled | 0/2 |  | Canceled: context canceled |  | ",
  "buildkit-0.30-cancelled.rawjson": "rawjson | measured | cancelled | 1/2 |  | Canceled: context canceled |  | ",
  "buildkit-0.30-copy-missing.log":
    'plain | estimated | failed | 0/1 | 2/3 | failed to calculate checksum of ref lc7bczwr4xz4k9jkeow5fekq4::a60jo1goulzsqxll1xn49pg13: "/go.sum": not found |  | D2b:2',
  "buildkit-0.30-multi-platform-push.log": "plain | estimated | done | 2/10",
  "grammar-buildkit-0.13.rawjson": `rawjson | measured | failed | 3/8 | ${compileError} | Dockerfile.new:6`,
  "grammar-github.log": `plain | measured | failed | 3/5 | ${compileError} | Dockerfile.new:6`,
  "grammar-gitlab.log": "plain | measured | done | 0/8",
};

test.each(fixtures)("%s", (name) => {
  expect(gist(read(fixture(name)))).toBe(expected[name]);
});

describe("what real builds took", () => {
  test("a plain log without timestamps: durations, and starts by the order of its lines", () => {
    const { steps, seconds } = read(fixture("docker-20.10-first.log"));
    expect(seconds).toBeCloseTo(44.1, 0);
    const times = steps.map((step) => [shortName(step), step.start, step.seconds]);
    expect(times).toContainEqual(["check 2/2", 2.3, 3.1]);
    expect(times).toContainEqual(["build 6/6", expect.closeTo(5.2, 1), 38.9]);
  });

  test("rawjson has every start and end; a step that went to work again and again counts each run once", () => {
    const { steps, seconds } = read(fixture("buildkit-0.30-first.rawjson"));
    expect(seconds).toBe(39.082);
    const base = steps.find(({ kind, stage }) => kind === "from" && stage === "build");
    expect(base).toMatchObject({ state: "done", transferred: 66_602_344 });
    expect(base?.seconds).toBeLessThanOrEqual((base?.end ?? 0) - (base?.start ?? 0));
  });

  test("bytes of the context, and what a build waited for", () => {
    const { steps } = read(fixture("docker-20.10-big-context.log"));
    expect(steps.find(({ kind }) => kind === "context")?.transferred).toBe(60_030_000);
    expect(steps.find(({ kind }) => kind === "copy")?.after).toEqual([4, 5]);
  });

  test.each(["docker-20.10-first.log", "buildkit-0.30-multi-platform-push.log"])("order by names in %s", (name) => {
    const { steps } = read(fixture(name));
    const needs = steps.map((step) => [step.platform, shortName(step), step.after.map((id) => steps[id - 1]?.name)]);
    expect(needs).toMatchSnapshot();
  });

  test("the same order in rawjson, by the log's own word", () => {
    const { steps } = read(fixture("buildkit-0.30-first.rawjson"));
    const last = steps.find(({ index, count }) => index === 3 && count === 3);
    const needed = last?.after.map((id) => shortName(steps[id - 1] ?? last));
    expect(needed?.toSorted()).toEqual(["check 2/2", "stage-2 2/3"]);
  });

  test("warnings of BuildKit's checks, in both formats, once", () => {
    const warnings = ["buildkit-0.30-cached.log", "buildkit-0.30-first.rawjson"].map(
      (name) => read(fixture(name)).warnings,
    );
    for (const [warning, ...more] of warnings) {
      expect(more).toEqual([]);
      expect(warning).toMatchObject({ rule: "JSONArgsRecommended", line: 14 });
    }
  });
});

describe("by the grammar, line by line", () => {
  const step = "#7 [builder 3/4] RUN make";
  const rows: readonly [what: string, lines: readonly string[], check: (log: BuildLog) => void][] = [
    [
      "a log line that looks like an event is a log line",
      [step, "#7 0.123 DONE 3s", "#7 0.124 CACHED", "#7 DONE 0.2s"],
      (log) => expect(log.steps[0]).toMatchObject({ state: "done", log: ["DONE 3s", "CACHED"], seconds: 0.2 }),
    ],
    [
      "the rest of a line that was written in two",
      [step, "#7 0.123 half", " and half", "#7 DONE 0.2s"],
      (log) => expect(log.steps[0]?.log).toEqual(["half and half"]),
    ],
    [
      "the printer turns away and back",
      [
        step,
        "#7 0.1",
        "#7 ...",
        "",
        "#8 [builder 4/4] RUN x",
        "#8 DONE 0.1s",
        "",
        step,
        "#7 1.000 on",
        "#7 DONE 12.3s",
      ],
      (log) =>
        expect(log.steps.map(({ state, seconds }) => [state, seconds])).toEqual([
          ["done", 12.3],
          ["done", 0.1],
        ]),
    ],
    [
      "output without a number before BuildKit 0.12",
      [step, "#0 0.123 lost", "#7 DONE 0.1s"],
      (log) => expect(log.steps[0]?.log).toEqual(["lost"]),
    ],
    [
      "the driver",
      [
        '#0 building with "ci" instance using docker-container driver',
        "",
        "#1 [internal] load build definition from Dockerfile",
        "#1 DONE 0.0s",
      ],
      (log) => expect(log.driver).toBe('"ci" instance using docker-container driver'),
    ],
    [
      "a recap with numbers, as in 0.9 to 0.11, when the steps themselves are cut off",
      [
        "#7 DONE 1.0s",
        "------",
        " > [builder 3/4] RUN make:",
        "#7 0.512 main.go:1:1: boom",
        "------",
        "ERROR: failed to solve: exit code: 1",
      ],
      (log) => expect(log.failure).toMatchObject({ line: "main.go:1:1: boom", exitCode: 1 }),
    ],
    [
      "warnings after the build",
      [
        step,
        "#7 DONE 0.1s",
        "",
        " 2 warnings found (use docker --debug to expand):",
        " - StageNameCasing: lower case, please (line 3)",
        " - Other: text",
      ],
      (log) =>
        expect(log.warnings.map(({ rule, line }) => [rule, line])).toEqual([
          ["StageNameCasing", 3],
          ["Other", undefined],
        ]),
    ],
    [
      "two builds in one log",
      [step, "#7 DONE 2.0s", "", '#0 building with "b" instance using docker driver', "", step, "#7 DONE 3.0s"],
      (log) => expect([log.steps.length, log.steps[1]?.state]).toEqual([2, "done"]),
    ],
    [
      "the head of the log is missing",
      ["#7 DONE 3.0s", "", "#8 1.234 text", "#8 DONE 4.0s"],
      (log) => expect(log.steps.map(({ name }) => name)).toEqual(["step #7", "step #8"]),
    ],
    [
      "compose's and bake's services, padded places, a second layer's progress",
      [
        "#5 [shop builder  5/20] COPY . .",
        "#5 sha256:".concat("a".repeat(64), " 12.58MB / 222.55MB 1.1s"),
        "#5 DONE 1.0s",
      ],
      (log) =>
        expect(log.steps[0]).toMatchObject({
          service: "shop",
          stage: "builder",
          index: 5,
          count: 20,
          transferred: 12_580_000,
          expected: 222_550_000,
        }),
    ],
    [
      "docker compose's prefix, Windows line ends, colours",
      [
        "shop  | \u001b[1m#5 [2/2] RUN x\u001b[0m\r",
        "shop  | #5 0.100 \u001b[31mred\u001b[0m\r",
        "shop  | #5 DONE 0.1s\r",
      ],
      (log) => expect(log.steps[0]).toMatchObject({ name: "[2/2] RUN x", log: ["red"], state: "done" }),
    ],
    [
      "a compiler's error is told before what make says about it",
      [
        step,
        "#7 0.1 x",
        "#7 0.200 a.go:3:4: undefined: y",
        "#7 0.300 make: *** [all] Error 1",
        '#7 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2',
      ],
      (log) => expect(log.failure).toMatchObject({ line: "a.go:3:4: undefined: y", exitCode: 2 }),
    ],
  ];
  test.each(rows)("%s", (_, lines, check) => check(read(lines.join("\n"))));

  test("another builder's log is told as such", () => {
    expect(read("Step 1/3 : FROM golang\n ---> Using cache\n").notes[0]).toContain("DOCKER_BUILDKIT=1");
    expect(read("[+] Building 1.2s (3/9)\n").notes[0]).toContain("--progress=plain");
    expect(read("hello\n")).toMatchObject({ format: "none", outcome: "unfinished", notes: [] });
  });

  test("times of arrival make a plain log measured", () => {
    const reader = new BuildLogReader();
    reader.push(`${step}\n`, 10_000);
    reader.push("#7 0.5 x\n", 10_500);
    expect(reader.read().steps[0]).toMatchObject({ state: "running", seconds: 0.5 });
    reader.push("#7 DONE 2.0s\n", 12_000);
    expect(reader.end()).toMatchObject({ times: "measured", seconds: 2, outcome: "done" });
  });
});

describe("hostile and broken input", () => {
  test.each(fixtures)("any chunking of %s gives the same", (name) => {
    const bytes = fixture(name);
    const whole = read(bytes);
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 40 });
    fc.assert(
      fc.property(cuts, (at) => {
        const ends = [...at.toSorted((a, b) => a - b), bytes.length];
        expect(read(...ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end)))).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  test.each(fixtures)("no prefix of %s throws", (name) => {
    const bytes = fixture(name);
    fc.assert(
      fc.property(fc.nat(bytes.length), (end) => {
        const log = read(bytes.subarray(0, end));
        expect(log.seconds).toBeGreaterThanOrEqual(0);
        for (const { start, end, seconds } of log.steps)
          expect((end ?? start ?? 0) + (seconds ?? 0)).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 30 },
    );
  });

  test("lines shuffled from real logs and noise never throw", () => {
    const real = fixtures.flatMap((name) =>
      fixture(name)
        .toString("utf8")
        .split("\n")
        .map((line) => line.slice(0, 400)),
    );
    const line = fc.oneof(fc.constantFrom(...real), fc.string({ unit: "binary", maxLength: 60 }), fc.constant(""));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const log = read(lines.join("\n"));
        for (const step of log.steps) for (const id of step.after) expect(log.steps[id - 1]).toBeDefined();
      }),
      { numRuns: 80 },
    );
  });

  test("many steps, long lines, deep and huge JSON stay within bounds", () => {
    const many = Array.from(
      { length: 3000 },
      (_, index) => `#${index + 1} [a ${index + 1}/3000] RUN x${index}\n#${index + 1} DONE 0.1s\n`,
    );
    const log = read(...many);
    expect(log.steps).toHaveLength(2000);
    expect(log.notes[0]).toContain("more than 2000 steps");
    const wide = read("#1 [1/1] RUN x\n#1 0.1", "y".repeat(9 << 20), "\n#1 DONE 0.1s\n");
    expect(wide.steps[0]?.state).toBe("done");
    expect(JSON.stringify(wide).length).toBeLessThan(4000);
    const flood = read("#1 [1/1] RUN x\n", ...Array.from({ length: 200 }, () => `#1 0.100 ${"z".repeat(5000)}\n`));
    expect(JSON.stringify(flood.steps).length).toBeLessThan(40 * 600);
    expect(read(`{"vertexes":[{"digest":"a","name":"${"n".repeat(100_000)}"}]}\n`).steps[0]?.name.length).toBeLessThan(
      2001,
    );
    expect(read('{"a":'.repeat(100_000)).format).toBe("none");
    expect(read("{ no json\n#1 [1/1] RUN x\n#1 DONE 0.1s\n").outcome).toBe("done");
    expect(
      read(`{"logs":["${"x".repeat(9 << 20)}`, `${"x".repeat(9 << 20)}"]}\n{"vertexes":[]}\n`).notes.join(),
    ).toContain("left out");
  });

  test("nothing of a log moves a terminal's cursor or turns its text around", () => {
    const log = read(
      "#1 [1/1] RUN x\u001b]0;title\u0007\u202e\u009b2J\n#1 0.100 a\u0007\u001b[2Kb\u001bPq\u001b\\c\n#1 DONE 0.1s\n",
    );
    expect(log.steps[0]).toMatchObject({ name: "[1/1] RUN x", log: ["abc"] });
  });
});
