import { describe, expect, test } from "vitest";
import {
  formatRecord,
  type HostRecord,
  keptReleases,
  type OpenDeploy,
  parseRecord,
  trimmed,
  wayBack,
} from "./record.ts";
import type { ReleaseSpec, Verdict } from "./release.ts";

const spec: ReleaseSpec = {
  release: "r1",
  image: "registry.example/shop",
  digest: `sha256:${"0".repeat(64)}`,
  tag: undefined,
  settingsHash: "00",
  strategy: "switch",
  containerPort: 8080,
  publicPort: 80,
  volumes: [],
  health: { http: "/", tcp: false, command: undefined, interval: 1, timeout: 1, within: 1 },
  drain: 0,
  commit: undefined,
  by: "anna",
  at: "2026-11-21T09:00:00.000Z",
};

/** Releases in the order they were last brought: `r3 r2- r1` has r2 failed. */
function record(serving: string | undefined, releases: string, open?: Partial<OpenDeploy>): HostRecord {
  return {
    schemaVersion: 1,
    service: "shop",
    environment: "production",
    serving,
    releases: releases.split(" ").map((name) => ({
      spec: { ...spec, release: name.replace("-", "") },
      verdict: (name.endsWith("-") ? "failed" : "successful") satisfies Verdict,
      reason: "",
      samples: [],
    })),
    open:
      open === undefined
        ? undefined
        : {
            id: "d",
            kind: "deploy",
            release: "r9",
            from: undefined,
            phase: "serving",
            by: "anna",
            since: "",
            ...open,
          },
    events: [],
  };
}

describe("the way back", () => {
  test.each([
    ["the one before", record("r3", "r3 r2 r1"), "r2"],
    ["not one that failed", record("r3", "r3 r2- r1"), "r1"],
    ["a second rollback goes further back", record("r2", "r2 r3 r1"), "r1"],
    ["what served last, not what is newest", record("r4", "r4 r1 r3 r2"), "r1"],
    ["none", record("r1", "r1 r2"), undefined],
    ["an open deploy's predecessor", record("r9", "r9 r3", { from: "r3" }), "r3"],
    ["an interrupted rollback's aim", record("r9", "r3 r9", { kind: "rollback", release: "r3", from: "r9" }), "r3"],
  ])("%s", (_, state, expected) => {
    expect(wayBack(state)).toBe(expected);
  });
});

describe("what is kept", () => {
  test("the one that serves and the newest good ones: failures push no way back out", () => {
    expect([...keptReleases(record("r6", "r6 r5- r4- r3 r2 r1"), 3)]).toEqual(["r6", "r3", "r2"]);
  });

  test("both of an open deploy, whatever keep says", () => {
    expect([...keptReleases(record("r9", "r9 r3 r2", { from: "r3" }), 1)]).toEqual(["r9", "r3"]);
  });

  test("the list itself ends after fifty, but for what is kept", () => {
    const many = Array.from({ length: 60 }, (_, i) => `r${99 - i}-`);
    const names = trimmed(record("r1", [...many, "r1"].join(" ")), 3).releases.map((entry) => entry.spec.release);
    expect(names).toHaveLength(51);
    expect(names.at(-1)).toBe("r1");
  });
});

describe("the file", () => {
  test("is read as it was written", () => {
    const whole = record("r9", "r9 r3", { from: "r3" });
    expect(parseRecord(formatRecord(whole), "web1", "shop", "production")).toEqual(whole);
  });

  test.each([
    ["{", /web1: the release record of shop in production can't be read: it is damaged/],
    ['{"schemaVersion": 2}', /version 2, written by a newer Fairlead/],
    [formatRecord(record("../../etc", "r1")), /damaged/],
  ])("%j", (text, message) => {
    expect(() => parseRecord(text, "web1", "shop", "production")).toThrow(message);
  });
});
