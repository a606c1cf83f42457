import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { linkModules } from "../moduleFiles.ts";
import type { Absent, Peer } from "../peer.ts";
import { reasonFor } from "../tools.ts";

const run = promisify(execFile);
const launcher = fileURLToPath(new URL("../../../bin/fairlead", import.meta.url));

/** Fairlead out of this checkout, with its defaults but for one worker: one core is what every server gets. */
export async function fairlead(): Promise<Peer | Absent> {
  const name = "Fairlead";
  try {
    // Also installs what is missing, which must not happen while the start is being timed.
    const { stdout } = await run(launcher, ["--version"]);
    return { name, version: `${stdout.trim()}, this checkout`, ...peer };
  } catch (error) {
    return { name, reason: reasonFor(error) };
  }
}

const peer: Omit<Peer, "name" | "version"> = {
  notes: [],
  fills: true,
  fetchesModAlone: true,
  headers: {},
  readyPath: "/readyz",
  // The .ziphash goes along: a zip counts as present only when it is there (DESIGN.md, Data that others read).
  seed: (modules, data) => linkModules(modules, join(data, "modules"), (file) => file),
  command: ({ data, scratch, port, upstream }) => ({
    argv: [launcher, "up", `--listen=127.0.0.1:${port}`, `--data=${data}`, `--upstream=${upstream}`, "--workers=1"],
    // As the peers have it: what is measured is the proxy.
    env: { TMPDIR: scratch, GOSUMDB: "off" },
  }),
};
