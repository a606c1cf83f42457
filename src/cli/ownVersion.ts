import { readFileSync } from "node:fs";

/** The same relative path serves src/cli/main.ts and dist/cli/main.js. */
export function ownVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? "unknown";
}
