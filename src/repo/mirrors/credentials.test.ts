import { expect, test } from "vitest";
import { npmCredentials, pipCredentials } from "./credentials.ts";
import { npmScopes } from "./npmrc.ts";

const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

const project = `registry=https://npm.corp.example/
//npm.corp.example/:_authToken=\${NPM_TOKEN}
  //npm.corp.example/team/:_authToken = "of the team"
@scope:registry=https://scoped.example/npm/
`;
const user = `//npm.corp.example/:_authToken=weaker
//scoped.example/npm/:username=ci
//scoped.example/npm/:_password=${Buffer.from("p@ss").toString("base64")}
//old.example:8081/repository/npm/:_auth=${Buffer.from("a:b").toString("base64")}
//unset.example/:_authToken=\${NOT_SET}
;//commented.example/:_authToken=x
`;

test.each([
  ["https://npm.corp.example/left-pad", "Bearer from the environment"],
  ["https://npm.corp.example/", "Bearer from the environment"],
  ["https://npm.corp.example/team/@a%2fb", "Bearer of the team"],
  ["https://npm.corp.example/teams/x", "Bearer from the environment"],
  ["https://npm.corp.example:8443/left-pad", undefined],
  ["https://npm.corp.example.evil.example/left-pad", undefined],
  ["https://scoped.example/npm/@scope/x/-/x-1.0.0.tgz", basic("ci:p@ss")],
  ["https://scoped.example/other", undefined],
  ["http://old.example:8081/repository/npm/x", basic("a:b")],
  ["https://unset.example/x", "Bearer ${NOT_SET}"],
  ["https://commented.example/x", undefined],
  ["https://variable.example/x", "Bearer by variable"],
])("npm: %s gets %s", (url, expected) => {
  const env = { NPM_TOKEN: "from the environment", "npm_config_//variable.example/:_authToken": "by variable" };
  expect(npmCredentials([project, user], env)(new URL(url))).toBe(expected);
});

test("npm: the registries of scopes", () => {
  const scopes = npmScopes([project, "@scope:registry=https://weaker.example\n@b:registry=https://b.example/npm"], {});
  expect([...scopes].map(([scope, { href }]) => `${scope} ${href}`)).toEqual([
    "@scope https://scoped.example/npm/",
    "@b https://b.example/npm/",
  ]);
});

test.each([
  ["https://pypi.corp.example/simple/six/", basic("ci:p@ss")],
  ["https://pypi.corp.example/files/six.whl", basic("ci:p@ss")],
  ["https://netrc.example/files/six.whl", basic("u:w")],
  ["https://elsewhere.example/six.whl", undefined],
])("pip: %s gets %s", (url, expected) => {
  const indexes = ["https://ci:p%40ss@pypi.corp.example/simple", "https://netrc.example/simple"];
  expect(pipCredentials(indexes, "machine netrc.example login u password w\n")(new URL(url))).toBe(expected);
});
