import { describe, expect, test } from "vitest";
import { isReportName, readReport, renamed } from "./coverageReport.ts";

const go =
  "mode: atomic\nexample.com/app/a.go:3.13,5.2 1 1\nexample.com/app/b c.go:3.13,5.2 1 0\r\nexample.com/app/a.go:7.1,8.2 2 9\n";
const lcov = "TN:\nSF:src/a.ts\nDA:1,1\nend_of_record\nSF:/builds/x/src/b.ts\r\nDA:1,0\nend_of_record\n";
const istanbul = `{"/x/src/a.ts": {"path":"/x/src/a.ts","statementMap":{"path":{"path":"no"}},"s":{"0":1}},
"C:\\\\x\\\\b.ts":{ "path" : "C:\\\\x\\\\b.ts", "fnMap": {"0": {"name": "/x/src/a.ts"}}}}`;

describe.each([
  ["cover.out", go, ["example.com/app/a.go", "example.com/app/b c.go"]],
  ["coverage/lcov.info", lcov, ["src/a.ts", "/builds/x/src/b.ts"]],
  ["coverage/coverage-final.json", istanbul, ["/x/src/a.ts", "C:\\x\\b.ts"]],
])("%s", (file, text, names) => {
  const report = readReport(file, text);

  test("the files that it names, each once, where it is written", () => {
    expect([...(report?.names.keys() ?? [])]).toEqual(names);
    for (const [name, at] of report?.names ?? [])
      expect(text.slice(at)).toSatisfy((rest: string) => rest.startsWith(name.replaceAll("\\", "\\\\")));
  });

  test("another name takes the place of one, wherever it stands; nothing else changes", () => {
    if (report === undefined) throw new Error("it is a report");
    expect(renamed(report, new Map())).toBe(text);
    const [first = ""] = names;
    const mended = readReport(file, renamed(report, new Map([[first, "lib/$&.go"]])));
    expect([...(mended?.names.keys() ?? [])]).toEqual(["lib/$&.go", ...names.slice(1)]);
    if (mended === undefined) throw new Error("it still is one");
    expect(renamed(mended, new Map([["lib/$&.go", first]]))).toBe(text);
  });
});

test("what stands elsewhere than in a name stays", () => {
  const report = readReport("coverage-final.json", istanbul);
  if (report === undefined) throw new Error("it is a report");
  expect(renamed(report, new Map([["/x/src/a.ts", "src/a.ts"]]))).toContain('"name": "/x/src/a.ts"');
});

test.each([
  ["cover.out", "ELF\0\n"],
  ["cover.out", ""],
  ["lcov.info", "mode: set\n"],
  ["coverage-final.json", "[1]"],
  ["README.md", go],
])("%s with %j is none", (file, text) => {
  expect(readReport(file, text)).toBeUndefined();
});

test.each([
  ["c.out", true],
  ["build/coverage.txt", true],
  ["coverage-unit.txt", true],
  ["app.coverprofile", true],
  ["profile.cov", true],
  ["web/coverage/lcov.info", true],
  ["web/coverage/coverage-final.json", true],
  ["main.go", false],
  ["robots.txt", false],
  ["package.json", false],
  ["src/lcov.ts", false],
])("%s may be one: %s", (file, wanted) => {
  expect(isReportName(file)).toBe(wanted);
});
