// Import paths of one's own, end to end: the real go command finds a module through the gateway's answers, in git and at
// the gateway itself, before and after the module has moved there.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tryCommand } from "./harness/command.ts";
import { FairleadServer } from "./harness/fairleadServer.ts";
import { FaultyUpstream } from "./harness/faultyUpstream.ts";
import { GitRepository } from "./harness/gitRepository.ts";
import { GoSandbox } from "./harness/goSandbox.ts";
import { debianGo, machineGo } from "./harness/goTools.ts";
import { TempDir } from "./harness/tempDir.ts";
import { testModule } from "./harness/testModule.ts";

const launcher = resolve(import.meta.dirname, "../bin/fairlead");
const rules = `
vanity:
  - { prefix: "company.test/*", repository: "https://git.company.test/go/*", source: gitlab, docs: "https://docs.company.test/{path}" }
  - { prefix: "company.test/mods/*", vcs: mod }`;

const scope = new AsyncDisposableStack();
let upstream: FaultyUpstream;
let fairlead: FairleadServer;
let folder: TempDir;

beforeAll(async () => {
  upstream = scope.use(await FaultyUpstream.start());
  fairlead = scope.use(await FairleadServer.start({ upstream: upstream.url, settings: rules }));
  folder = scope.use(await TempDir.create("vanity"));
});
afterAll(() => scope.disposeAsync());

test("what a program and a person read, and that the gateway is still one", async () => {
  const at = (path: string, host = "company.test"): ReturnType<typeof fairlead.get> =>
    fairlead.get(path, { headers: { host } });
  const page = await at("/shop/cart?go-get=1");
  expect(page.status).toBe(200);
  expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
  const text = page.body.toString("utf8");
  expect(text).toContain('<meta name="go-import" content="company.test/shop git https://git.company.test/go/shop">');
  expect(text).toContain('<meta name="go-source" content="company.test/shop https://git.company.test/go/shop ');
  expect((await at("/shop/cart")).body.toString("utf8")).toContain("https://docs.company.test/company.test/shop/cart");
  expect((await at("/mods/m?go-get=1", "company.test:8443")).body.toString("utf8")).toContain(
    'content="company.test/mods/m mod http://company.test:8443"',
  );
  expect((await at("/%22%3E%3Cscript%3E?go-get=1")).status).toBe(404);
  // By another name there is no such page, and by this one the gateway's own are there.
  expect((await at("/shop/cart?go-get=1", "other.test")).status).toBe(404);
  expect((await at("/healthz")).body.toString("utf8")).toBe("ok\n");
  const module = testModule("company.test/mods/m", "v1.0.0");
  upstream.add(module);
  expect((await at("/company.test/mods/m/@v/v1.0.0.mod")).body).toEqual(module.mod);
});

test("go downloads through it: from git before and after a migration, and from the gateway itself", async ({
  skip,
}) => {
  const go = machineGo() ?? debianGo();
  if (go === undefined) return skip("there is no go command here");
  const old = "git.test/team/shop";
  const repository = await GitRepository.create(folder.join("shop"), old);
  await mkdir(folder.join("shop/cart"));
  const files = {
    "lib.go": `package lib // import "${old}"\n\nimport _ "${old}/cart"\n`,
    "cart/cart.go": "package cart\n\nfunc Total() int { return 42 }\n",
    Makefile: `build:\n\tgo build -ldflags "-X ${old}/cart.Version=1"\n`,
  };
  await repository.commit(files, "A package");
  await repository.git("tag", "v1.0.0");
  const importer = folder.join("importer");
  await mkdir(importer);
  await writeFile(folder.join("importer/go.mod"), `module company.test/importer\n\ngo 1.18\n\nrequire ${old} v1.0.0\n`);
  await writeFile(
    folder.join("importer/main.go"),
    `package main\n\nimport "${old}/cart"\n\nfunc main() { println(cart.Total()) }\n`,
  );

  await using sandbox = await GoSandbox.create({
    go,
    proxy: "direct",
    env: {
      GOSUMDB: "off",
      GOFLAGS: "-modcacherw -mod=mod",
      GOINSECURE: "company.test,git.test",
      // Names that no server has: go comes to the gateway as to its HTTP proxy, and git to the folder.
      HTTP_PROXY: fairlead.url,
      NO_PROXY: "127.0.0.1",
      GIT_CONFIG_COUNT: "3",
      GIT_CONFIG_KEY_0: `url.file://${folder.path}/.insteadOf`,
      GIT_CONFIG_VALUE_0: "https://git.company.test/go/",
      GIT_CONFIG_KEY_1: "safe.directory",
      GIT_CONFIG_VALUE_1: "*",
      GIT_CONFIG_KEY_2: "protocol.file.allow",
      GIT_CONFIG_VALUE_2: "always",
    },
  });
  const download = (module: string): ReturnType<typeof sandbox.run> =>
    sandbox.run(["mod", "download", "-json", module], importer);

  // Before: the path leads there, and the module says that it is another.
  const found = await download("company.test/shop@v1.0.0");
  expect(found.exitCode, found.stdout + found.stderr).toBe(0);
  expect(found.stdout).toContain('"URL": "https://git.company.test/go/shop"');
  const before = await sandbox.run(["get", "company.test/shop@v1.0.0"], await sandbox.emptyModule());
  expect(before.stdout + before.stderr).toMatch(/module declares its path as: git\.test\/team\/shop/);

  const migrate = (...args: readonly string[]): ReturnType<typeof tryCommand> =>
    tryCommand([launcher, "vanity", "migrate", ...args, old, "company.test/shop", repository.path, importer]);
  const shown = await migrate();
  expect(shown).toMatchObject({ exitCode: 0 });
  expect(shown.stdout).toContain("-module git.test/team/shop\n+module company.test/shop\n");
  expect(shown.stdout).toContain('-import "git.test/team/shop/cart"\n+import "company.test/shop/cart"\n');
  expect(shown.stderr).toContain("Makefile:2");
  expect(await readFile(folder.join("importer/go.mod"), "utf8")).toContain(old);

  expect((await migrate("--write")).exitCode).toBe(0);
  expect(await readFile(folder.join("shop/lib.go"), "utf8")).toContain('package lib // import "company.test/shop"');
  await repository.commit({}, "Move");
  await repository.git("tag", "v1.1.0");
  await writeFile(
    folder.join("importer/go.mod"),
    (await readFile(folder.join("importer/go.mod"), "utf8")).replace("v1.0.0", "v1.1.0"),
  );
  const after = await download("company.test/shop@v1.1.0");
  expect(after.exitCode, after.stdout + after.stderr).toBe(0);
  const built = await sandbox.run(["run", "."], importer);
  expect(built.stderr.trim().split("\n").at(-1)).toBe("42");

  upstream.add(testModule("company.test/mods/lib", "v1.3.0"));
  const atGateway = await download("company.test/mods/lib@latest");
  expect(atGateway.exitCode, atGateway.stdout + atGateway.stderr).toBe(0);
  expect(atGateway.stdout).toContain('"Version": "v1.3.0"');
});
