// fairlead config as people and scripts run it: a process started by bin/fairlead, its streams and its exit status.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../", import.meta.url));
let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "fairlead-config-"));
});
afterAll(() => {
  rmSync(dir, { recursive: true });
});

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function fairlead(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd = dir): Run {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("FAIRLEAD_"));
  const environment = { ...Object.fromEntries(kept), HOME: dir, NO_COLOR: "1", ...env };
  return spawnSync(join(root, "bin/fairlead"), args, { cwd, env: environment, encoding: "utf8", timeout: 60_000 });
}

test("check: no file is fine", () => {
  const { status, stdout, stderr } = fairlead(["config", "check"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("no mistakes");
});

test("check: all mistakes on standard error, status 2", () => {
  writeFileSync(join(dir, "bad.yaml"), "gateway:\n  lisen: :80\n  retries: many\n");
  const { status, stdout, stderr } = fairlead(["config", "check", "--config", "bad.yaml"], { FAIRLEAD_WORKERS: "0" });
  expect(status).toBe(2);
  expect(stdout).toBe("");
  expect(stderr).toBe(`fairlead config: the configuration has 3 mistakes:

bad.yaml:2:3: unknown setting gateway.lisen; did you mean listen?
  2 |   lisen: :80
    |   ^^^^^
bad.yaml:3:12: gateway.retries: "many" is not a whole number
  3 |   retries: many
    |            ^^^^
FAIRLEAD_WORKERS: 0 is less than the 1 it must be at least
`);
});

test("check --json: the same for a script, and still status 2", () => {
  writeFileSync(join(dir, "bad.yaml"), "gateway:\n  lisen: :80\n");
  const { status, stdout } = fairlead(["config", "check", "--json", "--config", "bad.yaml"]);
  expect(status).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    ok: false,
    problems: [{ code: "unknown-setting", place: { kind: "file", file: "bad.yaml", line: 2, column: 3 } }],
  });
});

test("check: a file that isn't there is a usage error", () => {
  const { status, stderr } = fairlead(["config", "check", "--config", "nope.yaml"]);
  expect(status).toBe(2);
  expect(stderr).toContain("nope.yaml can't be read: there is no such file");
});

test("check: warnings go to standard error and don't fail", () => {
  const { status, stdout, stderr } = fairlead(["config", "check"], { FAIRLEAD_LISTN: "x", FAIRLEAD_LISTEN: ":7300" });
  expect(status).toBe(0);
  expect(stdout).not.toContain("warning");
  expect(stderr).toContain("warning: FAIRLEAD_LISTN is no setting and has no effect; did you mean FAIRLEAD_LISTEN?");
  expect(stderr).toContain("warning: :7300 can be reached from other machines");
});

test("print: value and origin of each setting, secrets masked", () => {
  writeFileSync(join(dir, "good.yaml"), "gateway:\n  upstream: https://u:hunter2@proxy.example.com\n  retries: 1\n");
  const env = { FAIRLEAD_CONFIG: "good.yaml", FAIRLEAD_GATEWAY_RETRIES: "4" };
  const { status, stdout, stderr } = fairlead(["config", "print"], env);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^gateway\.upstream +https:\/\/\*\*\*@proxy\.example\.com +good\.yaml:2:13$/m);
  expect(stdout).toMatch(/^gateway\.retries +4 +FAIRLEAD_GATEWAY_RETRIES$/m);
  expect(stdout).toMatch(/^gateway\.timeouts\.connect +5s +default$/m);
  expect(stdout).not.toContain("hunter2");

  const json: unknown = JSON.parse(fairlead(["config", "print", "--json"], env).stdout);
  expect(json).toMatchObject({
    schemaVersion: 1,
    file: join(dir, "good.yaml"),
    settings: {
      "gateway.upstream": { value: "https://***@proxy.example.com", source: { kind: "file", line: 2 } },
      "gateway.retries": { value: 4, source: { kind: "environment", name: "FAIRLEAD_GATEWAY_RETRIES" } },
      "gateway.timeouts.connect": { value: "5s", source: { kind: "default" } },
      "gateway.sumdb": { value: null },
    },
  });
});

test("the example is sound, and so is every value in it", () => {
  const { status, stdout } = fairlead(["config", "check", "--config", join(root, "examples/fairlead.yaml")]);
  expect(status).toBe(0);
  expect(stdout).toContain("no mistakes");
  expect(parse(readFileSync(join(root, "examples/fairlead.yaml"), "utf8"))).toHaveProperty("gateway.upstream");
});

test("usage: help is status 0, an unknown option 2", () => {
  const help = fairlead(["config", "check", "--help"]);
  expect(help.status).toBe(0);
  expect(help.stdout).toContain("Examples:");
  expect(fairlead(["config", "check", "--nope"]).status).toBe(2);
  expect(fairlead(["config", "check", "--format", "xml"]).status).toBe(2);
});
