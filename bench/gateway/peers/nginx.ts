import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { linkModules } from "../moduleFiles.ts";
import type { Absent, Peer } from "../peer.ts";
import { reasonFor } from "../tools.ts";

const run = promisify(execFile);
const template = readFileSync(new URL("nginx/nginx.conf", import.meta.url), "utf8");

/** Keeps descriptors and attributes of files it has served; the usual tuning where files do not change. */
const openFileCache = "open_file_cache max=10000 inactive=60s; open_file_cache_valid 60s; open_file_cache_errors on;";

/** nginx serving the same files, the bar for hot answers; `cached` turns open_file_cache on. */
export async function nginx({ cached }: { readonly cached: boolean }): Promise<Peer | Absent> {
  const name = cached ? "nginx + open_file_cache" : "nginx";
  try {
    const { stderr } = await run("nginx", ["-v"]);
    return {
      name,
      version: stderr.trim().replace("nginx version: nginx/", "nginx "),
      notes: [],
      fills: false,
      fetchesModAlone: false,
      headers: {},
      readyPath: "/healthz",
      seed: (modules, data) => linkModules(modules, data, (file) => file),
      command: ({ data, scratch, port, accessLog }) => {
        const values: Record<string, string> = {
          DATA: data,
          SCRATCH: scratch,
          PORT: String(port),
          ACCESS_LOG: accessLog,
          OPEN_FILE_CACHE: cached ? openFileCache : "",
        };
        const configuration = join(scratch, "nginx.conf");
        // Started as root it would drop to another user, who cannot read a temporary folder.
        const user = process.getuid?.() === 0 ? "user root;\n" : "";
        writeFileSync(configuration, user + template.replaceAll(/@([A-Z_]+)@/g, (_, key: string) => values[key] ?? ""));
        return { argv: ["nginx", "-p", scratch, "-c", configuration], env: {} };
      },
    };
  } catch (error) {
    return { name, reason: reasonFor(error) };
  }
}
