import type { GoOrigin } from "../../repo/goEnvironment.ts";

/** Where a setting of the go command comes from, for people. */
export function originText(origin: GoOrigin): string {
  switch (origin.kind) {
    case "environment":
      return "environment";
    case "userFile":
      return `go env -w, ${origin.file}:${origin.line}`;
    case "toolchainFile":
      return `default, ${origin.file}:${origin.line}`;
    case "toolchain":
      return `default of ${origin.go}`;
    case "derived":
      return `from ${origin.from}: ${originText(origin.origin)}`;
    case "unset":
      return "not set";
  }
}
