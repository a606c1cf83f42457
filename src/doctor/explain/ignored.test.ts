import { expect, test } from "vitest";
import { hiddenBy } from "./ignored.ts";
import { readProject } from "./project.ts";

const files = ["go.mod", "go.sum", "web/dist/app.js", "web/src/app.ts"];

async function hidden(ignore: string, path: string): Promise<string | undefined> {
  const texts: Readonly<Record<string, string>> = { ".dockerignore": ignore };
  const all = [...files, ".dockerignore"];
  const project = readProject({ files: all, has: (file) => all.includes(file), read: async (file) => texts[file] });
  const found = await hiddenBy(project, path);
  if (found === undefined) return undefined;
  const { evidence, change } = found;
  const lines = [...change.before.map((each) => `-${each}`), ...change.after.map((each) => `+${each}`)];
  return `${evidence.line} ${evidence.text}; ${lines.join(" ")}`;
}

// The line that decides, and what takes the path back.
test.each<[string, string, string | undefined]>([
  ["go.sum\n", "go.sum", "1 go.sum; -go.sum"],
  ["# a comment\n\n*.sum\n", "go.sum", "3 *.sum; +!go.sum"],
  ["*\n!go.mod\n!web\n", "go.sum", "1 *; +!go.sum"],
  ["*\n!go.mod\n!go.sum\n", "go.sum", undefined],
  ["web/dist\n", "web/dist", "1 web/dist; -web/dist"],
  ["**/dist/\n", "web/dist/app.js", "1 **/dist/; +!web/dist/app.js"],
  ["web/dist\n", "web", undefined],
  ["*.sum\n", "go.work.sum", undefined],
])("%j hides %s: %s", async (ignore, path, expected) => {
  expect(await hidden(ignore, path)).toBe(expected);
});
