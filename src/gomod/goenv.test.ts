import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import * as goenv from "./goenv.ts";

const sha256 = (data: Uint8Array): Uint8Array => createHash("sha256").update(data).digest();

describe("parseProxyList", () => {
  it.each([
    ["https://a.example,direct", ["https://a.example,", "direct,"]],
    ["https://a.example|https://b.example/x,off,direct", ["https://a.example|", "https://b.example/x,", "off,"]],
    [
      " a.example:8080 ,, \t| http://b.example| direct |off",
      ["https://a.example:8080,", "http://b.example|", "direct,"],
    ],
    ["file:///srv/mod", ["file:///srv/mod,"]],
    ["https://u:p@a.example", ["https://u:p@a.example,"]],
    ["localhost:3000", ["https://localhost:3000,"]],
  ])("%s", (list, entries) => {
    expect(goenv.parseProxyList(list).map((e) => e.url + (e.fallBackOnAnyError ? "|" : ","))).toEqual(entries);
  });

  it.each([
    ["", "GOPROXY list is not the empty string, but contains no entries"],
    [" , |", "GOPROXY list is not the empty string, but contains no entries"],
    ["goproxy", "invalid proxy URL missing scheme: goproxy"],
    ["/srv/mod", "invalid proxy URL missing scheme: /srv/mod"],
    ["ftp://a.example", "invalid proxy URL scheme (must be https, http, file): ftp://a.example"],
    ["file://host/x", "invalid file:// proxy URL with non-path elements: file://host/x"],
    ["file:/x", "invalid file:// proxy URL with non-path elements: file:/x"],
    ["https://a b", 'parse "https://a b": invalid character " " in host name'],
    ["https://u:secret@a b", 'parse "https://u:xxxxx@a b": invalid character " " in host name'],
    ["https://a.example:x", 'parse "https://a.example:x": invalid port ":x" after host'],
    ["https://a.example/%zz", 'parse "https://a.example/%zz": invalid URL escape "%zz"'],
    ["https://[::1", `parse "https://[::1": missing ']' in host`],
    ["https://u@x:sec/ret@a:b", 'parse "https://u@x:xxxxx@a:b": invalid port ":xxxxx" after host'],
    ["https://u:sec/ret@a", 'parse "https://u:xxxxx@a": invalid port ":xxxxx" after host'],
    ["socks:/u:secret@a", "invalid proxy URL scheme (must be https, http, file): socks:xxxxx@a"],
    ["ftp://u:secret@a.example", "invalid proxy URL scheme (must be https, http, file): ftp://u:xxxxx@a.example"],
  ])("%s fails", (list, message) => {
    expect(() => goenv.parseProxyList(list)).toThrow(message);
  });
});

describe("resolvePrivacy", () => {
  it("lets GOPRIVATE stand for what is empty", () => {
    const privacy = goenv.resolvePrivacy({ GOPRIVATE: "*.corp.example", GONOPROXY: "none", GONOSUMDB: "" });
    expect(goenv.skipsProxy(privacy, "git.corp.example/x")).toBe(false);
    expect(goenv.usesSumdb(privacy, "sum.golang.org", "direct", "git.corp.example/x")).toBe(false);
    expect(goenv.usesSumdb(privacy, "sum.golang.org", "direct", "example.com/x")).toBe(true);
    expect(goenv.isInsecure(privacy, "git.corp.example/x")).toBe(false);
  });

  it("verifies toolchains whatever is set", () => {
    const privacy = goenv.resolvePrivacy({ GOPRIVATE: "golang.org" });
    expect(goenv.usesSumdb(privacy, "off", "https://a.example", "golang.org/toolchain")).toBe(true);
    expect(goenv.usesSumdb(privacy, "off", "file:///x", "golang.org/toolchain")).toBe(false);
  });
});

describe("parseSumdb", () => {
  const key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

  it("knows the usual one, its mirror, and off", () => {
    expect(goenv.parseSumdb("sum.golang.org", sha256)).toEqual({
      name: "sum.golang.org",
      verifierKey: key,
      url: undefined,
    });
    expect(goenv.parseSumdb("sum.golang.google.cn", sha256)?.url).toBe("https://sum.golang.google.cn");
    expect(goenv.parseSumdb(` ${key}  https://mirror.example `, sha256)?.url).toBe("https://mirror.example");
    expect(goenv.parseSumdb("off", sha256)).toBeUndefined();
  });

  it.each([
    ["", "missing GOSUMDB"],
    ["a b c", "invalid GOSUMDB: too many fields"],
    ["sum.example.com", "invalid GOSUMDB: malformed verifier id"],
    [key.replace("033", "133"), "invalid GOSUMDB: invalid verifier hash"],
    [`${key} https://a%`, 'invalid GOSUMDB URL: parse "https://a%": invalid URL escape "%"'],
  ])("%s fails", (gosumdb, message) => {
    expect(() => goenv.parseSumdb(gosumdb, sha256)).toThrow(message);
  });
});

describe("GOVCS", () => {
  it.each([
    ["", "", "example.com/m", "git", ""],
    ["", "", "example.com/m", "svn", "GOVCS disallows using svn for public example.com/m; see 'go help vcs'"],
    ["", "example.com", "example.com/m", "svn", ""],
    [
      "example.com:off",
      "example.com",
      "example.com/m",
      "git",
      "GOVCS disallows using git for private example.com/m; see 'go help vcs'",
    ],
    ["public:all", "", "example.com/m", "svn", ""],
    [" example.com : git | hg ", "", "example.com/m", "hg", ""],
  ])("%j, private %j: %s by %s", (govcs, goprivate, root, vcs, message) => {
    const check = (): void => goenv.checkGovcs(goenv.parseGovcs(govcs), goprivate, root, vcs);
    if (message === "") expect(check).not.toThrow();
    else expect(check).toThrow(message);
  });

  it.each([
    ["a:git,,b:hg", "empty entry in GOVCS"],
    ["a", 'malformed entry in GOVCS (missing colon): "a"'],
    [":git", 'empty pattern in GOVCS: ":git"'],
    ["a:", 'empty VCS list in GOVCS: "a:"'],
    ["./a:git", 'relative pattern not allowed in GOVCS: "./a"'],
    ["a:git,a:hg", 'unreachable pattern in GOVCS: "a:hg" after "a:git"'],
    ["a:git||hg", 'empty VCS name in GOVCS: "a:git||hg"'],
  ])("%s fails", (govcs, message) => {
    expect(() => goenv.parseGovcs(govcs)).toThrow(message);
  });
});

describe("GOFLAGS", () => {
  it("splits", () => {
    expect(goenv.parseGoflags(` -mod=mod '-ldflags=-X "a b"'\t"--tags=x y"-v`)).toEqual([
      "-mod=mod",
      '-ldflags=-X "a b"',
      "--tags=x y",
      "-v",
    ]);
    expect(goenv.splitQuoted(`a'b c' ""`)).toEqual(["a'b", "c'", ""]);
    expect(goenv.joinQuoted(["a", "b c", "it's"])).toBe(`a 'b c' "it's"`);
  });

  it.each([
    ["-a x", 'parsing $GOFLAGS: non-flag "x"'],
    ["--", 'parsing $GOFLAGS: non-flag "--"'],
    ["-=x", 'parsing $GOFLAGS: non-flag "-=x"'],
    [`-a "b`, 'parsing $GOFLAGS: unterminated " string'],
  ])("%s fails", (goflags, message) => {
    expect(() => goenv.parseGoflags(goflags)).toThrow(message);
  });
});

describe("the go env file", () => {
  const file = "# a comment\nGOPROXY=https://a.example\nGOFLAGS=-v=1\r\nlower=1\nGOPROXY=\n=x\nnothing";

  it("is read line by line", () => {
    expect([...goenv.parseEnvFile(file)]).toEqual([
      ["GOPROXY", ""],
      ["GOFLAGS", "-v=1\r"],
    ]);
  });

  it("comes behind the environment and hides the defaults", () => {
    const sources = {
      userFile: goenv.parseEnvFile(file),
      gorootFile: new Map([
        ["GOPROXY", "d"],
        ["GOSUMDB", "s"],
      ]),
    };
    expect(goenv.getenv({ ...sources, environment: { GOPROXY: "off" } }, "GOPROXY")).toBe("off");
    expect(goenv.getenv({ ...sources, environment: { GOPROXY: "" } }, "GOPROXY")).toBe("");
    expect(goenv.getenv({ ...sources, environment: {} }, "GOSUMDB")).toBe("s");
  });

  it("is rewritten as go env -w does", () => {
    const set = new Map([
      ["GOPROXY", "direct"],
      ["GOARCH", "arm64"],
    ]);
    expect(goenv.updateEnvFile("# c\nGOPROXY=a\nGOFLAGS=-v\nGOPROXY=b\n", set, ["GOFLAGS"])).toBe(
      "# c\nGOARCH=arm64\nGOPROXY=direct\n",
    );
    expect(() => goenv.checkEnvValue("GOPROXY", "a\nb")).toThrow("invalid newline in GOPROXY=... value");
  });
});
