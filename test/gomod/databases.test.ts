/** Checksum databases, both sides, against golang.org/x/mod/sumdb. */
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ModuleError } from "../../src/gomod/error.ts";
import * as note from "../../src/gomod/note.ts";
import * as sumdb from "../../src/gomod/sumdb.ts";
import * as tlog from "../../src/gomod/tlog.ts";
import { decodeUtf8, encodeUtf8 } from "../../src/gomod/utf8.ts";
import { type Oracle, startOracle } from "../oracle/oracle.ts";
import { anything, nearly } from "./arbitraries.ts";
import { type ClientReport, ClientWorld } from "./clientWorld.ts";
import { DatabaseServer } from "./databaseServer.ts";
import { countAgreement, expectAgreement, isLong, sample, writeAgreements } from "./differential.ts";
import { type HostileDatabase, hostileDatabase, verifierKey } from "./hostileDatabase.ts";
import { nodeCrypto, sha256 } from "./nodeNote.ts";

/** Databases to look at; in the long run some more than 100,000, since Go stops at a few where ours goes on. */
const worlds = isLong ? 103_000 : 1000;

if (isLong) vi.setConfig({ testTimeout: 1_800_000 });

let oracle: Oracle;
beforeEach(async ({ skip }) => {
  oracle ??= await startOracle({ skip }, "modules");
});
afterAll(async () => {
  oracle?.close();
  await writeAgreements("gomod-databases", "Checksum databases against golang.org/x/mod/sumdb");
});

const keys = await note.generateKey(Buffer.alloc(32, 9), "sum.example.com/team", nodeCrypto);
const signer = await note.newSigner(keys.signerKey, nodeCrypto);

async function ask(op: string, args: readonly string[]): Promise<unknown> {
  const [answer] = await oracle.ask(op, [args]);
  if (answer?.error !== undefined) throw new Error(`${op}: ${answer.error}`);
  return answer?.value;
}

describe("client", () => {
  it("finds what Go's finds in databases that may lie, says the same, and leaves the same behind", async () => {
    const databases = sample(hostileDatabase, worlds);
    const seen = { lines: 0, error: 0, security: 0, retried: 0, caught: 0 };
    const batch = 200;
    for (let start = 0; start < databases.length; start += batch) {
      const some = databases.slice(start, start + batch);
      const answers = await oracle.ask("sumdb.client", some.map(caseOf));
      for (const [i, database] of some.entries()) {
        const go = answers[i]?.value;
        const { report, retried } = await ourReport(database);
        if (retried) {
          // Go stops at kept tiles that don't fit the tree; ours then looks at the server's, and may see the fork.
          seen.retried++;
          seen.caught += report.security === "" ? 0 : 1;
          const theirs = isReport(go) ? go.results : [];
          for (const [i, result] of report.results.entries()) {
            const its = theirs[i];
            const stopped = its !== undefined && "error" in its && its.error.endsWith(": downloaded inconsistent tile");
            expect(result, `case ${start + i}`).toEqual(stopped ? { error: expect.any(String) } : its);
          }
          continue;
        }
        // A forked history is not kept here; Go keeps its tiles, and exits.
        const compared = report.security === "" ? report : { ...report, cache: expect.anything() };
        expect(compared, `case ${start + i}`).toEqual(go);
        countAgreement("sumdb.Client with a database that may lie", 1);
        for (const result of report.results) seen["lines" in result ? "lines" : "error"]++;
        seen.security += report.security === "" ? 0 : 1;
      }
    }
    console.log(`databases that may lie: ${JSON.stringify(seen)}`);
    for (const count of [seen.lines, seen.error, seen.security]) expect(count).toBeGreaterThan(databases.length / 50);
  });

  function caseOf({ latest, tileHeight, gonosumdb, lookups, remote }: HostileDatabase): string[] {
    return [verifierKey, latest, String(tileHeight), gonosumdb, lookups.join("\n"), ...[...remote].flat()];
  }

  async function ourReport(database: HostileDatabase): Promise<{ report: ClientReport; retried: boolean }> {
    const world = new ClientWorld({
      ...database,
      verifierKey,
      readRemote: async (path) => {
        const data = database.remote.get(path);
        if (data === undefined) throw new Error(`no remote path ${path}`);
        return encodeUtf8(data);
      },
    });
    for (const lookup of database.lookups) if (!(await world.lookup(lookup))) break;
    return { report: world.report(), retried: world.logged.some((line) => line.includes("asking the server for all")) };
  }

  const honest = ["v1.0.0", "v1.0.1", "v1.0.1/go.mod", "v1.0.2", "v1.0.3"];
  const lies: [string, RegExp][] = [
    ["nothing", /^$/],
    ["wrongRecord", /: cannot authenticate record data in server response$/],
    ["wrongSignature", /: reading tree note: invalid signature for key sum\.example\.com\/team\+/],
    ["stranger", /: reading tree note: note has no verifiable signatures\n/],
    ["truncatedTile", /: checking tree#4 against tree#5: TileReader returned bad result slice \(tile\/8\/0\//],
    ["flippedTile", /: checking tree#4 against tree#5: downloaded inconsistent tile$/],
    ["fork", /: security error: misbehaving server$/],
    ["rolledBack", /: security error: misbehaving server$/],
  ];

  it.each(lies)("of a server of Go's that lies, in that it does %s", async (lie, expected) => {
    /** A database that is honest at first, each with a log of its own. */
    const listen = async (): Promise<string[]> => {
      const url = String(await ask("sumdb.listen", [keys.signerKey, ""]));
      const liar = await liarFrom(lie);
      return [...honest.map((each) => `${url} example.com/m ${each}`), `${liar} example.com/m v1.0.4`];
    };
    const go = await ask("sumdb.clientOver", [keys.verifierKey, ...(await listen())]);

    let base = "";
    const world = new ClientWorld({ verifierKey: keys.verifierKey, readRemote: (path) => get(`${base}${path}`) });
    for (const lookup of await listen()) {
      const [url = "", ...rest] = lookup.split(" ");
      base = url;
      await world.lookup(rest.join(" "));
    }
    const report = world.report();
    const last = report.results.at(-1) ?? { lines: [] };
    expect("error" in last ? last.error : "").toMatch(expected);
    expect(withoutTiles(report)).toEqual(withoutTiles(go));
    if (lie === "nothing") expect(report).toEqual(go);
    expect(report.security !== "").toBe(lie === "fork" || lie === "rolledBack");
  });

  /** Another database with as many records; the same, unless the lie is that they are others. */
  async function liarFrom(lie: string): Promise<string> {
    const url = String(await ask("sumdb.listen", [keys.signerKey, lie]));
    for (const each of honest) await get(`${url}/lookup/example.com/m@${each.replace("/go.mod", "")}`);
    return url;
  }

  it("passes the database's own words on", async () => {
    const url = String(await ask("sumdb.listen", [keys.signerKey, ""]));
    const world = new ClientWorld({ verifierKey: keys.verifierKey, readRemote: (path) => get(`${url}${path}`) });
    await world.lookup("example.com/missing v1.0.0");
    expect(world.report().results).toEqual([
      {
        error: "example.com/missing@v1.0.0: status 404: lookup example.com/missing@v1.0.0: file does not exist",
      },
    ]);
  });
});

function isReport(report: unknown): report is ClientReport {
  return typeof report === "object" && report !== null && "results" in report && Array.isArray(report.results);
}

/** All but the cache, in which Go keeps the tiles of a fork too. */
function withoutTiles(report: unknown): unknown {
  return typeof report === "object" && report !== null ? { ...report, cache: undefined } : report;
}

async function get(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  const body = new Uint8Array(await answer.arrayBuffer());
  if (answer.status === 200) return body;
  throw new Error(`status ${answer.status}: ${decodeUtf8(body).trim()}`);
}

describe("server", () => {
  const missing = (op: string, path: string): ModuleError =>
    new ModuleError("notFound", `${op} ${path}: file does not exist`);
  const sum = (text: string): string => Buffer.from(sha256(encodeUtf8(text))).toString("base64");
  const versions = Array.from({ length: 20 }, (_, i) => `v1.0.${i}`);

  /** The oracle's database (gosum and readOnly in test/oracle/databases.go). */
  async function database(): Promise<sumdb.ServerOps> {
    const whole = new sumdb.TestServer({
      signer,
      sha256,
      gosum: async (path, version) => {
        const key = `${path}@${version}`;
        return encodeUtf8(`${path} ${version} h1:${sum(key)}\n${path} ${version}/go.mod h1:${sum(`${key}/go.mod`)}\n`);
      },
    });
    for (const version of versions) await whole.lookup({ path: "example.com/m", version });
    return {
      signed: () => whole.signed(),
      readRecords: async (id, n) => {
        if (id + n > versions.length) throw missing("read", "records");
        return whole.readRecords(id, n);
      },
      lookup: async ({ path, version }) => {
        const id = versions.indexOf(version);
        if (path !== "example.com/m" || id < 0) throw missing("lookup", `${path}@${version}`);
        return id;
      },
      readTileData: async (tile) => {
        const { h, l, n, w } = tile;
        if ((n * 2 ** h + w) * 2 ** (h * l) > versions.length) throw missing("read", "tile");
        return whole.readTileData(tile);
      },
    };
  }

  it("answers as Go's does", async () => {
    const ops = await database();
    const target = fc.oneof(
      nearly(fc.constantFrom(...versions).map((version) => `/lookup/example.com/m@${version}`)),
      nearly(fc.constantFrom("/latest", "/lookup/github.com/!azure/x@v1.0.0", "/lookup/example.com/M@v1.0.0-!r!c1")),
      nearly(fc.constantFrom("/lookup/example.com/m@v1.0.0+incompatible", "/lookup/a@v1.0", "/", "/supported")),
      nearly(
        fc
          .tuple(
            fc.integer({ min: 1, max: 5 }),
            fc.integer({ min: -1, max: 3 }),
            fc.nat(9),
            fc.integer({ min: 1, max: 32 }),
          )
          .map(([h, l, n, w]) => `/${tlog.tilePath({ h, l, n, w: Math.min(w, 2 ** h) })}`),
      ),
      anything.map((text) => `/lookup/${text}`),
    );
    const paths = sample(target);
    const statuses = new Map<number, number>();
    await expectAgreement(
      oracle,
      "sumdb.serve",
      paths.map((path) => [keys.signerKey, path]),
      async (_, path) => {
        const { status, contentType, body } = await sumdb.serve(path, ops);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        // Where no log can have that tile, our server says so before it asks.
        return {
          status,
          contentType,
          body: decodeUtf8(body).replace("no such tile", "read tile: file does not exist"),
        };
      },
    );
    expect(new Set(statuses.keys())).toEqual(new Set([200, 400, 404, 500]));
    expect(statuses.get(200)).toBeGreaterThan(paths.length / 20);
  });

  it("is one that Go's client believes", async () => {
    const ops = await database();
    await using server = await DatabaseServer.start(ops);
    const lookups = versions.flatMap((version) => [version, `${version}/go.mod`]);
    const go = await ask("sumdb.clientOver", [
      keys.verifierKey,
      ...lookups.map((version) => `${server.url} example.com/m ${version}`),
    ]);
    const lines = lookups.map((version) => ({
      lines: [`example.com/m ${version} h1:${sum(`example.com/m@${version}`)}`],
    }));
    expect(go).toMatchObject({ results: lines, security: "" });
  });
});
