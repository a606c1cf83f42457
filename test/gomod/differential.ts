import { isDeepStrictEqual } from "node:util";
import fc, { type Arbitrary } from "fast-check";
import { expect } from "vitest";
import { ModuleError } from "../../src/gomod/error.ts";
import { fromByteString, toByteString } from "../../src/gomod/utf8.ts";
import { writeEvidence } from "../harness/evidence.ts";
import type { Oracle } from "../oracle/oracle.ts";

/** FAIRLEAD_LONG=1: more cases, and others each time. */
export const isLong: boolean = process.env["FAIRLEAD_LONG"] === "1";

/** Cases for each function: 20,000, or enough for 100,000 where some can't be asked about. */
export const caseCount: number = isLong ? 120_000 : 20_000;

/** For cases that take long, as whole files do: as many in a long run, fewer in a short one. */
export const fileCount: number = isLong ? caseCount : 4000;

const seed: number = Number(process.env["FAIRLEAD_SEED"] ?? (isLong ? Math.trunc(Math.random() * 2 ** 31) : 1));
if (isLong) console.log(`differential tests: FAIRLEAD_SEED=${seed}`);

/** Generated cases, the same for each run but a long one. */
export function sample<T>(arbitrary: Arbitrary<T>, count: number = caseCount): T[] {
  return fc.sample(arbitrary, { numRuns: count, seed });
}

/**
 * What a function of ours makes of a case, or promises to; it may throw a ModuleError, or a RangeError where Go panics.
 */
export type Ours = (...args: string[]) => unknown;

/** What both sides are reduced to. */
interface Outcome {
  readonly value?: unknown;
  readonly error?: string;
}

/**
 * Expects `ours` to agree with Go about every case: the same value, or an error with the same text.
 *
 * @param textOf What of an error's text must agree; all of it by default.
 */
export async function expectAgreement(
  oracle: Oracle,
  op: string,
  cases: readonly (readonly string[])[],
  ours: Ours,
  textOf: (text: string) => string = (text) => text,
): Promise<void> {
  const different: { args: readonly string[]; ours: Outcome; go: Outcome }[] = [];
  for (let start = 0; start < cases.length; start += 5000) {
    // Such strings only as some bytes have (see utf8.ts): a lone surrogate that stands for no byte can't be asked about.
    const batch = cases.slice(start, start + 5000).map((args) => args.map((arg) => fromByteString(toByteString(arg))));
    const answers = await oracle.ask(op, batch);
    for (const [i, args] of batch.entries()) {
      const answer = answers[i];
      const go: Outcome = answer?.error === undefined ? { value: answer?.value } : { error: textOf(answer.error) };
      const own = await outcomeOf(ours, args, textOf);
      if (!isDeepStrictEqual(own, go)) different.push({ args, ours: own, go });
    }
  }
  // The shortest tell the most.
  const shown = different.toSorted((a, b) => a.args.join("").length - b.args.join("").length).slice(0, 5);
  const lines = shown.map((each) => JSON.stringify(each));
  expect(lines, `${op}: ${different.length} of ${cases.length} cases differ; the shortest`).toEqual([]);
  countAgreement(op, cases.length);
}

const agreed = new Map<string, number>();

/** Counts cases in which ours and Go's agreed, for {@link writeAgreements}. */
export function countAgreement(op: string, cases: number): void {
  agreed.set(op, (agreed.get(op) ?? 0) + cases);
}

/** After a long run: keeps in docs/evidence/<name>.md in how many cases this test file found us to agree with Go. */
export async function writeAgreements(name: string, what: string): Promise<void> {
  if (!isLong) return;
  const rows = [...agreed].map(([op, cases]) => `| ${op} | ${cases.toLocaleString("en")} |`);
  await writeEvidence(
    name,
    `# ${what}

Written by \`make test-long\` on ${new Date().toISOString().slice(0, 10)} (FAIRLEAD_SEED=${seed}): cases in which our function
and Go's gave the same value, or the same error text. A run with a difference writes no row for that function.

| function | cases |
|---|---|
${rows.join("\n")}
`,
  );
}

async function outcomeOf(ours: Ours, args: readonly string[], textOf: (text: string) => string): Promise<Outcome> {
  try {
    return { value: await ours(...args) };
  } catch (error) {
    if (error instanceof ModuleError || error instanceof RangeError) return { error: textOf(error.message) };
    throw error;
  }
}
