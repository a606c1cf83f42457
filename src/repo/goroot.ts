import { posix, win32 } from "node:path";
import type { GoHost } from "./goHost.ts";

/**
 * Where the Go distribution lies, found as the go command finds it (cmd/go/internal/cfg/cfg.go, findGOROOT): GOROOT in the
 * user's go/env file, then in the environment, then beside the go command, then what that has built in. undefined when
 * there is no Go here.
 *
 * @param fromUserFile GOROOT as the user's file has it
 */
export async function findGoroot(host: GoHost, fromUserFile: string | undefined): Promise<string | undefined> {
  const path = host.platform === "win32" ? win32 : posix;
  const set = fromUserFile || host.environment["GOROOT"];
  if (set !== undefined && set !== "") return path.normalize(set);
  const go = await host.findGo();
  if (go === undefined) return undefined;
  for (const executable of [go, await host.realPath(go)]) {
    if (executable === undefined) continue;
    // GOROOT/bin/go, or GOROOT/bin/GOOS_GOARCH/go where it was cross-compiled.
    for (const up of ["../..", "../../.."]) {
      const folder = path.join(executable, up);
      if (await host.isFolder(path.join(folder, "pkg", "tool"))) return folder;
    }
  }
  // A wrapper script of a version manager stands in front of the real one.
  const told = (await host.runGo(go, ["env", "GOROOT"], {}))?.trim();
  return told === undefined || told === "" ? undefined : told;
}
