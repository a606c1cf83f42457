// The protocol's escaping (https://go.dev/ref/mod#goproxy-protocol), written here once more: tests of src/gomod and of
// what is built on it must not depend on it being right.

/** `Azure` → `!azure`, for paths and versions alike. */
export function escaped(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

/** The path of a file of a module version, with its leading slash. */
export function filePath(module: string, version: string, kind: "info" | "mod" | "zip"): string {
  return `/${escaped(module)}/@v/${escaped(version)}.${kind}`;
}
