import { expect, test } from "vitest";
import { patternFault } from "./patternFaults.ts";

const path = "git.corp.example/team/lib";

test.each([
  "",
  "git.corp.example",
  "git.corp.example/",
  "*.corp.example",
  "git.corp.example/team",
  "git.corp.example/team/*",
  "git.corp.example/*",
  "github.com/acme/*",
  "other.example",
  "none",
  "*",
])("nothing is wrong with %j", (glob) => {
  expect(patternFault(glob, path)).toBeUndefined();
});

test.each([
  ["https://git.corp.example/", "no scheme; write git.corp.example"],
  [" git.corp.example", "doesn't trim the blank; write git.corp.example"],
  ["a.example b.example", "commas alone"],
  ["a.example;b.example", "commas alone"],
  ["git.corp.example:8443", "no colon"],
  ["git@git.corp.example:team", "no colon"],
  ["git.corp.example/...", "write git.corp.example"],
  ["git.corp.example/[", "malformed"],
  ["git.corp.example/team/lib/*", "only what is below git.corp.example/team/lib"],
  ["Git.Corp.Example", "upper and lower case"],
  ["*.git.corp.example", "hosts below git.corp.example"],
  ["corp.example", "write *.corp.example"],
])("%j: %s", (glob, fault) => {
  expect(patternFault(glob, path)).toContain(fault);
});
