import { expect, test } from "vitest";
import { Tarballs } from "./tarballs.ts";

const registries = ["https://corp.example/api/npm/", "https://mirror.example/"].map((url) => new URL(url));
const scopes = new Map([["@team", new URL("https://scoped.example/npm/")]]);
const locked = [
  "https://public.example/ms/-/ms-2.1.3.tgz",
  "https://corp.example/api/npm/left-pad/-/left-pad-1.0.0.tgz",
  "https://scoped.example/npm/@team/a/-/a-1.0.0.tgz?sig=1",
  "git+ssh://git@host.example/x.git#abc",
];
const document = JSON.stringify({
  versions: { "1.0.0": { dist: { tarball: "https://files.example/far/away.tgz" } }, "1.0.1": { dist: { tarball: 7 } } },
});

test.each([
  // A document's, and what no lock file or document has named.
  ["/ms", "ms", undefined],
  ["/@other%2fx", "@other%2fx", undefined],
  ["/debug/-/debug-4.0.0.tgz", "debug/-/debug-4.0.0.tgz", undefined],
  ["/api/npm/debug/-/debug-4.0.0.tgz", "debug/-/debug-4.0.0.tgz", undefined],
  ["/api/npm/@other/x/-/x-1.0.0.tgz", "@other/x/-/x-1.0.0.tgz", undefined],
  ["/api/npm", "api/npm", undefined],
  // Locked at the registry itself, and at another one that ours may have a copy of.
  ["/api/npm/left-pad/-/left-pad-1.0.0.tgz", "left-pad/-/left-pad-1.0.0.tgz", undefined],
  ["/ms/-/ms-2.1.3.tgz", "ms/-/ms-2.1.3.tgz", "https://public.example/ms/-/ms-2.1.3.tgz"],
  // Elsewhere by a document's word.
  ["/far/away.tgz", "far/away.tgz", "https://files.example/far/away.tgz"],
  // A scope's, locked and not.
  ["/npm/@team/a/-/a-1.0.0.tgz", undefined, "https://scoped.example/npm/@team/a/-/a-1.0.0.tgz?sig=1"],
  ["/npm/@team/b/-/b-1.0.0.tgz", undefined, "https://scoped.example/npm/@team/b/-/b-1.0.0.tgz"],
])("%s", (path, relative, original) => {
  const tarballs = new Tarballs(registries, scopes, locked);
  tarballs.read(document, new URL("https://corp.example/api/npm/"));
  const place = tarballs.place(path);
  expect({ relative: place.relative, original: place.original?.href }).toEqual({ relative, original });
});
