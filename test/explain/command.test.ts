// fairlead explain as it is called: from a pipe, a file, a text; what it prints, and its exit status.
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { type CommandRun, tryCommand } from "../harness/command.ts";
import { makeProject } from "../harness/madeProject.ts";
import { explained } from "./explained.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");
const logs = resolve(import.meta.dirname, "../fixtures/buildlogs");

function fairlead(args: readonly string[], input = ""): Promise<CommandRun> {
  return tryCommand([launcher, "explain", ...args], { input, env: { ...process.env, NO_COLOR: "1" } });
}

const hidden = {
  "go.mod": "module example.com/shop\n\ngo 1.19\n\nrequire example.com/lib v1.0.0\n",
  "go.sum": "example.com/lib v1.0.0 h1:A=\nexample.com/lib v1.0.0/go.mod h1:A=\n",
  "main.go": 'package main\n\nimport _ "example.com/lib"\n\nfunc main() {}\n',
  ".dockerignore": "# sums\n*.sum\n",
};
const missing =
  "main.go:3:8: missing go.sum entry for module providing package example.com/lib (imported by example.com/shop); to add:\n";

test("what happened, why here, what to do, how to check", async () => {
  await using project = await makeProject(hidden);
  const { stdout, exitCode } = await fairlead(["-", "--dir", project.path], missing);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(
    /What happened[^]*Why here[^]*\.dockerignore:2 {2}\*\.sum[^]*What to do[^]*\+ !go\.sum[^]*How to check/,
  );
});

test("a log as GitHub keeps it, escape sequences and all", async () => {
  await using project = await makeProject(hidden);
  const log = project.join("job.log");
  const line = (text: string): string => `build\tRun make\t2026-11-27T05:00:00.0000000Z \u001b[31m${text}\u001b[0m\n`;
  await writeFile(
    log,
    `${line("make: *** building")}${line(missing.trim())}${line("Error: Process completed with exit code 1.")}`,
  );
  const { stdout } = await fairlead([log, "--dir", project.path, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    explanations: [{ symptom: "go/missing-sum-entry", cause: "ignored", proven: true, line: { number: 2 } }],
  });
});

test("nothing known: the lines that look like it, and status 1", async () => {
  const { stdout, exitCode } = await fairlead(["-"], "all is well\nthe flux capacitor failed: 1.21 GW missing\nbye\n");
  expect(exitCode).toBe(1);
  expect(stdout).toContain("line 2: the flux capacitor failed");
  expect(stdout).not.toContain("all is well");
  expect(stdout).toContain("To learn more");
});

test("a symptom's name prints what is known of it; anything else is no file", async () => {
  expect((await fairlead(["go/embed-no-match"])).stdout).toContain("Nothing matches a go:embed pattern");
  const wrong = await fairlead(["nothing.log"]);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain("no file");
});

test("secrets of the text are not shown again", async () => {
  const { stdout } = await fairlead([
    "fatal: Authentication failed for 'https://ci:gl-s3cret@git.corp.example/team/lib.git/'",
  ]);
  expect(stdout).toContain("The server refuses the credentials");
  expect(stdout).not.toContain("gl-s3cret");
});

test.each([
  ["buildkit-0.30-copy-missing.log", "docker/copy-not-found"],
  ["docker-20.10-copy-missing.log", "docker/copy-not-found"],
  ["docker-20.10-no-base.log", "docker/base-not-found"],
  ["docker-20.10-parse-error.log", "docker/unknown-instruction"],
  ["buildkit-0.30-compile-error.log", "go/undefined"],
  ["buildkit-0.30-compile-error.rawjson", "go/undefined"],
])("%s is %s", async (file, symptom) => {
  const { stdout } = await fairlead([resolve(logs, file), "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ explanations: [{ symptom }] });
});

test.each([
  [
    "a build that succeeded",
    "#5 [2/4] RUN go build ./...\n#5 12.1 go: downloading example.com/lib v1.0.0\n#5 DONE 13.0s\n",
  ],
  ["prose", "We fixed the error of last week: the checksum was right, and the module is found again. Not a failure.\n"],
  [
    "a passing test run",
    "ok  \texample.com/shop/store\t0.012s\nPASS\n=== RUN   TestNotFound\n--- PASS: TestNotFound (0.00s)\n",
  ],
  ["a listing", "main.go\ngo.mod\ngo.sum\nvendor/modules.txt\nDockerfile\n.dockerignore\npackage-lock.json\n"],
  ["a web server's log", '10.0.0.1 - - "GET /a HTTP/1.1" 404 19\n10.0.0.1 - - "GET /b HTTP/1.1" 500 12\n'],
  ["someone else's error", 'Traceback (most recent call last):\n  File "x.py", line 1\nValueError: no\n'],
  [
    "a linter",
    "main.go:10:2: exported function Foo should have comment (golint)\nmain.go:12: line is 130 characters (lll)\n",
  ],
])("%s is none of ours", async (_, text) => {
  expect((await explained(text, hidden)).explanations).toEqual([]);
});

test("16 MiB of hostile lines take seconds, not minutes", { timeout: 60_000 }, async () => {
  const long = `missing go.sum entry ${"a@".repeat(2_000_000)}\n`;
  const many =
    `go: ${"x/".repeat(40)}@v1: reading https://h/lookup/${"@v".repeat(60)}: exec: "${"a".repeat(50)}: not found\n`.repeat(
      30_000,
    );
  const slow = `${"1.".repeat(2000)}: version \`x' not found (required by pull access denied: signal: killed\n`.repeat(
    2000,
  );
  const answer = await explained(`${long}${many}${slow}${"undefined: \n".repeat(300_000)}${missing}`, hidden);
  expect(answer.explanations.map(({ symptom }) => symptom.id)).toContain("go/missing-sum-entry");
});
