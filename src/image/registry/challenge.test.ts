import { expect, test } from "vitest";
import { parseChallenges } from "./challenge.ts";

test.each<[string, [string, Record<string, string>][]]>([
  [`Basic realm="tests"`, [["basic", { realm: "tests" }]]],
  [
    `Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"`,
    [
      [
        "bearer",
        { realm: "https://auth.example/token", service: "registry.example", scope: "repository:a/b:pull,push" },
      ],
    ],
  ],
  [
    `BASIC realm=x, Bearer Realm = "a \\"b\\", c" , error="invalid_token"`,
    [
      ["basic", { realm: "x" }],
      ["bearer", { realm: 'a "b", c', error: "invalid_token" }],
    ],
  ],
  ["Negotiate", [["negotiate", {}]]],
  ["", []],
  [`"`, []],
  [
    `Bearer realm="unclosed`,
    [
      ["bearer", {}],
      ["realm", {}],
    ],
  ],
  ["=,=,=", []],
])("%s", (header, expected) =>
  expect(parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual(
    expected,
  ),
);

test("a long hostile header takes no time", () => {
  for (const part of ["a", "a=", `a="`, "a ", `\\"`, "a,"]) parseChallenges(part.repeat(100_000));
});
