import { expect, test } from "vitest";
import { isLocalServer, looksPrivate, privatePattern } from "./privatePath.ts";

test.each([
  "git.corp.example/x",
  "gitlab.acme.com/x",
  "code.internal/x",
  "git.lan/x",
  "go.corp.acme.com/x",
  "src.private/x",
])("%s looks private", (path) => {
  expect(looksPrivate(path)).toBeDefined();
});

test.each([
  "github.com/a/b",
  "gitlab.com/a/b",
  "golang.org/x/text",
  "gopkg.in/yaml.v3",
  "k8s.io/api",
  "go.uber.org/zap",
  "git.sr.ht",
])("%s does not", (path) => {
  expect(looksPrivate(path)).toBeUndefined();
});

test.each([
  ["git.corp.example/team/lib", "git.corp.example"],
  ["github.com/acme/lib/v2", "github.com/acme"],
  ["github.com", "github.com"],
])("%s is covered by %s", (path, pattern) => {
  expect(privatePattern(path)).toBe(pattern);
});

test.each([
  ["http://localhost:7300", true],
  ["http://127.0.0.1", true],
  ["http://10.1.2.3", true],
  ["http://172.16.0.1", true],
  ["http://172.32.0.1", false],
  ["http://192.168.0.1", true],
  ["http://[::1]:80", true],
  ["http://[fd00::1]", true],
  ["http://goproxy", true],
  ["https://goproxy.corp.example", true],
  ["https://10.example.com", false],
  ["https://proxy.example.com", false],
])("%s: %s", (url, isLocal) => {
  expect(isLocalServer(new URL(url))).toBe(isLocal);
});
