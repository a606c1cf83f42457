import { expect, test } from "vitest";
import { parseReference } from "./reference.ts";

const sha = `sha256:${"a".repeat(64)}`;

// The rows are those of distribution's own reference_test.go and normalize_test.go, as far as they name an image.
test.each<[string, string, string, string | undefined, string | undefined]>([
  ["shop", "docker.io", "library/shop", "latest", undefined],
  ["team/shop", "docker.io", "team/shop", "latest", undefined],
  ["docker.io/shop", "docker.io", "library/shop", "latest", undefined],
  ["index.docker.io/team/shop:1", "docker.io", "team/shop", "1", undefined],
  ["localhost/shop", "localhost", "shop", "latest", undefined],
  ["localhost:5000/shop:v1", "localhost:5000", "shop", "v1", undefined],
  ["registry.example:5000/a/b/c:4f1c2d9", "registry.example:5000", "a/b/c", "4f1c2d9", undefined],
  ["10.1.2.3:5000/shop", "10.1.2.3:5000", "shop", "latest", undefined],
  ["[::1]:5000/shop:v1", "[::1]:5000", "shop", "v1", undefined],
  ["registry.example/shop:v1@" + sha, "registry.example", "shop", "v1", sha],
  ["registry.example/shop@" + sha, "registry.example", "shop", undefined, sha],
  ["registry.example/my--shop_x/a.b:_1.2-3", "registry.example", "my--shop_x/a.b", "_1.2-3", undefined],
])("%s", (text, registry, repository, tag, digest) =>
  expect(parseReference(text)).toEqual({ registry, repository, tag, digest }),
);

test.each([
  "",
  "Shop",
  "registry.example/Shop",
  "registry.example/../etc",
  "registry.example/shop/",
  "registry.example//shop",
  "registry.example/shop:",
  "registry.example/shop:a b",
  "registry.example/shop:" + "a".repeat(129),
  "registry.example/shop@sha256:abc",
  "registry.example/shop@md5:" + "a".repeat(32),
  "registry.example/shop?x=1",
  "user:pass@registry.example/shop",
  "http://registry.example/shop",
  "registry_example:5000/shop",
  "registry.example:5000000/shop",
  "--help",
  `a/${"b".repeat(2000)}`,
])("%j is refused", (text) => expect(() => parseReference(text)).toThrow(/names no image/));
