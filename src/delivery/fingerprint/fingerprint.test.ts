import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareFingerprints,
  type Fingerprint,
  fingerprintDigest,
  fingerprintSchema,
  formatDifference,
} from "./fingerprint.ts";
import { settingsOf } from "./settings.ts";
import { toolsIn } from "./tools.ts";

const base: Fingerprint = {
  image: null,
  tools: { go: "go1.26.7", git: "2.39.5" },
  settings: { GOFLAGS: "", TOKEN: "hmac:00" },
  os: { kernel: "6.1.0" },
};

describe("what differs", () => {
  test.each<[string, Partial<Fingerprint>, string[]]>([
    ["nothing", {}, []],
    ["a tool's version", { tools: { ...base.tools, go: "go1.26.8" } }, ["tool go: go1.26.7 → go1.26.8"]],
    ["a new variable", { settings: { ...base.settings, CC: "clang" } }, ["variable CC: clang, which was not there"]],
    ["a variable that is gone", { settings: { TOKEN: "hmac:00" } }, ["variable GOFLAGS: was empty, and is gone"]],
    ["a secret", { settings: { ...base.settings, TOKEN: "hmac:11" } }, ["variable TOKEN: another secret value"]],
    ["an image", { image: "golang:1.26 sha256:1" }, ["image: golang:1.26 sha256:1, which was not there"]],
  ])("%s", (_, change, lines) => {
    const now = { ...base, ...change };
    expect(compareFingerprints(base, now).map(formatDifference)).toEqual(lines);
    expect(fingerprintDigest(now) === fingerprintDigest(base)).toBe(lines.length === 0);
  });
});

test("it is the same after it was kept, in whatever order it was put together", () => {
  const texts = fc.dictionary(fc.stringMatching(/^[A-Za-z][\w-]{0,8}$/), fc.string());
  const fingerprints = fc.record({ image: fc.option(fc.string()), tools: texts, settings: texts, os: texts });
  fc.assert(
    fc.property(fingerprints, (fingerprint) => {
      const kept = fingerprintSchema.parse(JSON.parse(JSON.stringify(fingerprint)));
      const turned = { ...kept, tools: Object.fromEntries(Object.entries(kept.tools).toReversed()) };
      expect(compareFingerprints(fingerprint, turned)).toEqual([]);
      expect(fingerprintDigest(turned)).toBe(fingerprintDigest(fingerprint));
    }),
  );
});

test("secrets are hashed, each project for itself; what does not matter is left out", () => {
  const key = Buffer.alloc(32, 1);
  const surroundings = { GOFLAGS: "-mod=mod", SHLVL: "2", GOPROXY: "https://me:hunter2@proxy.example" };
  const settings = settingsOf(surroundings, { DB_PASSWORD: "hunter2", MODE: "test" }, key);
  expect(Object.keys(settings).sort()).toEqual(["DB_PASSWORD", "GOFLAGS", "GOPROXY", "MODE"]);
  expect(JSON.stringify(settings)).not.toContain("hunter2");
  expect(settings["MODE"]).toBe("test");
  const elsewhere = settingsOf(surroundings, { DB_PASSWORD: "hunter2", MODE: "test" }, Buffer.alloc(32, 2));
  expect(elsewhere["DB_PASSWORD"]).not.toBe(settings["DB_PASSWORD"]);
});

test.each([
  ["go test ./...", ["bash", "gcc", "go"]],
  ["(cd api && make lint)", ["bash", "make"]],
  ["fairlead deploy staging", ["bash", "docker", "fairlead", "git", "ssh"]],
  ["echo gopher", ["bash"]],
])("tools in %j", (line, tools) => expect(toolsIn([line])).toEqual(tools));
