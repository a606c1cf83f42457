import { noCredentials } from "./credentials.ts";
import { expect, test } from "vitest";
import { goTool } from "./goTool.ts";
import { parseList } from "./npmTool.ts";
import { recommend, type MirrorProbe } from "./probeMirrors.ts";
import type { ToolSetting } from "./toolSetting.ts";

const go = goTool({}, () => "");
const setting = (value: string, urls: readonly string[]): ToolSetting => {
  return {
    name: "GOPROXY",
    value,
    origin: "",
    own: value,
    overruled: undefined,
    credentials: noCredentials,
    scopes: new Map(),
    urls,
  };
};
const probe = (url: string, milliseconds?: number): MirrorProbe => {
  return { url, from: "", works: milliseconds !== undefined, verdict: "", milliseconds };
};

const a = "https://a.example";
const b = "https://b.example";

test.each<[value: string, probes: readonly MirrorProbe[], expected: string | undefined]>([
  [`${a},direct`, [probe(a, 20), probe(b, 10)], undefined],
  [`${a},direct`, [probe(a, 900), probe(b, 10)], `${b}|${a},direct`],
  [`${a},direct`, [probe(a), probe(b, 10)], `${b}|${a},direct`],
  [`${a}|${b}`, [probe(a), probe(b, 10)], `${b}|${a}|`],
  ["direct", [probe(b, 10)], `${b},direct`],
  [`${a},direct`, [probe(a), probe(b)], undefined],
])("%s with %j", (value, probes, expected) => {
  const urls = value.split(/[,|]/).filter((each) => each.startsWith("http"));
  expect(recommend(go, setting(value, urls), probes).value).toBe(expected);
});

test.each([
  ["v0.1.0\nv0.2.0\n", "text/plain", true],
  ["", "text/plain", true],
  ["<html>", "text/plain", false],
  ["v0.1.0", "text/html; charset=utf-8", false],
  ['{"name":"x"}', "application/json", false],
])("a list of versions: %j as %s", (text, type, good) => {
  expect(go.judge(text, type) === undefined).toBe(good);
});

test("what npm says of registry, and who wins", () => {
  const text = `; "global" config from /usr/etc/npmrc

cafile = "/etc/ca"

; "user" config from /home/u/.npmrc

; registry = "http://user.example/" ; overridden by env

; "env" config from environment

registry = "http://env.example/"
; node version = v24
`;
  expect(parseList(text).places).toEqual([
    { level: "user", origin: "/home/u/.npmrc", value: "http://user.example/", overridden: true },
    { level: "env", origin: "environment", value: "http://env.example/", overridden: false },
  ]);
});
