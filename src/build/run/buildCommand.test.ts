import { expect, test } from "vitest";
import { buildCommand, type BuildRequest } from "./buildCommand.ts";
import { declaredArguments } from "./dockerfileArguments.ts";

const request: BuildRequest = {
  dockerfile: "/src/Dockerfile",
  context: "/src",
  target: undefined,
  platform: undefined,
  args: {},
  secrets: {},
  labels: {},
  noCache: false,
  pull: false,
};

test.each([
  [undefined, ["build", "--progress=plain", "--file"]],
  ["v0.9.1", ["buildx", "build", "--load", "--progress=plain", "--file"]],
  ["v0.12.0", ["buildx", "build", "--load", "--progress=plain", "--provenance=false", "--file"]],
  ["v0.29.1", ["buildx", "build", "--load", "--progress=rawjson", "--provenance=false", "--file"]],
  ["v1.0.0", ["buildx", "build", "--load", "--progress=rawjson", "--provenance=false", "--file"]],
])("with buildx %s", (buildx, start) => {
  const command = buildCommand(request, { buildx }, "t:1");
  expect(command.slice(0, start.length)).toEqual(start);
  expect(command.slice(-4)).toEqual(["--tag", "t:1", "--", "/src"]);
});

test("every option is an argument of its own, whatever is in it", () => {
  const all: BuildRequest = {
    ...request,
    target: "final",
    platform: "linux/arm64",
    args: { LDFLAGS: "-s -w; rm -rf $HOME" },
    labels: { "a.b": 'x "y"' },
    secrets: { token: { env: "TOKEN", file: undefined }, netrc: { env: undefined, file: '/a,b/"c"' } },
    noCache: true,
    pull: true,
  };
  const command = buildCommand(all, { buildx: undefined }, "t:1");
  expect(command).toContain("LDFLAGS=-s -w; rm -rf $HOME");
  expect(command).toContain('a.b=x "y"');
  expect(command).toContain("id=token,env=TOKEN");
  expect(command).toContain('id=netrc,"src=/a,b/""c"""');
  for (const option of ["--target", "--platform", "--no-cache", "--pull"]) expect(command).toContain(option);
});

test.each([
  ["FROM golang\nARG GOPROXY\nRUN x", ["GOPROXY"]],
  ["ARG GO=1.26\nFROM golang:$GO\narg GOPROXY=direct GOSUMDB", ["GO", "GOPROXY", "GOSUMDB"]],
  ['ARG LDFLAGS="-s -w" VERSION=dev', ["LDFLAGS", "VERSION"]],
  ["ARG A \\\n  # why\n  B=1", ["A", "B"]],
  ["# ARG GOPROXY\nRUN echo ARG GOPROXY\nENV GOPROXY=x", []],
])("arguments that are declared: %j", (dockerfile, names) => {
  expect([...declaredArguments(dockerfile)]).toEqual(names);
});
