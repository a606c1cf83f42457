import { createHash, createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { ModuleError } from "./error.ts";
import * as note from "./note.ts";
import * as sumdb from "./sumdb.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

const spki = Buffer.from("302a300506032b6570032100", "hex");
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");
const keyOf = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
const crypto: note.VerifierCrypto & note.SignerCrypto = {
  sha256: (data) => hash("sha256", data, "buffer"),
  verify: (publicKey, message, signature) =>
    verify(
      null,
      message,
      createPublicKey({ key: Buffer.concat([spki, publicKey]), format: "der", type: "spki" }),
      signature,
    ),
  publicKey: (seed) => createPublicKey(keyOf(seed)).export({ format: "der", type: "spki" }).subarray(-32),
  sign: (seed, message) => sign(null, message, keyOf(seed)),
};
const { sha256 } = crypto;

const name = "sum.example.com";
const keys = await note.generateKey(Buffer.alloc(32, 5), name, crypto);
const signer = await note.newSigner(keys.signerKey, crypto);

const hashOf = (text: string): string => `h1:${createHash("sha256").update(text).digest("base64")}`;

/** A database whose records for versions from `forkAt` on are others than those of the honest one. */
function database(forkAt = Number.POSITIVE_INFINITY): sumdb.TestServer {
  return new sumdb.TestServer({
    signer,
    sha256,
    gosum: async (path, version) => {
      if (path === "example.com/none") throw new ModuleError("notFound", `${path}: no such module`);
      const salt = Number(version.split(".")[2]) >= forkAt ? "fork" : "";
      const lines = [
        `${path} ${version} ${hashOf(path + version + salt)}`,
        `${path} ${version}/go.mod ${hashOf("mod" + salt)}`,
      ];
      if (path === "example.com/two") lines.push(`${path} ${version} h1:second=`, `${path} ${version} h2:other=`);
      return encodeUtf8(path === "example.com/empty" ? "example.org/x v1.0.0 h1:x=\n" : `${lines.join("\n")}\n`);
    },
  });
}

/** Grows a database by so many records, v1.0.0 and on, of example.com/m. */
async function grow(server: sumdb.TestServer, to: number): Promise<sumdb.TestServer> {
  for (let i = 0; i < to; i++) await server.lookup({ path: "example.com/m", version: `v1.0.${i}` });
  return server;
}

/** All that a client has, in memory. Tests put faults into it. */
class World {
  server: sumdb.ServerOps;
  readonly config = new Map<string, Uint8Array>([["key", encodeUtf8(`${keys.verifierKey}\n`)]]);
  readonly cache = new Map<string, Uint8Array>();
  readonly asked: string[] = [];
  readonly logged: string[] = [];
  readonly security: string[] = [];
  readonly ops: sumdb.ClientOps;

  constructor(server: sumdb.ServerOps) {
    this.server = server;
    this.ops = {
      readRemote: async (path) => {
        this.asked.push(path);
        const { status, body } = await sumdb.serve(path, this.server);
        if (status !== 200) throw new Error(`${status}: ${decodeUtf8(body).trim()}`);
        return body;
      },
      readConfig: async (file) => this.config.get(file) ?? new Uint8Array(0),
      writeConfig: async (file, old, replacement) => {
        if (Buffer.compare(this.config.get(file) ?? new Uint8Array(0), old) !== 0) return "conflict";
        this.config.set(file, replacement);
        return "written";
      },
      readCache: async (file) => this.cache.get(file),
      writeCache: async (file, data) => void this.cache.set(file, data),
      log: (message) => void this.logged.push(message),
      securityError: (message) => void this.security.push(message),
    };
  }

  client(options: Partial<sumdb.ClientOptions> = {}): sumdb.Client {
    return new sumdb.Client({ ops: this.ops, crypto, tileHeight: 2, ...options });
  }

  get latest(): string {
    return decodeUtf8(this.config.get(`${name}/latest`) ?? new Uint8Array(0));
  }
}

let world: World;
beforeEach(async () => {
  world = new World(await grow(database(), 9));
});

const m3 = `example.com/m v1.0.3 ${hashOf("example.com/mv1.0.3")}`;

describe("a client", () => {
  it("finds lines, those of go.mod too, and asks for nothing twice", async () => {
    const client = world.client();
    expect(await client.lookup("example.com/m", "v1.0.3")).toEqual([m3]);
    const { length } = world.asked;
    expect(await client.lookup("example.com/m", "v1.0.3/go.mod")).toEqual([
      `example.com/m v1.0.3/go.mod ${hashOf("mod")}`,
    ]);
    expect(world.asked).toHaveLength(length);
    expect(new Set(world.asked).size).toBe(length);
    expect(world.latest).toMatch(/^go\.sum database tree\n9\n/);
  });

  it("needs no network for what it has kept", async () => {
    await world.client().lookup("example.com/m", "v1.0.3");
    const offline: sumdb.ClientOps = { ...world.ops, readRemote: () => Promise.reject(new Error("offline")) };
    expect(await world.client({ ops: offline }).lookup("example.com/m", "v1.0.3")).toEqual([m3]);
    await expect(world.client({ ops: offline }).lookup("example.com/m", "v1.0.4")).rejects.toMatchObject({
      code: "operationFailed",
      message: "example.com/m@v1.0.4: offline",
    });
  });

  it("asks once for many that ask at once", async () => {
    const client = world.client();
    const lookups = Array.from({ length: 30 }, (_, i) => client.lookup("example.com/m", `v1.0.${i % 9}`));
    await Promise.all(lookups);
    expect(world.asked.filter((path) => path.startsWith("/lookup/")).toSorted()).toEqual(
      Array.from({ length: 9 }, (_, i) => `/lookup/example.com/m@v1.0.${i}`),
    );
  });

  it("follows a database that grows", async () => {
    const client = world.client();
    for (let i = 0; i < 30; i++) {
      expect(await client.lookup("Example.com/M".toLowerCase(), `v1.0.${i}`)).toHaveLength(1);
    }
    expect(world.latest).toMatch(/^go\.sum database tree\n30\n/);
  });

  it("tries anew what has failed, also to begin with", async () => {
    let fails = 2;
    const ops: sumdb.ClientOps = {
      ...world.ops,
      readRemote: (path) => (fails-- > 0 ? Promise.reject(new Error("reset")) : world.ops.readRemote(path)),
    };
    world.config.set("key", encodeUtf8("no key"));
    const client = world.client({ ops });
    await expect(client.lookup("example.com/m", "v1.0.3")).rejects.toMatchObject({
      code: "invalidKey",
      message: "example.com/m@v1.0.3: initializing sumdb.Client: malformed verifier id",
    });
    world.config.set("key", encodeUtf8(keys.verifierKey));
    await expect(client.lookup("example.com/m", "v1.0.3")).rejects.toThrow("example.com/m@v1.0.3: reset");
    await expect(client.lookup("example.com/m", "v1.0.3")).rejects.toThrow("reset");
    expect(await client.lookup("example.com/m", "v1.0.3")).toEqual([m3]);
  });

  it("does not ask for what GONOSUMDB matches", async () => {
    const client = world.client({ gonosumdb: "example.org,*.com/m" });
    await expect(client.lookup("example.com/m/sub", "v1.0.3")).rejects.toMatchObject({
      code: "skipped",
      message: "skipped (listed in GONOSUMDB)",
    });
    expect(world.asked).toEqual([]);
  });

  it.each([
    ["v1.0.3", "example.com/M!", "invalidPath"],
    ["../../x", "example.com/m", "invalidVersion"],
  ])("asks nobody for %s of %s", async (version, path, code) => {
    await expect(world.client().lookup(path, version)).rejects.toMatchObject({ code });
    expect(world.asked).toEqual([]);
  });

  it.each([0, 31, 1.5])("has no tile height %d", (tileHeight) => {
    expect(() => world.client({ tileHeight })).toThrow(RangeError);
  });

  it("checks a download", async () => {
    const client = world.client();
    await client.verify("example.com/m", "v1.0.3", hashOf("example.com/mv1.0.3"));
    await client.verify("example.com/m", "v1.0.3/go.mod", hashOf("mod"));
    await expect(client.verify("example.com/m", "v1.0.3/go.mod", "h1:other=")).rejects.toMatchObject({
      code: "checksumMismatch",
      message: `example.com/m@v1.0.3: verifying go.mod: checksum mismatch\n\tdownloaded: h1:other=\n\t${name}: ${hashOf("mod")}`,
    });
    await client.verify("example.com/two", "v1.0.0", hashOf("example.com/twov1.0.0"));
    const second = client.verify("example.com/two", "v1.0.0", "h1:second=");
    await expect(second).rejects.toMatchObject({ code: "checksumMismatch" });
    await expect(client.verify("example.com/empty", "v1.0.0", "h1:x=")).rejects.toMatchObject({
      code: "checksumMissing",
    });
  });

  it("says what the database says", async () => {
    await expect(world.client().lookup("example.com/none", "v1.0.0")).rejects.toThrow(
      "example.com/none@v1.0.0: 404: example.com/none: no such module",
    );
  });
});

describe("a client with a damaged cache", () => {
  beforeEach(async () => {
    await world.client().lookup("example.com/m", "v1.0.3");
  });

  it.each([
    ["a lookup", `${name}/lookup/example.com/m@v1.0.3`, (data: Uint8Array) => data.subarray(0, 20)],
    [
      "a record",
      `${name}/lookup/example.com/m@v1.0.3`,
      (data: Uint8Array) => data.map((byte, i) => (i === 30 ? 65 : byte)),
    ],
    ["a tile", `${name}/tile/2/0/000`, (data: Uint8Array) => data.map((byte, i) => (i === 3 ? byte ^ 1 : byte))],
    ["a tile cut off", `${name}/tile/2/0/000`, (data: Uint8Array) => data.subarray(1)],
  ])("mends %s", async (_, file, damage) => {
    const good = world.cache.get(file) ?? new Uint8Array(0);
    expect(good.length).toBeGreaterThan(0);
    world.cache.set(file, damage(good));
    expect(await world.client().lookup("example.com/m", "v1.0.3")).toEqual([m3]);
    expect(Buffer.from(world.cache.get(file) ?? "")).toEqual(Buffer.from(good));
    expect(world.security).toEqual([]);
  });

  it("goes on where it can neither be read nor written", async () => {
    const ops: sumdb.ClientOps = {
      ...world.ops,
      readCache: () => Promise.reject(new Error("EIO")),
      writeCache: () => Promise.reject(new Error("ENOSPC")),
    };
    expect(await world.client({ ops }).lookup("example.com/m", "v1.0.3")).toEqual([m3]);
    expect(world.logged.some((line) => line.includes("EIO"))).toBe(true);
    expect(world.logged.some((line) => line.includes("ENOSPC"))).toBe(true);
  });
});

describe("a database that has two histories", () => {
  const caught = { code: "securityError", message: expect.stringMatching(/: security error: misbehaving server$/) };

  it.each([
    [5, 12],
    // The fork is inside of tiles that the client has: it looks at the server's own.
    [1, 12],
    // As many records.
    [5, 9],
  ])("is caught: another from record %d on, %d records", async (forkAt, size) => {
    const client = world.client();
    await client.lookup("example.com/m", "v1.0.3");
    const [before, kept] = [world.latest, new Map(world.cache)];
    world.server = await grow(database(forkAt), size);
    await expect(client.lookup("example.com/m", "v1.0.6")).rejects.toMatchObject(caught);
    expect(world.security).toHaveLength(1);
    expect(world.security[0]).toMatch(
      /^SECURITY ERROR\ngo\.sum database server misbehavior detected!\n\nold database:\n\tgo\.sum database tree\n/,
    );
    expect(world.security[0]).toContain("\nproof of misbehavior:\n\t");
    // Nothing of the second history is kept.
    expect(world.latest).toBe(before);
    expect(world.cache).toEqual(kept);
  });

  it("is not believed where it can't show the tiles that would convict it", async () => {
    const client = world.client();
    await client.lookup("example.com/m", "v1.0.3");
    const before = world.latest;
    world.server = await grow(database(5), 7);
    await expect(client.lookup("example.com/m", "v1.0.6")).rejects.toThrow(
      "checking tree#7 against tree#9: 404: no such tile",
    );
    expect(world.latest).toBe(before);
  });

  it("is caught by what another process has stored", async () => {
    const client = world.client();
    await client.lookup("example.com/m", "v1.0.3");
    // The other process was shown the second history.
    world.config.set(`${name}/latest`, await (await grow(database(5), 8)).signed());
    world.server = await grow(database(), 11);
    await expect(client.lookup("example.com/m", "v1.0.10")).rejects.toMatchObject(caught);
    expect(world.latest).toMatch(/^go\.sum database tree\n8\n/);
  });

  it("may show an older head of the one it has", async () => {
    const client = world.client();
    const old = await (await grow(database(), 4)).signed();
    await client.lookup("example.com/m", "v1.0.8");
    const { server } = world;
    world.server = {
      signed: async () => old,
      lookup: (module) => server.lookup(module),
      readRecords: (id, n) => server.readRecords(id, n),
      readTileData: (tile) => server.readTileData(tile),
    };
    expect(await client.lookup("example.com/m", "v1.0.3")).toEqual([m3]);
    expect(world.latest).toMatch(/^go\.sum database tree\n9\n/);
    // A client that knows nothing yet can't check a record beyond that head.
    world.config.delete(`${name}/latest`);
    await expect(world.client().lookup("example.com/m", "v1.0.6")).rejects.toMatchObject({
      code: "notInTree",
      message: "example.com/m@v1.0.6: cannot validate record 6 in tree of size 4",
    });
  });
});

describe("the stored head", () => {
  it("is merged where another process has moved it on", async () => {
    let others = 3;
    const ops: sumdb.ClientOps = {
      ...world.ops,
      writeConfig: async (file, old, replacement) => {
        if (others-- > 0) world.config.set(file, await (await grow(database(), 8 - others)).signed());
        return world.ops.writeConfig(file, old, replacement);
      },
    };
    expect(await world.client({ ops }).lookup("example.com/m", "v1.0.3")).toEqual([m3]);
    expect(world.latest).toMatch(/^go\.sum database tree\n9\n/);
  });

  it("that can never be written is an error", async () => {
    const ops: sumdb.ClientOps = { ...world.ops, writeConfig: async () => "conflict" };
    await expect(world.client({ ops }).lookup("example.com/m", "v1.0.3")).rejects.toMatchObject({
      code: "writeConflict",
    });
  });
});

it("refuses a record with a number below 0, which Go takes for record 0", async () => {
  const honest = await sumdb.serve("/lookup/example.com/m@v1.0.0", world.server);
  const ops: sumdb.ClientOps = {
    ...world.ops,
    readRemote: async (path) =>
      path.startsWith("/lookup/")
        ? encodeUtf8(decodeUtf8(honest.body).replace(/^0/, "-7"))
        : world.ops.readRemote(path),
  };
  await expect(world.client({ ops }).lookup("example.com/m", "v1.0.0")).rejects.toMatchObject({ code: "notInTree" });
});

describe("a server", () => {
  it("gives each record one number, however many ask at once", async () => {
    const server = database();
    const modules = Array.from({ length: 40 }, (_, i) => ({ path: "example.com/m", version: `v1.0.${i % 20}` }));
    const ids = await Promise.all(modules.map((module) => server.lookup(module)));
    expect(ids.slice(0, 20)).toEqual(ids.slice(20));
    expect(ids.slice(0, 20).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    world.server = server;
    for (const { path, version } of modules) expect(await world.client().lookup(path, version)).toHaveLength(1);
  });

  it.each([
    ["/", 404],
    ["/latest/", 404],
    ["/supported", 404],
    ["/lookup/example.com/m", 400],
    ["/lookup/example.com/m@master", 400],
    ["/lookup/example.com/M@v1.0.0", 500],
    ["/lookup/example.com/none@v1.0.0", 404],
    ["/tile/2/0/000", 200],
    ["/tile/2/data/000.p/3", 200],
    ["/tile/2/0/003", 404],
    ["/tile/30/data/000", 404],
    ["/tile/30/63/x001/000", 404],
    ["/tile/8/0/1", 400],
    ["/tile/../../etc/passwd", 400],
  ])("answers %s with %d", async (path, status) => {
    expect(await sumdb.serve(path, world.server)).toMatchObject({ status });
  });

  it("keeps what else went wrong to itself", async () => {
    const server = { ...world.server, signed: () => Promise.reject(new Error("password is x")) };
    await expect(sumdb.serve("/latest", server)).rejects.toThrow("password");
  });

  it("takes no record that it could not serve", async () => {
    const server = new sumdb.TestServer({ signer, sha256, gosum: async () => encodeUtf8("no line end") });
    await expect(server.lookup({ path: "example.com/m", version: "v1.0.0" })).rejects.toMatchObject({
      code: "invalidRecord",
    });
    expect(decodeUtf8(await server.signed())).toMatch(/^go\.sum database tree\n0\n/);
  });
});
