import { createHash } from "node:crypto";

/** The lines of go.sum for a version of a module that is these files: dirhash's h1, worked out here so that nothing is fetched. */
export function sumLines(path: string, version: string, files: Readonly<Record<string, string>>): string {
  const hash = (data: string, encoding: "hex" | "base64"): string => createHash("sha256").update(data).digest(encoding);
  const listed = (prefix: string, names: readonly string[]): string =>
    names.map((name) => `${hash(files[name] ?? "", "hex")}  ${prefix}${name}\n`).join("");
  const all = listed(`${path}@${version}/`, Object.keys(files).toSorted());
  return `${path} ${version} h1:${hash(all, "base64")}\n${path} ${version}/go.mod h1:${hash(listed("", ["go.mod"]), "base64")}\n`;
}
