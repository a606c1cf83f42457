import { expect, test } from "vitest";
import { readNpmProjects } from "./npmProject.ts";
import { rangesOf } from "./ranges.ts";

const json = JSON.stringify;
const files = new Map([
  [
    "package.json",
    json({
      dependencies: { left: "^1.0.0", open: ">=1", young: "^0.2.0", folder: "file:./folder" },
      devDependencies: { next: "canary", wrong: "^2.0.0" },
    }),
  ],
  [
    "package-lock.json",
    json({
      lockfileVersion: 3,
      packages: {
        "node_modules/left": { version: "1.4.0" },
        "node_modules/open": { version: "1.0.0" },
        "node_modules/young": { version: "0.2.7" },
        "node_modules/folder": { resolved: "folder", link: true },
        folder: { version: "3.0.0" },
        "node_modules/wrong": { version: "1.0.0" },
        "node_modules/plugin": { version: "5.0.0", peerDependencies: { left: "^1.2.0", young: "0.2 || 0.3" } },
        "node_modules/late": { version: "6.0.0", peerDependencies: { left: ">=1.5" } },
      },
    }),
  ],
]);

test("what each lets in, what is locked, what an upgrade would meet", () => {
  const [project] = readNpmProjects([...files.keys()], (file) => files.get(file));
  if (project === undefined) throw new Error("there is one");
  const rows = Object.fromEntries(rangesOf(project).map(({ dependency, ...row }) => [dependency.name, row]));
  expect(rows).toEqual({
    left: {
      kind: "range",
      reach: "compatible",
      allows: ">=1.0.0 <2.0.0",
      locked: "1.4.0",
      isLockedAllowed: true,
      breaking: "2.0.0",
      letsBreakingIn: false,
      peers: [
        { name: "plugin", version: "5.0.0", range: "^1.2.0", isMet: true, takesBreaking: false },
        { name: "late", version: "6.0.0", range: ">=1.5", isMet: false, takesBreaking: true },
      ],
    },
    open: expect.objectContaining({
      reach: "open",
      locked: "1.0.0",
      breaking: "2.0.0",
      letsBreakingIn: true,
      peers: [],
    }),
    young: expect.objectContaining({
      locked: "0.2.7",
      breaking: "0.3.0",
      letsBreakingIn: false,
      peers: [{ name: "plugin", version: "5.0.0", range: "0.2 || 0.3", isMet: true, takesBreaking: true }],
    }),
    folder: expect.objectContaining({ kind: "elsewhere", locked: "3.0.0", letsBreakingIn: false }),
    next: expect.objectContaining({ kind: "tag", locked: undefined, breaking: undefined, letsBreakingIn: true }),
    wrong: expect.objectContaining({ locked: "1.0.0", isLockedAllowed: false }),
  });
});
