/**
 * Settings and queries against the go command's own code (see test/oracle/_cmdgo), and URLs against net/url: equal results
 * and equal error texts, with three exceptions that are meant, which `textOf` below evens out.
 */
import { createHash } from "node:crypto";
import fc, { type Arbitrary } from "fast-check";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { maskPassword, parseGoUrl } from "../../src/gomod/goenv/goUrl.ts";
import * as goenv from "../../src/gomod/goenv.ts";
import { chooseVersion, isRevisionQuery, parseQuery, queryMatcher } from "../../src/gomod/query.ts";
import * as semver from "../../src/gomod/semver.ts";
import { compareBytewise } from "../../src/gomod/utf8.ts";
import { type Oracle, startOracle } from "../oracle/oracle.ts";
import { anything, fullVersion, globs, modulePath, nearly, pseudoVersion, version } from "./arbitraries.ts";
import { caseCount, expectAgreement, sample, writeAgreements } from "./differential.ts";

let goCommand: Oracle;
let modules: Oracle;
beforeEach(async ({ skip }) => {
  goCommand ??= await startOracle({ skip }, "goCommand");
  modules ??= await startOracle({ skip }, "modules");
});
afterAll(async () => {
  goCommand?.close();
  modules?.close();
  await writeAgreements("gomod-goenv", "Settings of the go command and version queries against the go command");
});

const url: Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      "https://",
      "http://",
      "file://",
      "HTTPS://",
      "ftp://",
      "https:",
      "file:",
      "//",
      "",
      "a+b:",
      "1a://",
      ":",
    ),
    fc.constantFrom("", "", "user@", "user:pw@", "u%20:p%41@", "a@b:c@", "u p@", "@", ":@", "ü@"),
    fc.constantFrom(
      "a.example",
      "localhost",
      "a.example:8080",
      "A_b",
      "",
      "[::1]",
      "[fe80::1%25en0]:80",
      "[1.2.3.4]",
      "[::ffff:1.2.3.4]",
      "[1::2::3]",
      "a:b",
      "a:1:2",
      "[::1",
      "::1]",
      "é",
      "%C3%A9",
      "a%20b",
      "1.2.3.4",
    ),
    fc.constantFrom(
      "",
      "/",
      "/x",
      "/x/",
      "/a%2fb",
      "/a b",
      "/%zz",
      "/é",
      "/a;b,c",
      "x",
      "/a:b",
      "//x",
      "/*",
      "*",
      "/a%",
    ),
    fc.constantFrom("", "", "?", "?q=1", "??", "?a?b", "#", "#f", "#f%20", "#f%zz", "?q#f!'"),
  )
  .map((parts) => parts.join(""));
const nearUrl = nearly(url);

/** Go shows passwords in its errors; we don't. And what is wrong with an IPv6 address we say in our own words. */
function withoutSecrets(text: string): string {
  const proxy =
    /^(invalid proxy URL missing scheme: |invalid proxy URL scheme \(.*?\): |invalid file:.*? elements: )(.*)$/s.exec(
      text,
    );
  if (proxy !== null) return `${proxy[1]}${maskPassword(proxy[2] ?? "")}`;
  const parse = /^(.*?parse ")((?:[^"\\]|\\.)*)(": )(.*)$/s.exec(text);
  if (parse === null) return text;
  const [, before = "", url = "", between = "", fault = ""] = parse;
  const masked = maskPassword(url);
  const hidesPort = masked.includes(":xxxxx@") && fault.startsWith("invalid port");
  return before + masked + between + (hidesPort ? "invalid port …" : fault.replace(/(invalid host: ).*$/s, "$1…"));
}

describe("URLs", () => {
  it("url.Parse", async () => {
    const cases = sample(nearUrl).map((text): [string] => [text]);
    await expectAgreement(modules, "url.parse", cases, (text = "") => ({ ...parseGoUrl(text) }), withoutSecrets);
  });
});

describe("GOPROXY", () => {
  const entry = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        "https://a.example",
        "http://b.example/x",
        "file:///srv",
        "direct",
        "off",
        "",
        " ",
        "a.example",
        "/srv/mod",
        "noproxy",
        "c:/x",
        " https://d.example ",
      ),
    },
    { weight: 1, arbitrary: nearUrl },
  );
  const list = fc
    .array(fc.tuple(entry, fc.constantFrom(",", "|")), { maxLength: 4, size: "max" })
    .map((entries) =>
      entries.map(([entry, separator], i) => (i + 1 < entries.length ? entry + separator : entry)).join(""),
    );

  it("proxyList", async () => {
    const cases = sample(
      fc.oneof(
        { weight: 5, arbitrary: list },
        { weight: 3, arbitrary: nearly(list) },
        { weight: 1, arbitrary: anything },
      ),
    ).map((text): [string] => [text]);
    await expectAgreement(goCommand, "goenv.parseProxyList", cases, goenv.parseProxyList, withoutSecrets);
  });
});

describe("GOSUMDB", () => {
  const key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
  const sha256 = (data: Uint8Array): Uint8Array => createHash("sha256").update(data).digest();

  /** A verifier key whose hash is right, whatever its name and key are. */
  const sealed = fc
    .tuple(
      fc.constantFrom("sum.example.com", "a.b/c", "a/", "a?b", "a b", "", "é.com", "a:80", "u@h", "%zz", "*", "a%2fb"),
      fc.uint8Array({ minLength: 30, maxLength: 36 }),
      fc.boolean(),
    )
    .map(([name, bytes, isEd25519]) => {
      const publicKey = Buffer.from(bytes);
      if (isEd25519) publicKey[0] = 1;
      const hash = createHash("sha256").update(`${name}\n`).update(publicKey).digest("hex").slice(0, 8);
      return `${name}+${hash}+${publicKey.toString("base64")}`;
    });
  const gosumdb = fc.oneof(
    fc.constantFrom(
      "off",
      "sum.golang.org",
      "sum.golang.google.cn",
      " sum.golang.org ",
      "sum.golang.org https://a.example",
      "",
    ),
    nearly(fc.constantFrom(key, `${key} https://a.example`)),
    sealed,
    fc.tuple(sealed, nearUrl).map((parts) => parts.join(" ")),
    anything,
  );

  it("dbDial", async () => {
    // Go says of off, too, that it is an error; and appends a dump of the URL to a bad name, or panics.
    const textOf = (text: string): string =>
      withoutSecrets(text).replace(
        /(invalid sumdb name).*|runtime error: invalid memory address.*/s,
        "invalid sumdb name",
      );
    const cases = sample(gosumdb)
      .map((text): [string] => [text])
      .filter(([text]) => text !== "off");
    await expectAgreement(
      goCommand,
      "goenv.parseSumdb",
      cases,
      (text = "") => goenv.parseSumdb(text, sha256)?.name,
      textOf,
    );
  });

  it("useSumDB", async () => {
    const proxy = fc.constantFrom("direct", "file:///x", "file:///x,direct", "https://a.example");
    const path = fc.oneof(
      { weight: 1, arbitrary: fc.constant("golang.org/toolchain") },
      { weight: 3, arbitrary: modulePath },
    );
    const cases = sample(
      fc.tuple(
        fc.oneof(globs, fc.constantFrom("golang.org/*", "example.com")),
        fc.constantFrom("off", "sum.golang.org"),
        proxy,
        path,
      ),
    );
    await expectAgreement(goCommand, "goenv.usesSumdb", cases, (nosumdb = "", gosumdb = "", goproxy = "", path = "") =>
      goenv.usesSumdb(goenv.resolvePrivacy({ GONOSUMDB: nosumdb }), gosumdb, goproxy, path),
    );
  });
});

describe("GOVCS", () => {
  const rule = fc
    .tuple(
      fc.constantFrom("public", "private", "example.com", "*.corp", "a.b/c", "./x", "", " "),
      fc.constantFrom(":", ":", ":", ""),
      fc.constantFrom("git", "git|hg", "all", "off", "", "git||hg", " svn | git "),
    )
    .map((parts) => parts.join(""));
  const rules = fc.array(rule, { maxLength: 3, size: "max" }).map((all) => all.join(","));

  it("checkGOVCS", async () => {
    const root = fc.constantFrom("example.com", "example.com/x", "git.corp", "a.b/c/d", "z.example");
    const cases = sample(
      fc.tuple(
        fc.oneof(rules, nearly(rules)).map((text) => text.replaceAll("\0", "")),
        fc.constantFrom("", "example.com", "*.corp"),
        root,
        fc.constantFrom("git", "hg", "svn", "bzr", "fossil"),
      ),
    );
    await expectAgreement(goCommand, "goenv.checkGovcs", cases, (govcs = "", goprivate = "", root = "", vcs = "") => {
      goenv.checkGovcs(goenv.parseGovcs(govcs), goprivate, root, vcs);
      return true;
    });
  });
});

describe("quoted words", () => {
  const word = fc.oneof(
    fc.constantFrom(
      "-v",
      "a",
      "it's",
      '"',
      "'",
      '"b c"',
      "'d e'",
      " ",
      "\t",
      "\n",
      "\r",
      "\v",
      "\u00a0",
      "é",
      "",
      `'"`,
    ),
    anything,
  );

  it("quoted.Split", async () => {
    const cases = sample(fc.array(word, { maxLength: 6, size: "max" })).map((words): [string] => [words.join("")]);
    await expectAgreement(goCommand, "goenv.splitQuoted", cases, (text = "") => goenv.splitQuoted(text));
  });

  it("quoted.Join", async () => {
    const cases = sample(fc.array(word, { minLength: 1, maxLength: 4, size: "max" }));
    await expectAgreement(goCommand, "goenv.joinQuoted", cases, (...words) => goenv.joinQuoted(words));
  });
});

describe("the go env file", () => {
  const line = fc.oneof(
    fc.constantFrom(
      "GOPROXY=direct",
      "GOPROXY=off",
      "GOFLAGS=-v",
      "GOFLAGS=",
      "# comment",
      "#X=1",
      "",
      "lower=1",
      "=x",
      "NOTHING",
      "A#B=1",
      "GO386=1",
      "GO=1",
      "GOPROXY =x",
      "\r",
      "GOX=a\r",
    ),
    nearly(fc.constantFrom("GOPROXY=https://a.example", "GOPRIVATE=*.corp")),
  );
  const file = fc
    .tuple(fc.array(line, { maxLength: 8, size: "max" }), fc.constantFrom("", "\n"))
    .map(([lines, end]) => lines.join("\n") + end);

  it("readEnvFile", async () => {
    const cases = sample(file).map((text): [string] => [text]);
    await expectAgreement(goCommand, "goenv.parseEnvFile", cases, (text = "") =>
      [...goenv.parseEnvFile(text)].toSorted(([a], [b]) => compareBytewise(a, b)),
    );
  });

  it("updateEnvFile", async () => {
    const keys = fc.subarray(["GOPROXY", "GOFLAGS", "GO386", "GOARCH", "lower"]);
    const cases = sample(
      fc
        .tuple(file, keys, keys)
        .map(([file, set, unset]) => [
          file,
          JSON.stringify(Object.fromEntries(set.map((key) => [key, "new"]))),
          ...unset.filter((key) => !set.includes(key)),
        ]),
      // Each is three turns to the disk.
      caseCount / 4,
    );
    await expectAgreement(goCommand, "goenv.updateEnvFile", cases, (file = "", set = "{}", ...unset) =>
      goenv.updateEnvFile(file, new Map(Object.entries(parseStrings(set))), unset),
    );
  });
});

function parseStrings(json: string): Record<string, string> {
  const parsed: unknown = JSON.parse(json);
  return Object.fromEntries(Object.entries(parsed ?? {}).map(([key, value]) => [key, String(value)]));
}

describe("queries", () => {
  const bound = fc.oneof(fullVersion, fc.constantFrom("v1", "v1.2", "v0", "v2.1"), version);
  const query = fc.oneof(
    fc.constantFrom("latest", "upgrade", "patch", "v0", "v1", "v2", "v1.1", "master"),
    fc.tuple(fc.constantFrom("<", "<=", ">", ">="), bound).map((parts) => parts.join("")),
    version,
  );

  it("IsRevisionQuery", async () => {
    const cases = sample(query).map((text): [string] => [text]);
    await expectAgreement(goCommand, "query.isRevisionQuery", cases, isRevisionQuery);
  });

  it("newQueryMatcher and filterVersions", async () => {
    const path = fc.constantFrom("example.com/m", "example.com/m/v2", "gopkg.in/m.v1", "example.com/m/v1");
    const current = fc.oneof(fc.constantFrom("", "none"), fullVersion, pseudoVersion.filter(semver.isValid));
    const versions = fc.array(fullVersion, { maxLength: 10, size: "max" });
    const cases = sample(
      fc
        .tuple(path, query, current, fc.boolean(), versions)
        .map(([path, query, current, hasGoMod, versions]) => [
          path,
          query,
          current,
          String(hasGoMod),
          ...semver.sort(versions),
        ]),
    );
    const chosen = new Map<readonly string[], string | undefined>();
    for (const args of cases) chosen.set(args, await choose(args));
    const byKey = new Map([...chosen].map(([args, version]) => [args.join("\n"), version]));
    await expectAgreement(goCommand, "query.choose", cases, (...args) => {
      const [path = "", query = "", current = ""] = args;
      const matcher = queryMatcher(path, query, current);
      if (matcher === undefined) return "revision";
      const { allows: _, ...rest } = matcher;
      return { ...rest, chosen: byKey.get(args.join("\n")) ?? null };
    });
  });

  async function choose(args: readonly string[]): Promise<string | undefined> {
    const [path = "", query = "", current = "", hasGoMod, ...versions] = args;
    try {
      const matcher = queryMatcher(path, query, current);
      return matcher && (await chooseVersion(matcher, versions, () => hasGoMod === "true"));
    } catch {
      // The comparison asks again, and sees the error.
      return undefined;
    }
  }

  it("parseQuery tells all revisions from the rest", () => {
    for (const text of sample(query)) {
      let kind: string;
      try {
        kind = parseQuery(text).kind;
      } catch {
        kind = "error";
      }
      expect(["revision", "version", "tag"].includes(kind)).toBe(isRevisionQuery(text));
    }
  });
});
