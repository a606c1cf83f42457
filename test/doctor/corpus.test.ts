/**
 * The doctor on real repositories, as module zips hold them, against reviews.txt: each finding was looked up in its file, and
 * where a rule speaks otherwise than then, that has to be looked up again. An ordinary run takes those marked `module+`, a long one all.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diagnose } from "../../src/doctor/diagnose.ts";
import { factsOf } from "../../src/doctor/facts.ts";
import type { Finding } from "../../src/doctor/finding.ts";
import { rules } from "../../src/doctor/rules.ts";
import { escapePath, escapeVersion } from "../../src/gomod/module.ts";
import { bytesReader } from "../gomod/nodeZip.ts";
import { isLong } from "../gomod/differential.ts";
import { realUpstream } from "../harness/goTools.ts";
import { RecordedUpstream } from "../harness/recordedUpstream.ts";
import { TempDir } from "../harness/tempDir.ts";
import { moduleTree, sumOf } from "./corpus/moduleTree.ts";
import { parseReviews, precisionOf, readReviews, type ReviewedModule } from "./corpus/reviews.ts";

const scope = new AsyncDisposableStack();
let upstream: RecordedUpstream;
let empty: TempDir;
beforeAll(async () => {
  upstream = scope.use(await RecordedUpstream.start({ upstream: realUpstream() }));
  empty = scope.use(await TempDir.create("corpus"));
});
afterAll(() => scope.disposeAsync());

async function findingsOf({ path, version, sum }: ReviewedModule): Promise<readonly Finding[]> {
  // A connection of its own: one that was kept open would time out while a large repository is looked at.
  const answer = await fetch(`${upstream.url}/${escapePath(path)}/@v/${escapeVersion(version)}.zip`, {
    headers: { connection: "close" },
  });
  if (!answer.ok) throw new Error(`${path}@${version} can't be downloaded: ${answer.status} ${await answer.text()}`);
  const reader = bytesReader(new Uint8Array(await answer.arrayBuffer()));
  expect(await sumOf(reader, path, version), "the zip is not the one that was reviewed").toBe(sum);
  const facts = await factsOf(moduleTree(reader, path, version, empty.path), { moduleCache: null });
  return diagnose(facts, rules);
}

const keyOf = (severity: string, rule: string, place: string): string => `${severity} ${rule} ${place}`;

/** Lines for reviews.txt, each with what the doctor says where the reason is to be. */
function unreviewed(findings: readonly Finding[], known: ReadonlySet<string>): string {
  const lines = findings.flatMap(({ severity, rule, file, line, message }) =>
    known.has(keyOf(severity, rule, `${file}:${line}`)) ? [] : `?  ${severity} ${rule} ${file}:${line} ${message}\n`,
  );
  return lines.length === 0 ? "" : `to be read, and put into test/doctor/corpus/reviews.txt:\n${lines.join("")}`;
}

const reviewed = readReviews();

describe("the record", () => {
  const all = reviewed.flatMap(({ reviews }) => reviews);
  it.for([
    ["error", 0.95],
    ["warning", 0.85],
  ] as const)("of the %ss at least %s are true", ([severity, least]) => {
    expect(precisionOf(all.filter((each) => each.severity === severity))).toBeGreaterThanOrEqual(least);
  });

  it("is of sixty repositories and more, each once", () => {
    expect(new Set(reviewed.map(({ path }) => path)).size).toBe(reviewed.length);
    expect(reviewed.length).toBeGreaterThanOrEqual(60);
  });

  it("is refused with the line that can't be read", () => {
    const module = "module example.com/app@v1.0.0 MIT h1:x=";
    expect(() => parseReviews(`${module}\nmaybe error docker/x Dockerfile:1 so\n`)).toThrow("reviews.txt:2 is neither");
    expect(() => parseReviews("true error docker/x Dockerfile:1 no module above\n")).toThrow("reviews.txt:1");
  });
});

describe("real repositories", () => {
  it.for(reviewed.filter(({ inEveryRun }) => isLong || inEveryRun))("$path@$version", async (module) => {
    const findings = await findingsOf(module);
    const expected = module.reviews.map(({ severity, rule, place }) => keyOf(severity, rule, place));
    const found = findings.map(({ severity, rule, file, line }) => keyOf(severity, rule, `${file}:${line}`));
    expect(found.toSorted(), unreviewed(findings, new Set(expected))).toEqual(expected.toSorted());
  });
});
