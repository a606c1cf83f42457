// Every recorded text, in the project that brought it about: is it known for what it is, and does the project decide rightly?
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { symptoms } from "../../src/doctor/explain/symptoms.ts";
import { explained } from "./explained.ts";
import { recordingName } from "./provocation.ts";
import { provocations } from "./provocations.ts";

const folder = resolve(import.meta.dirname, "../fixtures/symptoms");
const recordings = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".txt"))
  .map((file) => file.slice(0, -".txt".length))
  .sort();

/** The version stands behind the last dot that begins a tool's name. */
function provocationOf(recording: string) {
  return provocations.find((each) => {
    const name = `${recordingName(each)}.`;
    return (
      recording.startsWith(name) && /^(?:go|git|npm|docker|glibc)\d+(?:\.\d+)?$/.test(recording.slice(name.length))
    );
  });
}

describe("recorded texts", () => {
  test.each(recordings)("%s", async (recording) => {
    const provocation = provocationOf(recording);
    expect(provocation, "there is no provocation of this recording").toBeDefined();
    const text = readFileSync(resolve(folder, `${recording}.txt`), "utf8");
    const { explanations } = await explained(text, provocation?.files);
    const [first] = explanations;
    expect(explanations.map(({ symptom, cause }) => `${symptom.id}: ${cause}`)[0]).toBe(
      `${provocation?.symptom}: ${provocation?.cause}`,
    );
    const shown = first?.evidence.map(({ file, line }) => (line === undefined ? file : `${file}:${line}`));
    for (const place of provocation?.shows ?? []) expect(shown).toContain(place);
  });

  test("each provocation is recorded, and each symptom is provoked or cites where its text stands", async () => {
    const recorded = new Set(recordings.map(provocationOf));
    expect(
      provocations.filter((each) => !recorded.has(each)).map(({ symptom, variant }) => `${symptom} ${variant}`),
    ).toEqual([]);
    const provoked = new Set(provocations.map(({ symptom }) => symptom));
    for (const { id, known } of symptoms) {
      if (known === "provoked") expect(provoked, id).toContain(id);
      else expect((await explained(known.text)).explanations.map(({ symptom }) => symptom.id)[0]).toBe(id);
    }
  });
});
