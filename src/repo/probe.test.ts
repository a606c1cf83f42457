import { describe, expect, test } from "vitest";
import { parseModulePath } from "../gomod/module.ts";
import { resolveGoEnvironment } from "./goEnvironment.ts";
import { type Answer, type Ask, NoAnswerError } from "./httpAsk.ts";
import { moduleRoute } from "./moduleRoute.ts";
import type { NetrcLogin } from "./netrc.ts";
import { type Probe, probeRoute } from "./probe.ts";
import { probeAdvice } from "./probeAdvice.ts";

interface Case {
  readonly environment: Readonly<Record<string, string>>;
  readonly path?: string;
  readonly version?: string | undefined;
  /** By URL; whatever is missing gives no answer. */
  readonly answers?: Readonly<Record<string, Partial<Answer>>>;
  readonly netrc?: readonly NetrcLogin[];
}

interface Probed {
  readonly probe: Probe;
  readonly advice: readonly (string | undefined)[];
  readonly asked: readonly string[];
  readonly headers: readonly (Readonly<Record<string, string>> | undefined)[];
}

async function probe(each: Case): Promise<Probed> {
  const sources = { userFile: undefined, gorootFile: undefined, builtIn: undefined, hasGo: true };
  const { variable } = resolveGoEnvironment({ environment: { GOSUMDB: "off", ...each.environment }, ...sources });
  const asked: string[] = [];
  const headers: (Readonly<Record<string, string>> | undefined)[] = [];
  const ask: Ask = async (url, options) => {
    asked.push(url.href);
    headers.push(options?.headers);
    const answer = each.answers?.[url.href];
    if (answer === undefined) throw new NoAnswerError("nobody listens there (connection refused)");
    return { status: 200, contentType: "text/plain; charset=utf-8", text: "", milliseconds: 5, ...answer };
  };
  const route = moduleRoute(parseModulePath(each.path ?? "example.com/Lib"), each.version, variable);
  const found = await probeRoute(route, { ask, netrc: each.netrc ?? [] });
  return { probe: found, advice: found.hops.map((hop) => probeAdvice(hop, route, variable)), asked, headers };
}

const info = "https://a.example/example.com/!lib/@v/v1.0.0.info";
const infoOfB = info.replace("a.example", "b.example");

describe("what is asked", () => {
  test.each([
    ["v1.0.0", {}, [info]],
    ["V1", {}, ["https://a.example/example.com/!lib/@v/!v1.info"]],
    [undefined, { text: "v1.0.0\n" }, ["https://a.example/example.com/!lib/@v/list"]],
    ["latest", { text: "v1.0.0\n" }, ["https://a.example/example.com/!lib/@v/list"]],
    [
      undefined,
      { text: "\n" },
      ["https://a.example/example.com/!lib/@v/list", "https://a.example/example.com/!lib/@latest"],
    ],
  ])("for %s", async (version, list, wanted) => {
    const answers = { "https://a.example/example.com/!lib/@v/list": list };
    const { asked } = await probe({ environment: { GOPROXY: "https://a.example/" }, version, answers });
    expect(asked).toEqual(wanted);
  });

  test("a source behind the end of the way is not asked: the name may be kept from it", async () => {
    const environment = { GOPROXY: "https://a.example,https://b.example,direct" };
    const { asked, probe: found } = await probe({
      environment,
      version: "v1.0.0",
      answers: { [info]: { status: 500 } },
    });
    expect(asked).toEqual([info]);
    expect(found.hops.map(({ next }) => next)).toEqual(["stop", "unreached", "unreached"]);
    expect(found.result).toBe("fails");
  });
});

describe("what the go command makes of it", () => {
  const ok = { text: '{"Version":"v1.0.0","Time":"2024-01-02T03:04:05Z"}' };
  test.each([
    ["https://a.example,https://b.example", { [info]: ok }, "found", ["done", "unreached"]],
    ["https://a.example,https://b.example", { [info]: { status: 404 }, [infoOfB]: ok }, "found", ["next", "done"]],
    [
      "https://a.example,https://b.example",
      { [info]: { status: 404 }, [infoOfB]: { status: 410 } },
      "fails",
      ["next", "stop"],
    ],
    ["https://a.example|https://b.example", { [infoOfB]: ok }, "found", ["next", "done"]],
    ["https://a.example,off", { [info]: { status: 404 } }, "fails", ["next", "stop"]],
    ["off", {}, "fails", ["stop"]],
    ["direct", { "https://example.com/Lib?go-get=1": { status: 404 } }, "unknown", ["stop"]],
    ["direct", {}, "fails", ["stop"]],
  ])("%s", async (GOPROXY, answers, result, next) => {
    const { probe: found } = await probe({ environment: { GOPROXY }, version: "v1.0.0", answers });
    expect(found.result).toBe(result);
    expect(found.hops.map((hop) => hop.next)).toEqual(next);
  });
});

describe("what is shown", () => {
  const lines = async (answer: Partial<Answer>, version: string | undefined = "v1.0.0"): Promise<readonly string[]> => {
    const answers = { [info]: answer, "https://a.example/example.com/!lib/@v/list": answer };
    return (
      (await probe({ environment: { GOPROXY: "https://a.example" }, version, answers })).probe.hops[0]?.lines ?? []
    );
  };

  test.each([
    [
      "version and time",
      { text: '{"Version":"v1.0.0","Time":"2024-01-02T03:04:05Z"}' },
      ["v1.0.0 of 2024-01-02T03:04:05Z"],
    ],
    ["no JSON", { text: "<html>" }, ["its answer is no JSON: the go command will refuse it"]],
    [
      "error text up to a blank line",
      { status: 404, text: "not found: no such tag\n\nmore" },
      ["not found: no such tag"],
    ],
    ["no HTML", { status: 404, contentType: "text/html", text: "<h1>404</h1>" }, []],
    ["no other charset", { status: 404, contentType: "text/plain; charset=latin1", text: "x" }, []],
    ["four lines", { status: 500, text: "1\n2\n3\n4\n5" }, ["1", "2", "3", "4"]],
    ["no control characters", { status: 500, text: "\u001b[31mred\u0007" }, ["[31mred"]],
    [
      "no secrets",
      { status: 500, text: "fetch https://u:hunter2@x.example failed" },
      ["fetch https://***@x.example failed"],
    ],
  ])("%s", async (_, answer, wanted) => {
    expect(await lines(answer)).toEqual(wanted);
  });

  test("a list: how many, and the highest by version order", async () => {
    const { probe: found } = await probe({
      environment: { GOPROXY: "https://a.example" },
      answers: { "https://a.example/example.com/!lib/@v/list": { text: "v1.10.0\nv1.9.0 2024-01-02\nrubbish\n" } },
    });
    expect(found.hops[0]?.lines).toEqual(["2 versions, up to v1.10.0"]);
  });

  test("the repository that a path names", async () => {
    const text = '<html><meta name="go-import" content="example.com/Lib git https://git.example.com/lib">';
    const { probe: found } = await probe({
      environment: { GOPROXY: "direct" },
      answers: { "https://example.com/Lib?go-get=1": { contentType: "text/html", text } },
    });
    expect(found.hops[0]?.lines).toEqual(["names its repository: example.com/Lib git https://git.example.com/lib"]);
  });
});

describe("credentials", () => {
  const netrc = [{ machine: "a.example", login: "u", password: "p" }];
  const basic = `Basic ${Buffer.from("u:p").toString("base64")}`;

  test("of the URL, as a header and nowhere else", async () => {
    const {
      headers,
      asked,
      probe: found,
    } = await probe({ environment: { GOPROXY: "https://u:p@a.example" }, version: "v1.0.0" });
    expect(headers[0]).toEqual({ authorization: basic });
    expect(asked).toEqual([info]);
    expect(JSON.stringify(found.hops[0]?.lines)).not.toContain("u:p");
  });

  test("of .netrc, for https and that host alone", async () => {
    const environment = { GOPROXY: "https://a.example|https://b.example|http://a.example" };
    const { headers } = await probe({ environment, version: "v1.0.0", netrc });
    expect(headers).toEqual([{ authorization: basic }, {}, {}]);
  });

  test("never over plain http", async () => {
    const { asked, probe: found } = await probe({
      environment: { GOPROXY: "http://u:p@a.example" },
      version: "v1.0.0",
    });
    expect(asked).toEqual([]);
    expect(found.hops[0]?.lines[0]).toContain("refuses to send credentials");
  });
});

describe("advice", () => {
  test.each([
    [
      "a private path, a public proxy",
      "git.corp.example/x",
      "https://a.example,off",
      404,
      "probably private (git.corp.example sounds",
    ],
    [
      "by GOPRIVATE",
      "example.com/priv",
      "https://a.example,off",
      410,
      `probably private (GOPRIVATE's "example.com/priv" matches)`,
    ],
    ["403 for a private path", "git.corp.example/x", "https://a.example,off", 403, "403 is all that it can say"],
    ["403 also ends the way", "git.corp.example/x", "https://a.example,off", 403, "only 404 and 410 lead on"],
    ["an open path", "example.com/x", "https://a.example,off", 404, "not everybody can read"],
    ["an outage", "example.com/x", "https://a.example,off", 502, "an outage never sends names elsewhere"],
    ["wanted credentials", "example.com/x", "https://a.example,off", 401, ".netrc"],
    ["a proxy on the way", "example.com/x", "https://a.example,off", 407, "HTTPS_PROXY"],
    [
      "a proxy of one's own refuses",
      "example.com/x",
      "https://goproxy.corp.example",
      403,
      "Its rules refuse this path",
    ],
  ])("%s", async (_, path, GOPROXY, status, wanted) => {
    const url = `${GOPROXY.split(",")[0] ?? ""}/${path}/@v/v1.0.0.info`;
    const environment = { GOPROXY, GOPRIVATE: "example.com/priv", GONOPROXY: "none" };
    const { advice } = await probe({ environment, path, version: "v1.0.0", answers: { [url]: { status } } });
    expect(advice[0]).toContain(wanted);
  });

  test("none where a 404 of one's own proxy says it all", async () => {
    const environment = { GOPROXY: "http://127.0.0.1:7300,off" };
    const answers = { "http://127.0.0.1:7300/example.com/!lib/@v/v1.0.0.info": { status: 404 } };
    expect((await probe({ environment, version: "v1.0.0", answers })).advice[0]).toBeUndefined();
  });

  test("a repository that hides: the command that tells", async () => {
    const answers = { "https://example.com/Lib?go-get=1": { status: 404 } };
    const { advice } = await probe({ environment: { GOPROXY: "direct" }, answers });
    expect(advice[0]).toContain("git ls-remote https://example.com/Lib");
  });
});
