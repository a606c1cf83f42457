import { describe, expect, test } from "vitest";
import { parseModulePath } from "../gomod/module.ts";
import { resolveGoEnvironment } from "./goEnvironment.ts";
import type { GoSettings } from "./goSettings.ts";
import { type ModuleRoute, moduleRoute } from "./moduleRoute.ts";
import { type RouteWarningCode, routeWarnings } from "./routeWarnings.ts";

const text = "GOPROXY=https://proxy.example.com,direct\nGOSUMDB=sum.golang.org\n";

function settings(environment: Readonly<Record<string, string>>): GoSettings {
  const gorootFile = { file: "/opt/go/go.env", text };
  return resolveGoEnvironment({ environment, userFile: undefined, gorootFile, builtIn: undefined, hasGo: true })
    .variable;
}

function route(path: string, environment: Readonly<Record<string, string>>): ModuleRoute {
  return moduleRoute(parseModulePath(path), "v1.0.0", settings(environment));
}

const lib = "git.corp.example/team/lib";

describe("download", () => {
  test.each([
    [{}, "https://proxy.example.com direct", undefined],
    [{ GOPROXY: "off" }, "off", undefined],
    [{ GOPRIVATE: "*.corp.example" }, "direct", "GOPRIVATE *.corp.example"],
    [{ GOPRIVATE: "x.y,git.corp.example/team" }, "direct", "GOPRIVATE git.corp.example/team"],
    [{ GONOPROXY: "git.corp.example" }, "direct", "GONOPROXY git.corp.example"],
    [{ GOPRIVATE: "*.corp.example", GONOPROXY: "none" }, "https://proxy.example.com direct", undefined],
    [{ GOPRIVATE: "corp.example" }, "https://proxy.example.com direct", undefined],
    [{ GOPRIVATE: "git.corp.example/other" }, "https://proxy.example.com direct", undefined],
    // "off" does not hold for what skips the proxies.
    [{ GOPRIVATE: "*.corp.example", GOPROXY: "off" }, "direct", "GOPRIVATE *.corp.example"],
    [{ GOPRIVATE: "*.corp.example", GOPROXY: "https://a.example" }, "direct", "GOPRIVATE *.corp.example"],
  ])("%j: %s", (environment, hops, match) => {
    const { download } = route(lib, environment);
    expect(download.hops.map(({ url }) => url).join(" ")).toBe(hops);
    const { skipsProxies } = download;
    expect(skipsProxies === undefined ? undefined : `${skipsProxies.variable} ${skipsProxies.pattern}`).toBe(match);
    expect(download.fault).toBeUndefined();
  });

  test.each([
    [{ GO111MODULE: "off" }, "modules disabled by GO111MODULE=off"],
    [{ GO111MODULE: "yes" }, "unknown environment setting GO111MODULE=yes"],
    [{ GOPROXY: "," }, "contains no entries"],
    [{ GOPROXY: ",", GOPRIVATE: "*.corp.example" }, "contains no entries"],
  ])("%j fails at once: %s", (environment, fault) => {
    expect(route(lib, environment).download.fault).toContain(fault);
  });

  test("without Go nobody knows the default", () => {
    const sources = { environment: {}, userFile: undefined, gorootFile: undefined, builtIn: undefined, hasGo: false };
    const { download, checksum } = moduleRoute(parseModulePath(lib), undefined, resolveGoEnvironment(sources).variable);
    expect(download.fault).toContain("no go command was found");
    expect(checksum).toMatchObject({ kind: "fault" });
  });
});

describe("direct", () => {
  test.each([
    [{}, "git hg", false],
    [{ GOPRIVATE: "*.corp.example" }, "git hg svn bzr fossil", false],
    [{ GOVCS: "git.corp.example:git,*:off" }, "git", false],
    [{ GOVCS: "public:off" }, "", false],
    [{ GOPRIVATE: "*.corp.example", GOVCS: "private:hg" }, "hg", false],
    [{ GOINSECURE: "*.corp.example" }, "git hg", true],
  ])("%j may start %s", (environment, allowed, insecure) => {
    const { direct } = route(lib, environment).download;
    expect(direct?.allowed.join(" ")).toBe(allowed);
    expect(direct?.insecure !== undefined).toBe(insecure);
  });

  test("a GOVCS that can't be read", () => {
    expect(route(lib, { GOVCS: "git" }).download.direct?.fault).toContain("malformed entry in GOVCS");
  });

  test("is left out where nothing is fetched directly", () => {
    expect(route(lib, { GOPROXY: "https://a.example" }).download.direct).toBeUndefined();
  });
});

describe("checksum", () => {
  test.each([
    [lib, {}, { kind: "database", name: "sum.golang.org", isForced: false }],
    [
      lib,
      { GOPRIVATE: "*.corp.example" },
      { kind: "skipped", because: { variable: "GOPRIVATE", pattern: "*.corp.example" } },
    ],
    [
      lib,
      { GONOSUMDB: "x.y,git.corp.example" },
      { kind: "skipped", because: { variable: "GONOSUMDB", pattern: "git.corp.example" } },
    ],
    [lib, { GOPRIVATE: "*.corp.example", GONOSUMDB: "none" }, { kind: "database" }],
    [lib, { GOSUMDB: "off" }, { kind: "skipped", because: "off" }],
    [
      lib,
      { GOSUMDB: "sum.golang.org https://sums.example" },
      { kind: "database", url: "https://sums.example", hops: [] },
    ],
    [lib, { GOSUMDB: "sums.example" }, { kind: "fault", message: "invalid GOSUMDB: malformed verifier id" }],
    [lib, { GOSUMDB: "a b c" }, { kind: "fault", message: "invalid GOSUMDB: too many fields" }],
    ["golang.org/toolchain", { GONOSUMDB: "golang.org" }, { kind: "database", isForced: true }],
    [
      "golang.org/toolchain",
      { GOSUMDB: "off" },
      { kind: "fault", message: "checksum database disabled by GOSUMDB=off" },
    ],
  ])("%s %j", (path, environment, wanted) => {
    expect(route(path, environment).checksum).toMatchObject(wanted);
  });
});

describe("warnings", () => {
  const codes = (path: string, environment: Readonly<Record<string, string>>): readonly RouteWarningCode[] =>
    routeWarnings(route(path, environment), settings(environment)).map(({ code }) => code);

  // Silence where all is well matters more than speech.
  test.each([
    ["golang.org/x/text", {}],
    ["golang.org/x/text", { GOPRIVATE: "*.corp.example,github.com/acme/*" }],
    [lib, { GOPRIVATE: "*.corp.example" }],
    [lib, { GOPRIVATE: "git.corp.example/team/*" }],
    [lib, { GONOPROXY: "git.corp.example", GONOSUMDB: "git.corp.example" }],
    [lib, { GOPRIVATE: "git.corp.example", GOPROXY: "https://proxy.example.com" }],
    [lib, { GOPRIVATE: "git.corp.example", GOFLAGS: "-mod=mod -trimpath" }],
    ["golang.org/x/text", { GOPROXY: "http://127.0.0.1:7300,direct" }],
  ])("none: %s %j", (path, environment) => {
    expect(codes(path, environment)).toEqual([]);
  });

  test.each([
    [lib, {}, "not-marked-private"],
    [lib, { GO111MODULE: "off", GOPRIVATE: "git.corp.example" }, "modules-off"],
    [lib, { GOPRIVATE: "git.corp.example", GONOSUMDB: "none" }, "name-to-checksum-database"],
    [lib, { GONOPROXY: "git.corp.example" }, "name-to-checksum-database"],
    [lib, { GOPRIVATE: "git.corp.example", GONOPROXY: "none" }, "name-to-proxy"],
    ["golang.org/x/text", { GOPROXY: "https://a.example" }, "no-direct"],
    ["golang.org/x/text", { GOPROXY: "direct,https://a.example" }, "ignored-entries"],
    ["golang.org/x/text", { GOPROXY: "http://u:p@a.example,direct" }, "insecure-credentials"],
    ["golang.org/x/text", { GOSUMDB: "off" }, "unverified"],
    ["golang.org/x/text", { GOFLAGS: "-mod=vendor" }, "vendor"],
    ["golang.org/x/text", { GOFLAGS: "-insecure" }, "bad-goflags"],
    ["golang.org/x/text", { GOFLAGS: "trimpath" }, "bad-goflags"],
    ["golang.org/x/text", { GONOSUMCHECK: "1" }, "no-such-setting"],
    ["golang.org/x/text", { GOPRIVATE: "https://git.corp.example" }, "bad-pattern"],
  ])("%s %j: %s", (path, environment, code) => {
    expect(codes(path, environment)).toEqual([code]);
  });

  test("no credentials in them", () => {
    const environment = { GOPROXY: "http://u:hunter2@a.example,direct,https://u:hunter2@b.example" };
    const warnings = routeWarnings(route(lib, environment), settings(environment));
    expect(JSON.stringify(warnings)).not.toContain("hunter2");
  });
});
