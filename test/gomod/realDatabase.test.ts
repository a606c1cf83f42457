// The client against the checksum database that the go command on this machine uses, through the proxy that it uses: its
// lines are those of a real project's go.sum.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { parseSumdb } from "../../src/gomod/goenv.ts";
import { goEnv, machineGo, realUpstream } from "../harness/goTools.ts";
import { RecordedUpstream } from "../harness/recordedUpstream.ts";
import { ClientWorld } from "./clientWorld.ts";
import { sha256 } from "./nodeNote.ts";

const isLong = process.env["FAIRLEAD_LONG"] === "1";

describe("the checksum database of this machine's go", () => {
  test("has the lines of a real go.sum", async ({ skip }) => {
    if (machineGo() === undefined) skip("the go command is not installed");
    const database = parseSumdb(goEnv("GOSUMDB"), sha256);
    if (database === undefined) return skip("GOSUMDB is off");
    await using upstream = await RecordedUpstream.start({ upstream: realUpstream() });
    const base = database.url ?? `${upstream.url}/sumdb/${database.name}`;
    const world = new ClientWorld({
      verifierKey: database.verifierKey,
      readRemote: async (path) => {
        const answer = await fetch(`${base}${path}`, { signal: AbortSignal.timeout(60_000) });
        const body = new Uint8Array(await answer.arrayBuffer());
        if (answer.status === 200) return body;
        throw new Error(`status ${answer.status}: ${new TextDecoder().decode(body)}`);
      },
    });
    const goSum = await readFile(resolve(import.meta.dirname, "../fixtures/projects/caddy/go.sum"), "utf8");
    const lines = goSum.trimEnd().split("\n");
    const count = isLong ? 200 : 6;
    const some = lines.filter((_, i) => i % Math.floor(lines.length / count) === 0);
    for (const line of some) {
      const [path = "", version = "", hash = ""] = line.split(" ");
      await world.client.verify(path, version, hash);
    }
    const [path = "", version = ""] = some[0]?.split(" ") ?? [];
    const wrong = world.client.verify(path, version, "h1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    await expect(wrong).rejects.toMatchObject({ code: "checksumMismatch" });

    // A client that has only what the first has kept finds the same, and asks nobody.
    const offline = new ClientWorld({
      verifierKey: database.verifierKey,
      readRemote: (path) => Promise.reject(new Error(`asked for ${path}`)),
    });
    for (const [file, data] of world.config) offline.config.set(file, data);
    for (const [file, data] of world.cache) offline.cache.set(file, data);
    for (const line of some) {
      const [path = "", version = "", hash = ""] = line.split(" ");
      await offline.client.verify(path, version, hash);
    }
    expect(world.security).toBe("");
  });
});
