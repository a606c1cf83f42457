import { fileURLToPath } from "node:url";
import { buildGoPeer, pinnedVersion } from "../goPeer.ts";
import { linkModules } from "../moduleFiles.ts";
import type { Absent, Peer } from "../peer.ts";
import { reasonFor } from "../tools.ts";

const folder = fileURLToPath(new URL("goproxy", import.meta.url));

/** goproxy/goproxy's own server command with its directory cacher, whose paths are those of the URLs. */
export async function goproxy(): Promise<Peer | Absent> {
  const name = "goproxy";
  try {
    const binary = await buildGoPeer(folder, "github.com/goproxy/goproxy/cmd/goproxy");
    return {
      name,
      version: `goproxy/goproxy ${pinnedVersion(folder, "github.com/goproxy/goproxy")}`,
      notes: [
        "goproxy's server has no access log at all, so it alone is measured without one; that favours it.",
        "goproxy asks its upstream for every `list`; measured requests carry its own header `Disable-Module-Fetch: true`, with which it answers from its cache.",
      ],
      fills: true,
      fetchesModAlone: false,
      headers: { "Disable-Module-Fetch": "true" },
      // It has no health path; for one that it need not look up, any answer would be a 404, so it is asked for a checksum database.
      readyPath: "/sumdb/sum.golang.org/supported",
      seed: (modules, data) => linkModules(modules, data, (file) => (file.endsWith(".ziphash") ? undefined : file)),
      command: ({ data, scratch, port, upstream }) => ({
        argv: [
          binary,
          "server",
          `--address=127.0.0.1:${port}`,
          "--cacher=dir",
          `--cacher-dir=${data}`,
          `--temp-dir=${scratch}`,
          "--proxied-sumdbs=sum.golang.org",
        ],
        env: { GOPROXY: upstream, GOSUMDB: "off" },
      }),
    };
  } catch (error) {
    return { name, reason: reasonFor(error) };
  }
}
