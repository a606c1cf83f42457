import { expect, test } from "vitest";
import type { GitState } from "../../repo/gitState.ts";
import { metadataOf } from "./metadata.ts";

const state: GitState = {
  commit: "0123456789abcdef0123456789abcdef01234567",
  commitTime: new Date("2026-11-21T09:00:00Z"),
  branch: "main",
  tags: [],
  dirty: false,
  changes: [],
  remotes: [],
  root: "/src",
};
const none = { branch: undefined, tag: undefined };

test("all of it follows from the commit", () => {
  const { labels, args } = metadataOf({ ...state, tags: ["v1.2.3"], dirty: true }, none, "go1.26.8");
  expect(labels).toEqual({
    "org.opencontainers.image.revision": "0123456789abcdef0123456789abcdef01234567-dirty",
    "org.opencontainers.image.version": "v1.2.3-dirty",
    "org.opencontainers.image.created": "2026-11-21T09:00:00Z",
    "dev.fairlead.go-version": "go1.26.8",
  });
  expect(args).toMatchObject({ SOURCE_DATE_EPOCH: "1795251600", VERSION: "v1.2.3-dirty" });
  expect(metadataOf(undefined, none, undefined)).toEqual({ labels: {}, args: {} });
});

test.each([
  ["https://git.example.com/team/shop.git", "https://git.example.com/team/shop"],
  ["git@git.example.com:team/shop.git", "https://git.example.com/team/shop"],
  ["ssh://git@git.example.com:2222/team/shop", "https://git.example.com/team/shop"],
  ["/srv/git/shop.git", undefined],
  ["file:///srv/git/shop.git", undefined],
])("the source of %s", (url, source) => {
  const { labels } = metadataOf({ ...state, remotes: [{ name: "origin", url }] }, none, undefined);
  expect(labels["org.opencontainers.image.source"]).toBe(source);
});
