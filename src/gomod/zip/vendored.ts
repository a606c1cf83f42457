/**
 * Which files of a vendor folder a module zip leaves out: those of vendored packages (golang.org/x/mod/zip,
 * isVendoredPackage). The rule had two faults until Go 1.24, and the checksums of all older modules rest on them; so the go
 * line of a module's own go.mod says which rule is its own. https://go.dev/issue/37397
 */
import { compare, lang } from "../gover.ts";
import { parseLax } from "../modfile.ts";

/** The language version of a go.mod, `1.24`; empty if it has none or can't be read. */
export function goVersionOf(goMod: Uint8Array): string {
  try {
    return lang(parseLax("go.mod", goMod).go?.version ?? "");
  } catch {
    return "";
  }
}

/** @param goVersion As {@link goVersionOf} gives it. */
export function isVendored(path: string, goVersion: string): boolean {
  const isMended = compare(goVersion, "1.24") >= 0;
  if (isMended && path === "vendor/modules.txt") return true;
  if (path.startsWith("vendor/")) return path.includes("/", "vendor/".length);
  const nested = path.indexOf("/vendor/");
  if (nested < 0) return false;
  // The old rule looked for a slash from a place that has nothing to do with where the folder is.
  return path.includes("/", (isMended ? nested : 0) + "/vendor/".length);
}
