import { posix } from "node:path";
import { describe, expect, test } from "vitest";
import { readGoEnvironment, userFilePath } from "./goEnvironment.ts";
import type { GoHost } from "./goHost.ts";

/** A machine that consists of what a test says. HOME is /home/u. */
function fakeHost(machine: {
  readonly environment?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** From → to. */
  readonly links?: Readonly<Record<string, string>>;
  /** The go command on PATH. Its distribution is taken to have a pkg/tool wherever `files` has a go.env. */
  readonly go?: string;
  /** What `go env <names>` prints. */
  readonly answers?: Readonly<Record<string, string>>;
}): GoHost {
  const { files = {}, links = {}, answers = {} } = machine;
  const isGoroot = (folder: string): boolean =>
    files[`${folder}/go.env`] !== undefined || files[`${folder}/pkg/tool/x`] !== undefined;
  return {
    platform: "linux",
    environment: { HOME: "/home/u", ...machine.environment },
    readText: async (file) => files[posix.normalize(file)],
    isFolder: async (path) => path.endsWith("/pkg/tool") && isGoroot(path.slice(0, -"/pkg/tool".length)),
    realPath: async (path) => links[path] ?? path,
    findGo: async () => machine.go,
    runGo: async (_, [verb, ...names]) => (verb === "env" ? answers[names.join(" ")] : undefined),
  };
}

const goroot = "/opt/go";
const distribution = {
  [`${goroot}/go.env`]: "# defaults\nGOPROXY=https://proxy.example.com,direct\nGOSUMDB=sum.golang.org\n",
};
const userFile = "/home/u/.config/go/env";
const toolchain = { kind: "toolchainFile", file: `${goroot}/go.env`, line: 2 };

test.each([
  ["the distribution's default", {}, "", "https://proxy.example.com,direct", toolchain],
  ["the user's file", {}, "GOPROXY=direct\n", "direct", { kind: "userFile", file: userFile, line: 1 }],
  [
    "the last line counts",
    {},
    "GOPROXY=a.b\n\nGOPROXY=direct",
    "direct",
    { kind: "userFile", file: userFile, line: 3 },
  ],
  ["the environment", { GOPROXY: "off" }, "GOPROXY=direct\n", "off", { kind: "environment" }],
  [
    "an empty variable is none",
    { GOPROXY: "" },
    "GOPROXY=direct\n",
    "direct",
    { kind: "userFile", file: userFile, line: 1 },
  ],
  ["an empty line hides the default", {}, "GOPROXY=\n", "", { kind: "userFile", file: userFile, line: 1 }],
  ["a comment is none", {}, "#GOPROXY=direct\n", "https://proxy.example.com,direct", toolchain],
  ["GOENV=off", { GOENV: "off" }, "GOPROXY=direct\n", "https://proxy.example.com,direct", toolchain],
])("GOPROXY: %s", async (_, environment, user, value, origin) => {
  const host = fakeHost({ environment, files: { ...distribution, [userFile]: user }, go: `${goroot}/bin/go` });
  const { variable } = await readGoEnvironment(host);
  expect(variable("GOPROXY")).toEqual({ name: "GOPROXY", value, origin });
});

describe("GONOPROXY and GONOSUMDB follow GOPRIVATE where they are empty", () => {
  test.each([
    [{ GOPRIVATE: "a.b" }, "", "a.b", { kind: "derived", from: "GOPRIVATE", origin: { kind: "environment" } }],
    [
      {},
      "GOPRIVATE=a.b\n",
      "a.b",
      { kind: "derived", from: "GOPRIVATE", origin: { kind: "userFile", file: userFile, line: 1 } },
    ],
    [{ GOPRIVATE: "a.b", GONOPROXY: "c.d", GONOSUMDB: "c.d" }, "", "c.d", { kind: "environment" }],
    [{ GOPRIVATE: "a.b", GONOPROXY: "", GONOSUMDB: "" }, "", "a.b", { kind: "derived" }],
    [{}, "", "", { kind: "unset" }],
  ])("%j %j", async (environment, user, value, origin) => {
    const host = fakeHost({ environment, files: { ...distribution, [userFile]: user }, go: `${goroot}/bin/go` });
    const { variable } = await readGoEnvironment(host);
    for (const name of ["GONOPROXY", "GONOSUMDB"] as const) {
      expect(variable(name)).toMatchObject({ name, value, origin });
    }
  });
});

describe("GOROOT", () => {
  const origin = async (host: Parameters<typeof fakeHost>[0]): Promise<object> =>
    (await readGoEnvironment(fakeHost(host))).variable("GOPROXY").origin;

  test("beside the go command", async () => {
    expect(await origin({ files: distribution, go: `${goroot}/bin/go` })).toEqual(toolchain);
  });

  test("behind its symlink", async () => {
    const links = { "/usr/local/bin/go": `${goroot}/bin/go` };
    expect(await origin({ files: distribution, go: "/usr/local/bin/go", links })).toEqual(toolchain);
  });

  test("one folder further up, where it was cross-compiled", async () => {
    expect(await origin({ files: distribution, go: `${goroot}/bin/linux_arm64/go` })).toEqual(toolchain);
  });

  test("as the environment says, with no go command at all", async () => {
    expect(await origin({ files: distribution, environment: { GOROOT: `${goroot}/` } })).toEqual(toolchain);
  });

  test("as the user's file says, which comes before the environment", async () => {
    const files = { ...distribution, [userFile]: `GOROOT=${goroot}\n` };
    expect(await origin({ files, environment: { GOROOT: "/nowhere" } })).toEqual(toolchain);
  });

  test("asked of a version manager's wrapper", async () => {
    const host = { files: distribution, go: "/shims/go", answers: { GOROOT: goroot } };
    expect(await origin(host)).toEqual(toolchain);
  });
});

test("Go 1.20 and older: the defaults are asked of the program", async () => {
  const go = "/old/bin/go";
  const answers = { "GOPROXY GOSUMDB": "https://proxy.example.com,direct\nsum.golang.org" };
  const host = fakeHost({ files: { "/old/pkg/tool/x": "" }, go, answers, environment: { GOSUMDB: "off" } });
  const environment = await readGoEnvironment(host);
  const value = "https://proxy.example.com,direct";
  expect(environment.variable("GOPROXY")).toEqual({ name: "GOPROXY", value, origin: { kind: "toolchain", go } });
  expect(environment.variable("GOSUMDB")).toMatchObject({ value: "off", origin: { kind: "environment" } });
  expect(environment.toolchainProxy).toBe(value);
});

test("no Go: what is set is known, the defaults are not", async () => {
  const environment = await readGoEnvironment(fakeHost({ environment: { GOPRIVATE: "a.b" } }));
  expect(environment.hasGo).toBe(false);
  expect(environment.toolchainProxy).toBeUndefined();
  expect(environment.variable("GOPROXY")).toEqual({ name: "GOPROXY", value: "", origin: { kind: "unset" } });
  expect(environment.variable("GONOSUMDB").value).toBe("a.b");
});

// os.UserConfigDir and cfg.EnvFile.
test.each([
  ["linux", { HOME: "/home/u" }, "/home/u/.config/go/env"],
  ["linux", { HOME: "/home/u", XDG_CONFIG_HOME: "/x" }, "/x/go/env"],
  ["linux", { HOME: "/home/u", XDG_CONFIG_HOME: "x" }, undefined],
  ["linux", {}, undefined],
  ["freebsd", { HOME: "/home/u" }, "/home/u/.config/go/env"],
  ["darwin", { HOME: "/Users/u", XDG_CONFIG_HOME: "/x" }, "/Users/u/Library/Application Support/go/env"],
  ["win32", { AppData: "C:\\Users\\u\\AppData\\Roaming" }, "C:\\Users\\u\\AppData\\Roaming\\go\\env"],
  ["linux", { HOME: "/home/u", GOENV: "/etc/goenv" }, "/etc/goenv"],
  ["linux", { HOME: "/home/u", GOENV: "off" }, undefined],
])("%s %j: the user's file is %s", (platform, environment, path) => {
  expect(userFilePath({ platform, environment })).toBe(path);
});
