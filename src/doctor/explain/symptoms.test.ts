import { expect, test } from "vitest";
import { rules } from "../rules.ts";
import { ErrorLines } from "./errorText.ts";
import { findMatches } from "./match.ts";
import { symptomPage } from "./symptomPage.ts";
import { symptoms } from "./symptoms.ts";

test("ids are their own", () => {
  const ids = symptoms.map(({ id }) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  for (const id of ids) expect(id).toMatch(/^[a-z\d]+\/[a-z\d]+(-[a-z\d]+)*$/);
});

test.each(symptoms.map((symptom) => [symptom.id, symptom] as const))(
  "%s: a way out of its causes, and a page",
  (_, symptom) => {
    expect(symptom.causes.at(-1)?.when).toBeUndefined();
    expect(symptom.causes.slice(0, -1).every(({ when }) => when !== undefined)).toBe(true);
    expect(symptomPage(symptom)).not.toMatch(/(?<!\/)undefined|\[object/);
    // A pattern with memory would find every second line alone.
    for (const { line } of symptom.match) expect(line.flags).not.toMatch(/[gy]/);
  },
);

// A pattern that backtracks without bound would not come to its end within the test's time.
test("no pattern is held up by a line that is made for it", () => {
  const fillers = ["a", "a/", "a.", "a:", "a@", "a b", '"a', " ", "(a", "x=1,", "/a:", "1.", "-a "];
  for (const { has, line, next } of symptoms.flatMap(({ match }) => match)) {
    for (const filler of fillers) {
      const text = `${filler.repeat(600 / filler.length)}${has}${filler.repeat(1400 / filler.length)}`;
      line.test(text);
      next?.test(text);
    }
  }
});

test("of a text without end, beginning and end are kept, and it says so", () => {
  const lines = new ErrorLines();
  for (let number = 0; number < 300_000; number++) lines.add(`line ${number}`);
  const kept = lines.lines();
  expect(kept.length).toBeLessThan(200_000);
  expect(kept[0]?.text).toBe("line 0");
  expect(kept.at(-1)).toMatchObject({ number: 300_000, text: "line 299999" });
  expect(lines.notes[0]).toMatch(/\d+ lines in the middle/);
});

test("causes are told before what follows from them, the failing step before others", () => {
  const line = (number: number, text: string, isOfFailure = false) => ({ number, text, isOfFailure });
  const ids = (...lines: ReturnType<typeof line>[]): readonly string[] => {
    return findMatches(lines, symptoms).map(({ symptom }) => symptom.id);
  };
  const refused = line(1, "dial tcp: lookup h on 1.1.1.1:53: no such host");
  expect(ids(refused)).toEqual(["go/no-such-host"]);
  expect(
    ids(refused, line(2, "go: inconsistent vendoring in /src:"), line(3, "\ta@v1: is explicitly required")),
  ).toEqual(["go/inconsistent-vendoring"]);
  expect(ids(line(1, "no space left on device"), line(2, "main.go:1:1: undefined: x", true))).toEqual(["go/undefined"]);
});

test("a symptom names no rule of the doctor's that isn't there", () => {
  const known = rules.map(({ id }) => id);
  const named = symptoms.flatMap((symptom) => symptom.rules ?? []);
  expect(named.length).toBeGreaterThan(5);
  for (const id of named) expect(known).toContain(id);
});
