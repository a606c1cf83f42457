import { expect, test } from "vitest";
import { findAnchor, Links, rewriteAnchors } from "./links.ts";

const own = "http://127.0.0.1:9";

test("pip: links are moved, their hashes stay, and another index's are found by name and hash", () => {
  const links = new Links();
  const page = new URL("https://index.example/simple/tiny/");
  const html = `<a href="../../files/tiny-1.0.tar.gz#sha256=aa">tiny</a> <a data-x='1' href='https://cdn.example/t.whl?a=1&amp;b=2#sha256=bb'>w</a> <a href="../">up</a>`;
  const moved = rewriteAnchors(html, page, "tiny/", links, own);
  expect(moved).toContain(`href="${own}/-/linked/0/tiny-1.0.tar.gz#sha256=aa"`);
  expect(moved).toContain(`href='${own}/-/linked/1/t.whl#sha256=bb'`);
  expect(moved).toContain('<a href="../">up</a>');
  const wanted = links.find("/-/linked/0/tiny-1.0.tar.gz");
  expect(wanted?.url.href).toBe("https://index.example/files/tiny-1.0.tar.gz");
  const other = '<a href="/p/tiny-1.0.tar.gz#sha256=zz">x</a><a href="/q/tiny-1.0.tar.gz#sha256=aa">x</a>';
  const found = wanted === undefined ? undefined : findAnchor(other, new URL("https://b.example/tiny/"), wanted);
  expect(found?.href).toBe("https://b.example/q/tiny-1.0.tar.gz");
});

test("only what was linked can be asked for", () => {
  expect(new Links().find("/-/linked/0/x")).toBeUndefined();
});
