import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededBytes } from "../../test/harness/seededRandom.ts";
import { zipFile } from "../../test/harness/zipFile.ts";

/** A module made up for measuring how large files are served. */
export interface MadeModule {
  readonly path: string;
  readonly version: string;
  /** Of its zip, nearly. */
  readonly size: number;
}

/** Writes the module's files into a folder in Go's cache/download layout. The same module is the same bytes every time. */
export function makeModule(modules: string, { path, version, size }: MadeModule): void {
  const folder = join(modules, path, "@v");
  const mod = Buffer.from(`module ${path}\n`);
  const entries = [
    { name: `${path}@${version}/go.mod`, bytes: mod },
    { name: `${path}@${version}/noise.bin`, bytes: seededBytes(path, size), stored: true },
  ];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "list"), `${version}\n`);
  writeFileSync(join(folder, `${version}.info`), JSON.stringify({ Version: version, Time: "2026-01-01T00:00:00Z" }));
  writeFileSync(join(folder, `${version}.mod`), mod);
  writeFileSync(join(folder, `${version}.zip`), zipFile(entries));
  writeFileSync(join(folder, `${version}.ziphash`), hash1(entries));
}

/** golang.org/x/mod/sumdb/dirhash, Hash1: the hash of a list of file hashes, sorted by name; ours are sorted as they are. */
function hash1(entries: readonly { readonly name: string; readonly bytes: Uint8Array }[]): string {
  const lines = entries.map(({ name, bytes }) => `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`);
  return `h1:${createHash("sha256").update(lines.join("")).digest("base64")}`;
}
