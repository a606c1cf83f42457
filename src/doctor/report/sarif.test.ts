// Every rule's finding, as SARIF, against the schema of the standard (OASIS, as Microsoft's SDK ships it under the MIT licence).
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect, test } from "vitest";
import type { Finding } from "../finding.ts";
import { rules } from "../rules.ts";
import { sarif } from "./sarif.ts";

const schema: object = JSON.parse(
  readFileSync(resolve(import.meta.dirname, "../../../test/fixtures/sarif-2.1.0.json"), "utf8"),
);
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(schema);

function finding(rule: string, file: string): Finding {
  const place = { file, line: 2, column: 3, endLine: 2, endColumn: 9 };
  const edit = { file, start: 4, end: 6, text: "x" };
  return {
    ...place,
    rule,
    severity: "warning",
    message: "it is “so”",
    why: "because",
    evidence: [{ file: "go.mod", line: 0, text: "go 1.24" }],
    fix: { safe: true, title: "mend it", edits: [edit, { ...edit, file: "é ü.txt" }] },
    docs: `docs/rules/${rule}.md`,
  };
}

test("all rules, at files with any name and at none", () => {
  const findings = rules.flatMap(({ id }) => [finding(id, "a b/Dockerfile"), finding(id, "the environment")]);
  const report = sarif([...findings, finding("doctor/unused-ignore", "x#y%.mod")], rules, "1.2.3");
  expect(validate(report), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  const many = JSON.stringify(report).match(/"helpUri":"https:/g) ?? [];
  expect(many.length).toBeGreaterThan(rules.length * 0.8);
});

test("nothing found is a report, too; and the schema does refuse", () => {
  expect(validate(sarif([], rules, "1.2.3"))).toBe(true);
  expect(validate({ version: "2.1.0", runs: [{}] })).toBe(false);
});
