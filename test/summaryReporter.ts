import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { UserConsoleLog } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/**
 * Prints what was skipped and why (Vitest's own reporters drop the reason), and ends with the one line that CI reads:
 * `N passed, N failed, N skipped`. With FAIRLEAD_REQUIRE=all a skip counts as a failure, so that CI can't go green on a
 * machine where half of the services are missing.
 * What passed only when it was run again is named, and why: it is a bug to mend. A long run (FAIRLEAD_LONG=1) leaves its
 * report in docs/evidence/.
 */
export default class SummaryReporter implements Reporter {
  readonly #said: string[] = [];

  onUserConsoleLog(log: UserConsoleLog): void {
    if (log.type === "stdout") this.#said.push(log.content.trimEnd());
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tally = { passed: 0, failed: 0, skipped: 0 };
    const skips: string[] = [];
    const flaky: string[] = [];
    const rows: string[] = [];
    for (const module of modules) {
      const own = { passed: 0, failed: 0, skipped: 0 };
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        own[state === "pending" ? "failed" : state]++;
        if (state === "skipped") skips.push(describeSkip(test));
        if (test.diagnostic()?.flaky === true) flaky.push(describeFlaky(test));
      }
      // A file that failed to load holds no test, and must not pass for that.
      if (module.children.size === 0 || module.errors().length > 0) own.failed++;
      for (const state of ["passed", "failed", "skipped"] as const) tally[state] += own[state];
      const seconds = (module.diagnostic().duration / 1000).toFixed(1);
      rows.push(`| ${module.relativeModuleId} | ${own.passed} | ${own.failed} | ${own.skipped} | ${seconds} |`);
    }
    tally.failed += errors.length;
    if (process.env["FAIRLEAD_REQUIRE"] === "all" && tally.skipped > 0) {
      process.exitCode = 1;
      console.log(`\nFAIRLEAD_REQUIRE=all: every skipped test below counts as a failure.`);
    }
    for (const line of flaky) console.log(`flaky, passed on its second try: ${line}`);
    for (const line of skips) console.log(`skipped: ${line}`);
    const summary = `${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`;
    if (process.env["FAIRLEAD_LONG"] === "1") writeEvidence(summary, rows, this.#said);
    console.log(`\n${summary}`);
  }
}

/** With what the first try failed for: there is no other trace of it. */
function describeFlaky(test: TestCase): string {
  const errors = (test.result().errors ?? []).map(({ message, stack = "" }) => `${message}\n${stack}`.slice(0, 4000));
  return [`${test.module.relativeModuleId} > ${test.fullName}`, ...errors].join("\n");
}

function describeSkip(test: TestCase): string {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  return `${test.module.relativeModuleId} > ${test.fullName}${note === undefined ? "" : ` (${note})`}`;
}

/** Only a run of everything, or of many files, is worth keeping: a single file's would overwrite it. */
function writeEvidence(summary: string, rows: readonly string[], said: readonly string[]): void {
  if (rows.length < 10) return;
  const commit = execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  const folder = resolve(import.meta.dirname, "../docs/evidence");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    resolve(folder, "test-long.md"),
    `# The last long run

\`FAIRLEAD_LONG=1 vitest ${process.argv.slice(2).join(" ")}\` on ${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}: **${summary}**.

| file | passed | failed | skipped | seconds |
|---|---|---|---|---|
${rows.toSorted().join("\n")}

What the tests reported:

\`\`\`
${said.join("\n")}
\`\`\`
`,
  );
}
