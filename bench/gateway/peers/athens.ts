import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { buildGoPeer, pinnedVersion } from "../goPeer.ts";
import { linkModules } from "../moduleFiles.ts";
import type { Absent, Peer } from "../peer.ts";
import { reasonFor } from "../tools.ts";

const folder = fileURLToPath(new URL("athens", import.meta.url));

/** Athens with disk storage, configured by athens/athens.toml; what differs from run to run comes by environment. */
export async function athens(): Promise<Peer | Absent> {
  const name = "Athens";
  try {
    const binary = await buildGoPeer(folder, "github.com/gomods/athens/cmd/proxy");
    return {
      name,
      version: `gomods/athens ${pinnedVersion(folder, "github.com/gomods/athens")}`,
      notes: [
        "Athens asks its upstream for every `list` (it starts `go list`) unless its network mode is `offline`; the warm rounds run it offline, the cold ones `strict`.",
      ],
      fills: true,
      fetchesModAlone: false,
      headers: {},
      readyPath: "/healthz",
      seed: (modules, data) => linkModules(modules, data, athensPath),
      command: ({ data, scratch, port, upstream, warm }) => ({
        argv: [binary, "-config_file", join(folder, "athens.toml")],
        env: {
          ATHENS_PORT: `127.0.0.1:${port}`,
          ATHENS_DISK_STORAGE_ROOT: data,
          ATHENS_NETWORK_MODE: warm ? "offline" : "strict",
          ATHENS_GOGET_DIR: scratch,
          ATHENS_GO_BINARY_ENV_VARS: `GOPROXY=${upstream};GOSUMDB=off;GOTOOLCHAIN=local;GOFLAGS=`,
        },
      }),
    };
  } catch (error) {
    return { name, reason: reasonFor(error) };
  }
}

/** Athens' disk layout (pkg/storage/fs): <module>/<version>/{<version>.info,go.mod,source.zip}, nothing escaped, no list. */
function athensPath(file: string): string | undefined {
  const [, module, version, kind] = /^(.+)\/@v\/(.+)\.(info|mod|zip)$/.exec(unescape(file)) ?? [];
  if (module === undefined || version === undefined) return undefined;
  const name = kind === "mod" ? "go.mod" : kind === "zip" ? "source.zip" : `${version}.info`;
  return join(module, version, name);
}

function unescape(path: string): string {
  return path.replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
