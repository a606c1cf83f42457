import { expect, test } from "vitest";
import { forgeOf } from "./forge.ts";

test.each<[string, string | undefined, string | undefined]>([
  ["https://gitlab.corp.example/team/shop.git", "gitlab", "https://gitlab.corp.example/team/shop"],
  ["https://user@github.com/team/shop", "github", "https://github.com/team/shop"],
  ["git@github.com:team/shop.git", "github", "https://github.com/team/shop"],
  ["ssh://git@gitlab.corp.example:2222/team/sub/shop.git/", "gitlab", "https://gitlab.corp.example/team/sub/shop"],
  ["https://git.corp.example:8443/team/shop", undefined, "https://git.corp.example:8443/team/shop"],
  ["/srv/git/shop.git", undefined, undefined],
  ["file:///srv/git/shop.git", undefined, undefined],
  ["../shop", undefined, undefined],
  ['https://x.example/a"b', undefined, undefined],
])("%s", (url, kind, web) => {
  const forge = forgeOf([{ name: "origin", url }]);
  expect([forge?.kind, forge?.web]).toEqual([kind, web]);
});

test("origin counts before others", () => {
  const remotes = [
    { name: "fork", url: "git@github.com:me/shop.git" },
    { name: "origin", url: "git@gitlab.com:team/shop.git" },
  ];
  expect(forgeOf(remotes)?.kind).toBe("gitlab");
});
