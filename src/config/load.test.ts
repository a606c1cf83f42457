import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { ConfigError } from "./configError.ts";
import { jsonSchema } from "./jsonSchema.ts";
import { type LoadedSettings, loadSettings } from "./load.ts";
import { listSettings } from "./setting.ts";
import { settingsSchema } from "./settings.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "fairlead-config-"));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const home = { HOME: "/home/someone" };

function load(
  yaml: string | undefined,
  env: NodeJS.ProcessEnv = {},
  flags: Record<string, unknown> = {},
): LoadedSettings {
  if (yaml !== undefined) writeFileSync(join(dir, "fairlead.yaml"), yaml);
  return loadSettings({ env: { ...home, ...env }, flags, cwd: dir });
}

function failure(
  yaml: string | undefined,
  env: NodeJS.ProcessEnv = {},
  flags: Record<string, unknown> = {},
): ConfigError {
  try {
    load(yaml, env, flags);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("the configuration was taken");
}

test("the defaults", () => {
  const { settings, sources, file, warnings } = load(undefined);
  expect(settings).toEqual({
    mirrors: { go: [], npm: [], pip: [] },
    service: { name: undefined, main: undefined, image: undefined, port: undefined },
    build: {
      dockerfile: "Dockerfile",
      context: ".",
      target: undefined,
      args: {},
      secrets: {},
      tags: ["commit", "tag"],
    },
    image: {
      size: undefined,
      waste: 0.1,
      allowRoot: true,
      forbidden: expect.arrayContaining(["**/.env", "**/.ssh/id_*"]),
      needs: ["certificates", "time-zones", "user-entry", "temporary-files", "volumes", "host-names"],
    },
    doctor: { failOn: "warning", baseline: undefined, rules: {}, ignore: [] },
    registry: { username: undefined, password: undefined, insecure: false },
    environments: {},
    pipeline: { jobs: {}, parallel: undefined },
    approval: { key: undefined, url: undefined, within: 86_400_000 },
    notify: [],
    gateway: {
      listen: { host: "127.0.0.1", port: 7300 },
      data: "/home/someone/.local/share/fairlead",
      upstream: undefined,
      sumdb: undefined,
      verify: { database: undefined, except: undefined, isolateFor: 3_600_000 },
      routes: [],
      direct: { rules: [], timeout: 300_000, repositoryLimit: 4 * 1024 ** 3 },
      offline: false,
      insecureOpen: false,
      workers: availableParallelism(),
      memory: 256 * 1024 ** 2,
      holdZipsUpTo: 16 * 1024 ** 2,
      timeouts: { connect: 5000, firstByte: 20_000, stall: 20_000, stop: 10_000 },
      retries: 2,
      fresh: { for: 60_000, staleFor: 3_600_000, negativeFor: 30_000 },
      limits: { fills: 32, connections: 4096, zip: 500 * 1024 ** 2 },
      deny: [],
      upkeep: { scrubEvery: 7 * 24 * 3_600_000, keep: undefined, maxSize: undefined },
      vanity: [],
      log: { level: "info", format: "auto", access: true, trace: false },
    },
  });
  expect([...sources.values()].filter(({ place }) => place !== undefined)).toEqual([]);
  expect(file).toBeUndefined();
  expect(warnings).toEqual([]);
});

describe("which value counts", () => {
  const yaml = "gateway:\n  upstream: https://file.example\n";
  const env = { FAIRLEAD_UPSTREAM: "https://env.example" };

  test.each([
    ["file over default", yaml, {}, {}, "https://file.example", "file"],
    ["environment over file", yaml, env, {}, "https://env.example", "environment"],
    ["flag over environment", yaml, env, { upstream: "https://flag.example" }, "https://flag.example", "flag"],
    ["an absent flag doesn't count", yaml, env, { upstream: undefined }, "https://env.example", "environment"],
    ["an empty variable doesn't count", yaml, { FAIRLEAD_UPSTREAM: "" }, {}, "https://file.example", "file"],
  ])("%s", (_, yaml, env, flags, upstream, kind) => {
    const { settings, sources } = load(yaml, env, flags);
    expect(settings.gateway.upstream).toBe(upstream);
    expect(sources.get("gateway.upstream")?.place?.kind).toBe(kind);
  });

  test("the long name of a variable over the short one, with a warning", () => {
    const { settings, warnings } = load(undefined, { FAIRLEAD_WORKERS: "2", FAIRLEAD_GATEWAY_WORKERS: "3" });
    expect(settings.gateway.workers).toBe(3);
    expect(warnings).toEqual([expect.stringContaining("FAIRLEAD_GATEWAY_WORKERS counts")]);
  });

  test("the place in the file is that of the value", () => {
    expect(load(yaml).sources.get("gateway.upstream")).toEqual({
      place: { kind: "file", file: "fairlead.yaml", line: 2, column: 13 },
      shown: "https://file.example",
    });
  });
});

// The values that differ from every default; a text is what a variable would hold.
const other: Record<string, [text: string, resolved: unknown]> = {
  "gateway.listen": ["[::1]:1", { host: "::1", port: 1 }],
  "gateway.data": ["/d", "/d"],
  "gateway.upstream": ["https://a.example|direct", "https://a.example|direct"],
  "gateway.sumdb": [
    "sum.example,b.example=https://c.example/",
    { "sum.example": "https://sum.example", "b.example": "https://c.example" },
  ],
  "gateway.verify.database": ["off", "off"],
  "gateway.verify.isolateFor": ["0s", 0],
  "gateway.verify.except": ["git.example,*.corp.example", "git.example,*.corp.example"],
  "gateway.direct.timeout": ["2m", 120_000],
  "gateway.direct.repositoryLimit": ["1GiB", 1024 ** 3],
  "gateway.offline": ["yes", true],
  "gateway.insecureOpen": ["1", true],
  "gateway.workers": ["7", 7],
  "gateway.memory": ["1MB", 1e6],
  "gateway.holdZipsUpTo": ["0B", 0],
  "gateway.timeouts.connect": ["1s", 1000],
  "gateway.timeouts.firstByte": ["2s", 2000],
  "gateway.timeouts.stall": ["3s", 3000],
  "gateway.timeouts.stop": ["4s", 4000],
  "gateway.retries": ["0", 0],
  "gateway.fresh.for": ["0s", 0],
  "gateway.fresh.staleFor": ["1d", 86_400_000],
  "gateway.fresh.negativeFor": ["1ms", 1],
  "gateway.limits.fills": ["1", 1],
  "gateway.limits.connections": ["9", 9],
  "gateway.limits.zip": ["1GiB", 1024 ** 3],
  "gateway.upkeep.scrubEvery": ["0s", 0],
  "gateway.upkeep.keep": ["30d", 30 * 86_400_000],
  "gateway.upkeep.maxSize": ["50GB", 50e9],
  "gateway.log.level": ["silent", "silent"],
  "gateway.log.format": ["json", "json"],
  "gateway.log.access": ["off", false],
  "gateway.log.trace": ["on", true],
  "mirrors.go": ["https://a.example,https://b.example", ["https://a.example", "https://b.example"]],
  "mirrors.npm": ["https://c.example/npm/", ["https://c.example/npm/"]],
  "mirrors.pip": ["https://d.example/simple", ["https://d.example/simple"]],
  "service.name": ["shop", "shop"],
  "service.main": ["./cmd/shop", "./cmd/shop"],
  "service.image": ["registry.example:5000/team/shop", "registry.example:5000/team/shop"],
  "service.port": ["8080", 8080],
  "build.dockerfile": ["docker/Dockerfile", "docker/Dockerfile"],
  "build.context": ["src", "src"],
  "build.target": ["final", "final"],
  "build.tags": ["branch, commit", ["branch", "commit"]],
  "image.size": ["80MB", 80e6],
  "image.waste": ["2.5%", 0.025],
  "image.allowRoot": ["off", false],
  "image.forbidden": ["/etc/shadow,**/*.pem", ["/etc/shadow", "**/*.pem"]],
  "image.needs": ["volumes, certificates", ["volumes", "certificates"]],
  "doctor.failOn": ["error", "error"],
  "doctor.baseline": [".fairlead-baseline", ".fairlead-baseline"],
  "registry.username": ["ci", "ci"],
  "registry.password": ["a b$c", "a b$c"],
  "registry.insecure": ["true", true],
  "pipeline.parallel": ["3", 3],
  "approval.key": ["sixteen characters and more", "sixteen characters and more"],
  "approval.url": ["https://fairlead.example", "https://fairlead.example"],
  "approval.within": ["1h", 3_600_000],
};

describe.each(listSettings(settingsSchema))("$path", (setting) => {
  const path = setting.path.join(".");
  const [text, resolved] = other[path] ?? ["", undefined];

  test.each(setting.variables)("can be set by %s", (name) => {
    const { settings, sources, warnings } = load(undefined, { [name]: text });
    expect(settings).toHaveProperty(path, resolved);
    expect(sources.get(path)?.place).toEqual({ kind: "environment", name });
    expect(warnings).toEqual([]);
  });

  test("can be set in the file, as a text, by a variable in it, and by a secret file", () => {
    const nested = (value: string): string =>
      setting.path.map((key, depth) => `${"  ".repeat(depth)}${key}:`).join("\n") + ` ${value}`;
    writeFileSync(join(dir, "secret"), `${text}\n`);
    expect(load(nested(JSON.stringify(text))).settings).toHaveProperty(path, resolved);
    expect(load(nested("${VALUE}"), { VALUE: text }).settings).toHaveProperty(path, resolved);
    const fromFile = load(nested("{ file: secret }"));
    expect(fromFile.settings).toHaveProperty(path, resolved);
    expect(fromFile.sources.get(path)?.shown).toBe("***");
  });

  test("refuses what it can't mean, and says where", () => {
    const name = setting.variables[0] ?? "";
    // Anything is a text or a path, but for a NUL byte.
    const bad = ["text", "path"].includes(setting.type.name) ? "a\0b" : "bad value,";
    const error = failure(undefined, { [name]: bad });
    expect(error.problems).toEqual([
      expect.objectContaining({ code: "invalid-value", place: { kind: "environment", name } }),
    ]);
  });

  test("is described", () => {
    expect(setting.description).toMatch(/^[A-Z`].*\.$/);
    expect(setting.default ?? setting.defaultText).toBeDefined();
  });
});

test("no two settings share a variable", () => {
  const names = listSettings(settingsSchema).flatMap(({ variables }) => variables);
  expect(new Set(names).size).toBe(names.length);
});

test("shapes that only a file has", () => {
  const { settings } = load(
    "gateway:\n  upstream: [https://a.example, direct]\n  sumdb: { a.example: http://b.example, c.example: https://c.example }\n  retries: 5\n  offline: true\n",
  );
  expect(settings.gateway).toMatchObject({
    upstream: "https://a.example,direct",
    sumdb: { "a.example": "http://b.example", "c.example": "https://c.example" },
    retries: 5,
    offline: true,
  });
});

test.each(["", "# nothing\n", "gateway:\n", "gateway:\n  upstream:\n  timeouts:\n", "\uFEFFgateway: {}\n"])(
  "an empty place counts as left out: %j",
  (yaml) => {
    expect(load(yaml).settings).toEqual(load(undefined).settings);
  },
);

describe("paths", () => {
  test.each([
    ["gateway: { data: here }", {}, {}, "<conf>/here"],
    ["gateway: { data: ~/here }", {}, {}, "/home/someone/here"],
    ["gateway: {}", { FAIRLEAD_DATA: "here" }, {}, "<cwd>/here"],
    ["gateway: {}", {}, { data: "../here" }, "<up>/here"],
    ["gateway: {}", { XDG_DATA_HOME: "/xdg" }, {}, "/xdg/fairlead"],
    ["gateway: {}", { XDG_DATA_HOME: "relative" }, {}, "/home/someone/.local/share/fairlead"],
  ])("%s %j %j", (yaml, env, flags, wanted) => {
    const conf = mkdtempSync(join(dir, "conf-"));
    writeFileSync(join(conf, "f.yaml"), yaml);
    const loaded = loadSettings({ file: join(conf, "f.yaml"), env: { ...home, ...env }, flags, cwd: dir });
    const resolved = wanted.replace("<conf>", conf).replace("<cwd>", dir).replace("<up>", join(dir, ".."));
    expect(loaded.settings.gateway.data).toBe(resolved);
  });

  test("FAIRLEAD_CONFIG names the file, --config before it", () => {
    writeFileSync(join(dir, "a.yaml"), "gateway: { retries: 3 }");
    writeFileSync(join(dir, "b.yaml"), "gateway: { retries: 4 }");
    const env = { ...home, FAIRLEAD_CONFIG: "a.yaml" };
    expect(loadSettings({ env, flags: {}, cwd: dir }).settings.gateway.retries).toBe(3);
    expect(loadSettings({ file: "b.yaml", env, flags: {}, cwd: dir }).settings.gateway.retries).toBe(4);
  });

  test("fairlead.yml is not read, and that is said", () => {
    writeFileSync(join(dir, "fairlead.yml"), "gateway: { retries: 3 }");
    expect(load(undefined).warnings).toEqual(["fairlead.yml is not read: call it fairlead.yaml"]);
  });
});

test("all mistakes at once, by line, then the environment, then flags", () => {
  const yaml = `gateway:
  lisen: :80
  listen: 80
  connect: 5s
  timeouts: 5
  fresh:
    for: 60
    staleFor: \${NOPE}
    negativeFor: "\${NOPE:-1x}"
  upstream: { file: nope }
  memory: *x
  log: { level: loud }
  workers: \${A
  retries: 99
gatway: {}
`;
  const error = failure(yaml, { FAIRLEAD_GATEWAY_LIMITS_ZIP: "5" }, { workers: "300" });
  expect(error.code).toBe("invalid");
  expect(error.problems.map(({ place, code }) => [place.kind === "file" ? place.line : place.name, code])).toEqual([
    [2, "unknown-setting"],
    [3, "invalid-value"],
    [4, "unknown-setting"],
    [5, "invalid-value"],
    [7, "invalid-value"],
    [8, "missing-variable"],
    [9, "invalid-value"],
    [10, "unreadable-secret"],
    [11, "alias"],
    [12, "invalid-value"],
    [13, "syntax"],
    [14, "invalid-value"],
    [15, "unknown-setting"],
    ["FAIRLEAD_GATEWAY_LIMITS_ZIP", "invalid-value"],
    ["workers", "invalid-value"],
  ]);
  expect(error.message).toContain(`fairlead.yaml:2:3: unknown setting gateway.lisen; did you mean listen?
  2 |   lisen: :80
    |   ^^^^^`);
  expect(error.message).toContain("unknown setting gateway.connect; did you mean gateway.timeouts.connect?");
  expect(error.message).toContain("gateway.fresh.for: 60 has no unit; write 60s for seconds");
  expect(error.message).toContain("15:1: unknown setting gatway; did you mean gateway?");
  expect(error.message).toContain("--workers: 300 is more than the 256");
});

test.each([
  ["cycle", "gateway: &a\n  log: *a\n", "alias"],
  ["alias", "gateway:\n  retries: &a 2\n  workers: *a\n", "alias"],
  ["doubled key", "gateway:\n  retries: 1\n  retries: 2\n", "syntax"],
  ["two documents", "gateway: {}\n---\ngateway: {}\n", "syntax"],
  ["unknown tag", "gateway: !!python/object x\n", "syntax"],
  ["list at the top", "- gateway\n", "invalid-value"],
  ["prototype", "__proto__: { polluted: true }\n", "unknown-setting"],
  ["prototype inside", "gateway: { __proto__: { retries: 1 } }\n", "unknown-setting"],
  ["deep", "[".repeat(50_000), "syntax"],
])("%s is refused with its line", (_, yaml, code) => {
  const { problems } = failure(yaml);
  expect(problems[0]).toMatchObject({ code, place: { kind: "file", file: "fairlead.yaml" } });
  expect({}).not.toHaveProperty("polluted");
});

test("files that can't be read", () => {
  expect(() => loadSettings({ file: "nope.yaml", env: home, flags: {}, cwd: dir })).toThrow("there is no such file");
  expect(() => loadSettings({ file: ".", env: home, flags: {}, cwd: dir })).toThrow("it is a folder");
  expect(() => load(`# ${"x".repeat(1024 * 1024)}`)).toThrow("a configuration file may have 1048576");
  writeFileSync(join(dir, "fairlead.yaml"), Buffer.from([0x67, 0xff]));
  expect(() => load(undefined)).toThrow("it is not UTF-8 text");
});

test("no secret gets into messages, frames, values or sources", () => {
  writeFileSync(join(dir, "secret"), "hunter2\n");
  const texts = [
    failure("gateway:\n  memory: { file: secret }\n").message,
    failure("gateway:\n  memory: ${MY_TOKEN}\n", { MY_TOKEN: "hunter2" }).message,
    failure("gateway:\n  token: hunter2\n").message,
    failure("gateway:\n  upstream: ftp://u:hunter2@x.example\n").message,
    failure("gateway: { upstream: 'ftp://u:hunter2@x.example' }\n").message,
    failure(undefined, { FAIRLEAD_UPSTREAM: "ftp://u:hunter2@x.example" }).message,
    failure(undefined, {}, { upstream: "u:hunter2@x.example:port" }).message,
    JSON.stringify([...load("gateway:\n  upstream: https://u:hunter2@x.example\n").sources]),
    JSON.stringify([...load("gateway:\n  data: { file: secret }\n").sources]),
  ];
  for (const text of texts) expect(text).not.toContain("hunter2");
});

test("unknown FAIRLEAD_ variables are warned of, with what was meant", () => {
  const env = {
    FAIRLEAD_LISTN: "",
    FAIRLEAD_RETRIES: "",
    FAIRLEAD_FROBNICATE: "1",
    FAIRLEAD_REQUIRE: "all",
    FAIRLEAD_LONG: "1",
  };
  expect(load(undefined, env).warnings).toEqual([
    "FAIRLEAD_FROBNICATE is no setting and has no effect",
    "FAIRLEAD_LISTN is no setting and has no effect; did you mean FAIRLEAD_LISTEN?",
    "FAIRLEAD_RETRIES is no setting and has no effect; did you mean FAIRLEAD_GATEWAY_RETRIES?",
  ]);
});

test("the JSON Schema takes every default and every form, and refuses unknown keys", () => {
  const check = z.fromJSONSchema(JSON.parse(JSON.stringify(jsonSchema(settingsSchema))));
  const tree = (path: readonly string[], value: unknown): unknown =>
    path.reduceRight((inner, key) => ({ [key]: inner }), value);
  for (const { path, default: byDefault } of listSettings(settingsSchema)) {
    for (const value of [byDefault, "${NAME}", "${NAME:-x}", { file: "x" }]) {
      if (value !== undefined)
        expect(check.safeParse(tree(path, value)).success, `${path.join(".")}: ${JSON.stringify(value)}`).toBe(true);
    }
    expect(check.safeParse(tree([...path.slice(0, -1), "nope"], 1)).success).toBe(false);
  }
  expect(check.safeParse({ gateway: { retries: "two" } }).success).toBe(false);
});

describe("what the file gives names to", () => {
  const yaml = `environments:
  staging:
    hosts: [deploy@web1.example:2222, { address: web2, engine: podman }, "[2001:db8::1]:22"]
    settings: { LOG_LEVEL: debug, DB_PASSWORD: "\${STAGING_PASSWORD}" }
    verification: { maxErrorRate: 2.5% }
  production:
    settings: { DB_PASSWORD: "\${PRODUCTION_PASSWORD}" }
pipeline:
  jobs:
    unit: { run: 'test -n "\${HOME}"', services: { db: { command: [postgres, -D, "\${PGDATA}"] } } }
notify:
  - url: \${STAGING_HOOK}
  - url: \${PRODUCTION_HOOK}
`;
  const staging = { STAGING_PASSWORD: "hunter2", STAGING_HOOK: "https://hooks.example/s3cr3t", PGDATA: "/pg" };
  const all = { ...staging, PRODUCTION_PASSWORD: "correct", PRODUCTION_HOOK: "https://hooks.example/p" };

  test("is read with its defaults, a host in short, and a shell's variables left to the shell", () => {
    const { environments, pipeline } = load(yaml, all).settings;
    expect(environments["staging"]).toMatchObject({
      hosts: [
        { address: "web1.example", user: "deploy", port: 2222, engine: "docker" },
        { address: "web2", engine: "podman" },
        { address: "2001:db8::1", port: 22, engine: "docker" },
      ],
      strategy: "switch",
      settings: { LOG_LEVEL: "debug", DB_PASSWORD: "hunter2" },
      verification: { maxErrorRate: 0.025, failureLimit: 2, delay: 30_000 },
    });
    expect(pipeline.jobs["unit"]).toMatchObject({
      run: ['test -n "${HOME}"'],
      services: { db: { command: ["postgres", "-D", "/pg"] } },
    });
  });

  test("is listed with its place, secrets masked", () => {
    const { sources } = load(yaml, all);
    expect(sources.get("environments.staging.settings.LOG_LEVEL")).toEqual({
      place: { kind: "file", file: "fairlead.yaml", line: 4, column: 28 },
      shown: "debug",
    });
    expect(sources.get("environments.staging.settings.DB_PASSWORD")?.shown).toBe("***");
    expect(sources.get("notify.0.url")?.shown).toBe("***");
  });

  test("asks for a variable only where the value is needed", () => {
    const needs = ["environments.staging"];
    const write = (env: NodeJS.ProcessEnv): LoadedSettings => {
      writeFileSync(join(dir, "fairlead.yaml"), yaml);
      return loadSettings({ env: { ...home, ...env }, flags: {}, cwd: dir, needs });
    };
    const { settings } = write(staging);
    expect(Object.keys(settings.environments)).toEqual(["staging"]);
    expect(settings.notify).toEqual([expect.objectContaining({ url: staging.STAGING_HOOK })]);
    expect(() => write({ ...staging, STAGING_PASSWORD: undefined })).toThrow("STAGING_PASSWORD is not set");
    expect(failure(yaml, staging).problems.map(({ code }) => code)).toEqual(["missing-variable", "missing-variable"]);
  });

  test.each([
    ["environments: { Prod: {} }", "environments.Prod: an environment's name is made of lower-case"],
    ["environments: { p: { hosts: [{ user: x }] } }", "environments.p.hosts.0.address: this must be set"],
    ["environments: { p: { hosts: ['-oProxyCommand=x'] } }", "is not a host's name or address"],
    ["environments: { p: { hosts: ['a b'] } }", "is no host; write it as user@host:port"],
    ["environments: { p: { helth: {} } }", "unknown setting environments.p.helth; did you mean health?"],
    ["environments: { p: { health: { tcp: true, http: /x } } }", "health takes one of http, tcp and command"],
    ["environments: { p: { verification: { source: datadog } } }", '"datadog" is not one of haproxy, prometheus'],
    ["environments: { p: { verification: { source: prometheus } } }", "takes url, requests and errors"],
    ["environments: { p: { verification: { maxErrorRate: 5 } } }", "5 is no percentage; write it as 5%"],
    ["environments: []", "environments"],
    ["build: { secrets: { netrc: {} } }", "a secret takes env or file, one of the two"],
    ["build: { args: { 1A: x } }", "no digit comes first"],
    ["pipeline: { jobs: { unit: { services: { db: {} } } } }", "a service takes image or command"],
    ["pipeline: { jobs: { unit: { needs: [[a]] } } }", "a list is not a text"],
    ["doctor: { rules: { rootUser: off } }", "a rule is called as docker/root-user is"],
    ["doctor: { rules: { docker/root-user: loud } }", "is not one of error, warning, advice, off"],
    ["doctor: { ignore: [{ rule: docker/root-user }] }", "doctor.ignore.0.reason: this must be set"],
    ["notify: [{}]", "notify.0.url: this must be set"],
    ["service: { image: -v }", "is not an image's repository without tag"],
    ["registry: shop", "registry"],
  ])("%s is refused", (yaml, message) => {
    const error = failure(yaml);
    expect(error.message).toContain(message);
    expect(error.problems[0]?.place).toMatchObject({ kind: "file", line: 1 });
  });
});
