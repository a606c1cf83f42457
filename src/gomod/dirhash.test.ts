import { hash } from "node:crypto";
import { expect, it } from "vitest";
import { hash1, hashGoMod } from "./dirhash.ts";

const sha256 = (data: Uint8Array | string): string => hash("sha256", data, "hex");

it("hashes the list of hashes, sorted by the names' bytes", () => {
  const names = ["\u{10400}", "xyz", "\uff21", "abc"];
  const lines = ["abc", "xyz", "\uff21", "\u{10400}"].map((name) => `${sha256(`data of ${name}`)}  ${name}\n`).join("");
  const files = names.map((name) => ({ name, sha256: sha256(`data of ${name}`) }));
  expect(hash1(files, sha256)).toBe(`h1:${Buffer.from(sha256(lines), "hex").toString("base64")}`);
});

it("refuses names that would forge a line", () => {
  expect(() => hash1([{ name: "a\nb", sha256: "" }], sha256)).toThrow("filenames with newlines are not supported");
});

it("hashes a go.mod file by itself", () => {
  // test/oracle/go.sum has the same line.
  const goMod = "module golang.org/x/mod\n\ngo 1.26.0\n\nrequire golang.org/x/tools v0.51.0 // tagx:ignore\n";
  expect(hashGoMod(new TextEncoder().encode(goMod), sha256)).toBe("h1:u5fzIrRInkL8MaO1cbRkUHT64v303YIT5KEqpNr7jRs=");
});
