import { expect, test } from "vitest";
import { lockedVersion, readNpmProjects } from "./npmProject.ts";
import { readPnpmLock } from "./pnpmLock.ts";
import { readYarnLock } from "./yarnLock.ts";

const json = JSON.stringify;
const wants = { dependencies: { a: "^1.0.0", "@team/b": "1 || 2", c: "npm:other@^3", d: "file:./d" } };
const classic = `# yarn lockfile v1


"@team/b@1 || 2", "@team/b@^2.0.0":
  version "2.4.0"
  resolved "https://registry.example.com/@team/b/-/b-2.4.0.tgz#abc"
  dependencies:
    version "^9.0.0"

a@^1.0.0, a@^1.1.0:
  version "1.3.0"

"c@npm:other@^3":
  version "3.1.0"
`;
const berry = `__metadata:
  version: 8

"@team/b@npm:1 || 2":
  version: 2.4.0
  resolution: "@team/b@npm:2.4.0"

"a@npm:^1.0.0, a@npm:^1.1.0":
  version: 1.3.0

"c@npm:other@^3":
  version: 3.1.0
`;
const pnpm6 = `lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      '@team/b':
        specifier: 1 || 2
        version: 2.4.0(a@1.3.0)
      a:
        specifier: ^1.0.0
        version: 1.3.0
      d:
        specifier: file:./d
        version: link:d

packages:

  a@1.3.0: {broken
`;
const pnpm5 = `lockfileVersion: 5.4
specifiers:
  a: ^1.0.0
  '@team/b': 1 || 2
dependencies:
  '@team/b': 2.4.0_a@1.3.0
devDependencies:
  a: 1.3.0
packages:
  /a/1.3.0: {}
`;
const npm = json({
  lockfileVersion: 3,
  packages: {
    "node_modules/a": { version: "1.3.0" },
    "node_modules/@team/b": { version: "2.4.0" },
    "node_modules/c": { name: "other", version: "3.1.0" },
  },
});

test.each([
  ["yarn.lock", "yarn", classic, "3.1.0"],
  ["yarn.lock", "yarn", berry, "3.1.0"],
  ["pnpm-lock.yaml", "pnpm", pnpm6, undefined],
  ["pnpm-lock.yaml", "pnpm", pnpm5, undefined],
  ["package-lock.json", "npm", npm, "3.1.0"],
  ["npm-shrinkwrap.json", "npm", npm, "3.1.0"],
])("%s says what each range has come to", (file, tool, text, aliased) => {
  const files = new Map([
    ["package.json", json(wants)],
    [file, text],
  ]);
  const [project] = readNpmProjects([...files.keys()], (name) => files.get(name));
  if (project === undefined) throw new Error("there is one");
  expect(project).toMatchObject({ held: { tool }, lockFiles: [file] });
  const versions = project.manifest.dependencies.map((each) => [each.name, lockedVersion(project, each)]);
  expect(Object.fromEntries(versions)).toEqual({ a: "1.3.0", "@team/b": "2.4.0", c: aliased, d: undefined });
});

test("a workspace's lock file holds its members, and nothing else below it", () => {
  const files = new Map([
    ["web/package-lock.json", json({ packages: { "": {}, "packages/x": {}, "node_modules/a": { version: "1.3.0" } } })],
    ["web/package.json", json(wants)],
    ["web/packages/x/package.json", json(wants)],
    ["web/examples/y/package.json", json(wants)],
    ["docs/package.json", json(wants)],
    ["broken/package.json", "{"],
    ["list/package.json", "[]"],
  ]);
  const projects = readNpmProjects([...files.keys()], (name) => files.get(name));
  const held = projects.map((each) => [
    each.manifest.folder,
    each.held?.tool,
    lockedVersion(each, { name: "a", spec: "^1.0.0", group: "dependencies" }),
  ]);
  expect(held).toEqual([
    ["web", "npm", "1.3.0"],
    ["web/packages/x", "npm", "1.3.0"],
    ["web/examples/y", undefined, undefined],
    ["docs", undefined, undefined],
  ]);
});

test("Yarn's holds what the root's package.json says are members, and pnpm's may begin with pnpm itself", () => {
  const files = new Map([
    ["package.json", json({ workspaces: { packages: ["./packages/*/", "!packages/old"] } })],
    ["yarn.lock", classic],
    ["packages/x/package.json", json(wants)],
    ["packages/old/package.json", json(wants)],
    ["bench/package.json", json(wants)],
    ["docs/package.json", json(wants)],
    ["docs/pnpm-lock.yaml", `---\nlockfileVersion: '9.0'\nimporters:\n  .: {}\npackages: {}\n---\n${pnpm6}`],
  ]);
  const projects = readNpmProjects([...files.keys()], (name) => files.get(name));
  expect(projects.map((each) => each.held?.tool)).toEqual(["yarn", "yarn", undefined, undefined, "pnpm"]);
  expect(lockedVersion(projects[4] ?? { held: undefined }, { name: "a", spec: "", group: "dependencies" })).toBe(
    "1.3.0",
  );
});

test("what is no lock file says nothing", () => {
  expect(readYarnLock("yarn.lock", "nothing\n:\n  version x y\n").versions.size).toBe(0);
  expect(readPnpmLock("pnpm-lock.yaml", "a: [")).toBeUndefined();
  expect(readPnpmLock("pnpm-lock.yaml", "- a\n")).toBeUndefined();
});

test("names that something else decides about", () => {
  const overrides = {
    overrides: { "a@^1": "2", b: { ".": "1", c: "3" } },
    resolutions: { "x/**/y": "1", "@t/z": "1" },
  };
  const [project] = readNpmProjects(["package.json"], () =>
    json({ ...overrides, pnpm: { overrides: { "p>q": "1" } } }),
  );
  expect([...(project?.manifest.overridden ?? [])]).toEqual(
    expect.arrayContaining(["a", "b", "c", "x", "y", "@t/z", "p", "q"]),
  );
});
