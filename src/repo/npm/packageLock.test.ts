import { describe, expect, test } from "vitest";
import { jsonPlace } from "../jsonPlace.ts";
import { type PackageLock, readPackageLock, resolveFrom } from "./packageLock.ts";

function lockOf(content: object): PackageLock {
  const lock = readPackageLock("web/package-lock.json", JSON.stringify(content));
  if (lock === undefined) throw new Error("it is a lock file");
  return lock;
}

const first = lockOf({
  lockfileVersion: 1,
  dependencies: {
    a: { version: "1.0.0", requires: { b: "^2.0.0" }, dependencies: { b: { version: "2.1.0" } } },
    b: { version: "1.5.0", resolved: "https://registry.example.com/b/-/b-1.5.0.tgz" },
  },
});

const third = lockOf({
  lockfileVersion: 3,
  packages: {
    "": { dependencies: { a: "^1.0.0" }, devDependencies: { "@team/x": "*" } },
    "node_modules/a": { version: "1.0.0", dependencies: { b: "^2.0.0" }, peerDependencies: { b: ">=1" } },
    "node_modules/a/node_modules/b": { version: "2.1.0", inBundle: true },
    "node_modules/b": { version: "1.5.0" },
    "node_modules/@team/x": { resolved: "packages/x", link: true },
    "packages/x": { version: "0.1.0", peerDependencies: { b: "1" }, peerDependenciesMeta: { b: { optional: true } } },
    "packages/x/node_modules/b": { version: "3.0.0" },
  },
});

describe.each([
  ["version 1", first],
  ["version 3", third],
])("%s", (_, lock) => {
  test.each([
    ["", "a", "1.0.0"],
    ["", "b", "1.5.0"],
    ["node_modules/a", "b", "2.1.0"],
    ["node_modules/a/node_modules/b", "a", "1.0.0"],
    ["", "c", undefined],
  ])("from %j, %s is %s", (from, name, version) => {
    expect(resolveFrom(lock, from, name)?.version).toBe(version);
  });

  test("each package knows where it is written", () => {
    for (const { version, path } of lock.packages.values()) {
      const place = jsonPlace(lock.text, version === undefined ? path : [...path, "version"]);
      expect(place).toBeDefined();
      if (version !== undefined) expect(lock.text.slice(place?.value.start, place?.value.end)).toBe(`"${version}"`);
    }
  });

  test("what a package wants", () => {
    expect(lock.packages.get("node_modules/a")?.dependencies).toContainEqual({
      name: "b",
      spec: "^2.0.0",
      group: "dependencies",
    });
  });
});

test("a link leads to the workspace's member, which has a node_modules of its own", () => {
  expect(resolveFrom(third, "", "@team/x")).toMatchObject({ location: "packages/x", version: "0.1.0" });
  expect(resolveFrom(third, "packages/x", "b")?.version).toBe("3.0.0");
  expect(resolveFrom(third, "packages/x", "a")?.version).toBe("1.0.0");
  expect([...(third.packages.get("packages/x")?.optionalPeers ?? [])]).toEqual(["b"]);
});

test.each(["", "[]", "null", "{", "1"])("%j is no lock file", (text) => {
  expect(readPackageLock("package-lock.json", text)).toBeUndefined();
});

test.each([
  { packages: { "node_modules/a": 1, "node_modules/b": { version: 2, dependencies: [], link: "yes" } } },
  { packages: [] },
  { dependencies: { a: { dependencies: 7, requires: true } } },
  { lockfileVersion: "x", dependencies: { a: null } },
  { packages: JSON.parse('{"__proto__": {"version": "1.0.0"}}') },
])("what makes no sense is left out: %j", (content) => {
  expect([...lockOf(content).packages.values()].every(({ version }) => version === undefined || version !== "")).toBe(
    true,
  );
});
