import { describe, expect, test } from "vitest";
import { askedHops, databaseWay, type Hop, type Outcome, proxyChain } from "./proxyChain.ts";

test("the list as a way", () => {
  expect(proxyChain("a.example|https://b.example/x , file:///c,direct,d.example")).toEqual({
    hops: [
      { kind: "proxy", url: "https://a.example", onward: "anyFailure" },
      { kind: "proxy", url: "https://b.example/x", onward: "notFound" },
      { kind: "proxy", url: "file:///c", onward: "notFound" },
      { kind: "direct", url: "direct", onward: "end" },
    ],
    ignored: ["d.example"],
    fault: undefined,
  });
});

test("the last proxy leads nowhere, whatever stands behind it", () => {
  expect(proxyChain("https://a.example|").hops).toEqual([{ kind: "proxy", url: "https://a.example", onward: "end" }]);
});

test.each([
  [",", "contains no entries"],
  ["ftp://a.example", "invalid proxy URL scheme"],
  ["goproxy", "missing scheme"],
])("%s is the go command's fault to tell", (list, fault) => {
  expect(proxyChain(list)).toMatchObject({ hops: [], fault: expect.stringContaining(fault) as unknown });
});

/** Letters are proxies; what each answers, as `a:404`. */
function answers(text: string): (hop: Hop) => Outcome {
  const status = new Map(text.split(" ").map((each) => [each.slice(0, 1), each.slice(2)]));
  return ({ url }) => {
    const answer = status.get(url.slice("https://".length, "https://a".length)) ?? "404";
    return answer === "200" ? "found" : ["404", "410"].includes(answer) ? "notFound" : "failure";
  };
}

describe("who is asked", () => {
  test.each([
    ["a.x,b.x", "a:200", "a"],
    ["a.x,b.x", "a:404 b:200", "a b"],
    ["a.x,b.x", "a:410 b:200", "a b"],
    ["a.x,b.x", "a:500 b:200", "a"],
    ["a.x,b.x", "a:403 b:200", "a"],
    ["a.x|b.x", "a:500 b:200", "a b"],
    ["a.x|b.x,c.x", "a:500 b:500", "a b"],
    ["a.x,direct", "a:404", "a direct"],
    ["a.x,off", "a:404", "a"],
    ["off", "", ""],
    ["direct,a.x", "", "direct"],
  ])("%s with %s: %s", (list, answered, asked) => {
    const hops = askedHops(proxyChain(list).hops, answers(answered));
    expect(hops.map(({ url }) => url.replace(/^https:\/\/(.)\.x$/, "$1")).join(" ")).toBe(asked);
  });
});

describe("by which way the checksum database is reached", () => {
  test.each([
    ["a.x,direct", "a:200", "a"],
    ["a.x,direct", "a:404", "direct"],
    ["a.x,direct", "a:500", "unavailable"],
    ["a.x|direct", "a:500", "direct"],
    ["a.x|off", "a:500", "unavailable"],
    ["a.x|b.x", "a:500 b:404", "unavailable"],
    ["a.x|b.x", "a:500 b:200", "b"],
    ["a.x,b.x", "a:404 b:404", "direct"],
    ["off", "", "direct"],
    ["direct", "", "direct"],
  ])("%s with %s: %s", (list, answered, way) => {
    const found = databaseWay(proxyChain(list).hops, answers(answered));
    expect(typeof found === "string" ? found : found.url.slice("https://".length, -".x".length)).toBe(way);
  });
});
