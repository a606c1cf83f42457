// The text of a `.info`, with Origin as Go writes it (cmd/go/internal/modfetch/coderepo.go, convert).

import { isPseudoVersion } from "../../gomod/pseudo.ts";
import type { CodeModule, Resolved } from "./codeModule.ts";
import { tagsOf, tagSum } from "./refs.ts";

/** For a version that was asked for by its name. Nothing but its commit matters then (modfetch/cache.go, writeDiskStat). */
export function versionInfo(module: CodeModule, { version, revision }: Resolved): Buffer {
  const origin = originOf(module, revision.hash);
  if (revision.ref !== undefined && !isPseudoVersion(version)) origin["Ref"] = revision.ref;
  return infoText(version, revision.time, origin);
}

/** For what a query came to. `query` is empty for the default branch. */
export async function queryInfo(module: CodeModule, { version, revision }: Resolved, query: string): Promise<Buffer> {
  const { folder, pathMajor } = module.place;
  const origin = originOf(module, revision.hash);
  // What other tags there are decides the version; so they are a part of where it comes from.
  if (isPseudoVersion(version) && (version !== query || !version.startsWith("v0.0.0-"))) {
    const prefix = (folder === "" ? "" : `${folder}/`) + (pathMajor === "" ? "" : `${pathMajor.slice(1)}.`);
    if (prefix !== "") origin["TagPrefix"] = prefix;
    origin["TagSum"] = tagSum(tagsOf(await module.revisions.refs(), prefix), prefix);
  }
  if (revision.ref !== undefined) origin["Ref"] = revision.ref;
  return infoText(version, revision.time, origin);
}

/** Its keys in the order of Go's struct; more may follow. */
function originOf({ place, revisions }: CodeModule, hash: string): Record<string, string> {
  const { folder } = place;
  return { VCS: "git", URL: revisions.mirror.url, ...(folder === "" ? {} : { Subdir: folder }), Hash: hash };
}

function infoText(version: string, time: Date, origin: Readonly<Record<string, string>>): Buffer {
  const text = time.toISOString().replace(".000Z", "Z");
  return Buffer.from(goJson({ Version: version, Time: text, Origin: origin }));
}

/** encoding/json escapes what HTML would take for its own. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
