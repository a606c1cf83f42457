import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

// What is published is built, packed and installed in a folder that knows nothing of this checkout.

const run = promisify(execFile);
const root = new URL("..", import.meta.url).pathname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-package-"));
  await run("npm", ["pack", "--pack-destination", folder, "--loglevel=error"], { cwd: root });
  const [archive = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", join(folder, archive)], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the installed command answers", async () => {
  const { stdout } = await run(process.execPath, ["node_modules/fairlead/dist/cli/start.js", "--version"], {
    cwd: folder,
  });
  expect(stdout).toMatch(/^fairlead \d+\.\d+\.\d+\n$/);
  expect(await readdir(join(folder, "node_modules/.bin"))).toContain("fairlead");
});

test("the installed gateway starts and stops", async () => {
  const script = `
    import { spawn } from "node:child_process";
    const up = spawn(process.execPath, ["node_modules/fairlead/dist/cli/start.js", "up", "--listen", "127.0.0.1:0",
      "--data", "data", "--upstream", "off", "--workers", "1"], { stdio: ["ignore", "inherit", "pipe"] });
    let text = "";
    up.stderr.on("data", async (chunk) => {
      text += chunk;
      const url = /listening on (http:\\S+),/.exec(text)?.[1];
      if (url === undefined) return;
      up.stderr.removeAllListeners("data").resume();
      console.log((await (await fetch(url + "/healthz")).text()).trim());
      console.log((await fetch(url + "/example.com/a/@v/v1.0.0.zip")).status);
      up.kill("SIGTERM");
    });
    up.on("exit", (code) => console.log("exit", code));
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
  expect(stdout).toBe("ok\n404\nexit 0\n");
});

test('import "fairlead/gomod" works, and needs nothing else', async () => {
  const script = `
    import { semver, module, source } from "fairlead/gomod";
    console.log(semver.compare("v1.2.0", "v1.10.0"), module.escapePath("github.com/BurntSushi/toml"));
    const file = source.readSourceFile(new TextEncoder().encode('//go:build linux\\n\\npackage p\\nimport "fmt"\\n'));
    console.log(file.packageName, source.formatConstraint(file.constraint), file.imports[0].path);
  `;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
  expect(stdout).toBe("-1 github.com/!burnt!sushi/toml\np linux fmt\n");
});

test("its types resolve in another package", async () => {
  await writeFile(
    join(folder, "use.ts"),
    `import { semver } from "fairlead/gomod";\nexport const order: number = semver.compare("v1.0.0", "v2.0.0");\n// @ts-expect-error a version is a string\nsemver.compare(1, 2);\n`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024", "use.ts"];
  await expect(run(process.execPath, [tsc, ...options], { cwd: folder })).resolves.toMatchObject({ stdout: "" });
});

test("the examples in docs/gomod/examples.md compile, and print what stands below them", async () => {
  const text = await readFile(join(root, "docs/gomod/examples.md"), "utf8");
  const examples = [...text.matchAll(/```ts\n(.*?)```\n\n```text\n(.*?)```/gs)].map(([, code = "", output = ""], i) => {
    return { file: `example${i}.ts`, code, output };
  });
  expect(examples).toHaveLength(text.split("```ts\n").length - 1);
  await Promise.all(examples.map(({ file, code }) => writeFile(join(folder, file), code)));

  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = ["--strict", "--noUncheckedIndexedAccess", "--module", "nodenext", "--target", "es2024"];
  const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  const files = examples.map(({ file }) => file);
  const compiled = await run(process.execPath, [tsc, "--noEmit", ...options, ...types, ...files], {
    cwd: folder,
  }).catch((error: unknown) => error);
  expect(compiled).toMatchObject({ stdout: "" });
  for (const { file, output } of examples) {
    // oxlint-disable-next-line no-await-in-loop -- one process at a time
    const { stdout } = await run(process.execPath, [file], { cwd: folder });
    expect(stdout, file).toBe(output);
  }
});

test("publint finds nothing wrong with the package", async () => {
  const { publint } = await import("publint");
  const { messages } = await publint({ pkgDir: join(folder, "node_modules/fairlead"), pack: false });
  expect(messages).toEqual([]);
});
