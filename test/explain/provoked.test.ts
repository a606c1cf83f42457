// The errors, really provoked: whether the tools of today still print what is known. A sample in every run; all of them with
// FAIRLEAD_LONG=1. FAIRLEAD_RECORD=1 writes what they print as test/fixtures/symptoms/.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requireAll } from "../harness/require.ts";
import { explained } from "./explained.ts";
import { recordingName } from "./provocation.ts";
import { provocations } from "./provocations.ts";
import { ProvokeWorld } from "./world.ts";

const records = process.env["FAIRLEAD_RECORD"] === "1";
const long = process.env["FAIRLEAD_LONG"] === "1" || records;
const folder = resolve(import.meta.dirname, "../fixtures/symptoms");
/** Quick ones, of every tool that needs no engine. */
const sampled = provocations.filter(({ slow, tool }) => slow !== true && tool !== "docker");
const chosen = long ? provocations : sampled.filter((_, index) => index % 4 === 0);

const scope = new AsyncDisposableStack();
let world: ProvokeWorld;

beforeAll(async () => {
  world = scope.use(await ProvokeWorld.start());
});
afterAll(async () => {
  await scope.disposeAsync();
});

test.for(chosen.map((each) => [recordingName(each), each] as const))("%s", async ([, provocation], { skip }) => {
  const { symptom, cause, files, versions, tool } = provocation;
  requireAll(skip, ...ProvokeWorld.needs(provocation));
  const here = await ProvokeWorld.versions(tool);
  expect(here).not.toEqual([]);
  for (const version of here.filter(({ name }) => versions?.includes(name) !== false)) {
    const text = await world.provoke(provocation, version);
    const { explanations } = await explained(text, files);
    const [first] = explanations;
    expect(first === undefined ? text : `${first.symptom.id}: ${first.cause}`).toBe(`${symptom}: ${cause}`);
    if (!records) continue;
    const file = resolve(folder, `${recordingName(provocation, version.name)}.txt`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
});
