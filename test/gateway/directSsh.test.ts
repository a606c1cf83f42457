// Modules that a host gives out over ssh alone, through a real sshd: the real go command gets them from the gateway, and
// reads which of key, host's key and right it was when it does not.
import { chmod, copyFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { freePort } from "../harness/freePort.ts";
import { GitOverSsh } from "../harness/gitOverSsh.ts";
import { GoSandbox } from "../harness/goSandbox.ts";
import { machineGo } from "../harness/goTools.ts";
import { missing, requireAll } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";

const scope = new AsyncDisposableStack();
let host: GitOverSsh;
let fairlead: FairleadServer;

describe("over ssh", () => {
  beforeEach(({ skip }) => requireAll(skip, "openssh-server"));
  beforeAll(async () => {
    if (missing("openssh-server") !== undefined) return;
    const folder = scope.use(await TempDir.create("directssh"));
    host = scope.use(await GitOverSsh.start());
    const repository = await host.repository("team/lib", "git.corp.example/team/lib");
    await repository.git("tag", "v1.0.0");
    await repository.commit({ "more.go": "package lib\n" }, "Second");
    await repository.git("tag", "v1.1.0");
    const open = folder.join("open");
    await copyFile(host.key("client"), open);
    await chmod(open, 0o644);
    const right = { url: host.url, sshKey: host.key("client"), knownHosts: host.knownHosts("right") };
    const rules: Readonly<Record<string, Partial<typeof right>>> = {
      "git.corp.example": right,
      "unknown.example": { ...right, knownHosts: host.knownHosts("empty") },
      "changed.example": { ...right, knownHosts: host.knownHosts("changed") },
      "refused.example": { ...right, sshKey: host.key("stranger") },
      "locked.example": { ...right, sshKey: host.key("locked") },
      "missing.example": { ...right, sshKey: folder.join("nothing") },
      "open.example": { ...right, sshKey: open },
      "public.example": { ...right, sshKey: host.knownHosts("right") },
      "nobody.example": { ...right, url: `ssh://git@127.0.0.1:${await freePort()}` },
      "nowhere.example": { ...right, url: "ssh://git@git.invalid" },
    };
    const rows = Object.entries(rules).map(
      ([prefix, rule]) => `    - ${JSON.stringify({ prefix, depth: 2, ...rule })}`,
    );
    fairlead = scope.use(
      await FairleadServer.start({
        upstream: "direct",
        settings: `fresh: { for: 0s, staleFor: 0s, negativeFor: 0s }\nretries: 0\ndirect:\n  rules:\n${rows.join("\n")}`,
        // No agent's keys.
        env: { SSH_AUTH_SOCK: "" },
      }),
    );
  });
  afterAll(() => scope.disposeAsync());

  test("the go command gets list, versions and branches", async ({ skip }) => {
    const go = machineGo();
    if (go === undefined) return skip("no go command");
    const env = { GOSUMDB: "off" };
    await using sandbox = await GoSandbox.create({ go, proxy: fairlead.url, env });
    const cwd = await sandbox.emptyModule();
    const listed = await sandbox.run(["list", "-m", "-versions", "git.corp.example/team/lib"], cwd);
    expect(listed.stdout.trim()).toBe("git.corp.example/team/lib v1.0.0 v1.1.0");
    for (const version of ["v1.0.0", "main"]) {
      const run = await sandbox.run(["mod", "download", "-json", `git.corp.example/team/lib@${version}`], cwd);
      expect(run.exitCode, run.stdout + run.stderr).toBe(0);
      const { Dir } = JSON.parse(run.stdout);
      expect(await readdir(Dir)).toContain("lib.go");
    }
  });

  test("neither key nor its path is in a mirror", async () => {
    const key = (await readFile(host.key("client"), "utf8")).split("\n")[1] ?? "";
    expect(key.length).toBeGreaterThan(40);
    expect((await fairlead.get("/git.corp.example/team/lib/@v/list")).status).toBe(200);
    for (const entry of await readdir(join(fairlead.data, "git"), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = await readFile(join(entry.parentPath, entry.name), "latin1");
      expect(text.includes(key) || text.includes(host.key("client")), entry.name).toBe(false);
    }
    expect(fairlead.log).not.toContain(key);
  });

  test.for<[prefix: string, text: RegExp]>([
    [
      "unknown.example/team/lib",
      /the host's key is not known: put it into \S+known_hosts\.empty \(ssh-keyscan shows it; compare/,
    ],
    [
      "changed.example/team/lib",
      /the host's key is not the one in \S+known_hosts\.changed: it was changed, or somebody/,
    ],
    ["refused.example/team/lib", /the host refused the key \(the key \S+stranger\)/],
    [
      "locked.example/team/lib",
      /the host refused the key \(the key \S+locked\).*a key with a passphrase can't be used/,
    ],
    ["missing.example/team/lib", /the SSH key \S+nothing can't be read: it is not there/],
    ["open.example/team/lib", /the SSH key \S+open can be read by others, so ssh does not use it: chmod 600/],
    ["public.example/team/lib", /the SSH key \S+known_hosts (?:can't be read|can be read by others)/],
    ["nobody.example/team/lib", /connection refused: nothing listens at 127\.0\.0\.1:\d+/],
    ["nowhere.example/team/lib", /the host name git\.invalid does not resolve/],
    ["git.corp.example/team/absent", /there is no such repository, or it is hidden/],
  ])("%s: the client reads why", async ([module, text]) => {
    const answer = await fairlead.get(`/${module}/@v/list`);
    expect(answer.body.toString()).toMatch(text);
    // Nothing but an absence may send the client on to the next source.
    expect(answer.status).toBe(module.endsWith("/absent") ? 404 : 502);
  });
});
