import { expect, test } from "vitest";
import { pathMatcher } from "./pathPattern.ts";

test.each([
  ["**/.env", "/.env /srv/.env /a/.b/.env", "/.env.example /x.env /a/.env/b"],
  ["**/.git/**", "/app/.git/config /.git/.x/y", "/app/.gitignore /app/git/x"],
  ["/etc/*.conf", "/etc/a.conf", "/etc/a/b.conf /srv/etc/a.conf /etc/axconf"],
  ["**/.ssh/id_*", "/root/.ssh/id_rsa", "/root/.ssh/known_hosts"],
  ["secret?", "/secret1", "/secret /secret12 /a/secret1"],
  ["**", "/a /a/b", ""],
])("%s", (pattern, yes, no) => {
  const fits = pathMatcher([pattern]);
  for (const path of yes.split(" ")) expect(fits(path), path).toBe(true);
  for (const path of no.split(" ").filter(Boolean)) expect(fits(path), path).toBe(false);
});

test("no pattern fits nothing", () => expect(pathMatcher([])("/a")).toBe(false));
