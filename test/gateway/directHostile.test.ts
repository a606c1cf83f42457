// Repositories and servers that mean harm: what they cost is bounded, and the client reads what it was.
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { getGlobalDispatcher } from "undici";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Mirror } from "../../src/gateway/direct/mirror.ts";
import { ObjectReaders } from "../../src/gateway/direct/objectReaders.ts";
import { SourceFailure } from "../../src/gateway/source.ts";
import { databasePath, openDatabase } from "../../src/storage/database.ts";
import { Leases } from "../../src/storage/leases.ts";
import { command } from "../harness/command.ts";
import { FairleadServer } from "../harness/fairleadServer.ts";
import { GitRepository } from "../harness/gitRepository.ts";
import { HostileGit } from "../harness/hostileGit.ts";
import { TempDir } from "../harness/tempDir.ts";

const isLong = process.env["FAIRLEAD_LONG"] !== undefined;
const scope = new AsyncDisposableStack();
const readers = scope.adopt(new ObjectReaders(), (all) => all.close());
const dispatchers = { any: getGlobalDispatcher(), public: getGlobalDispatcher() };
let folder: TempDir;

beforeAll(async () => void (folder = scope.use(await TempDir.create("hostile"))));
afterAll(() => scope.disposeAsync());

describe("a server", () => {
  let host: HostileGit;
  let leases: Leases;

  beforeAll(async () => {
    host = scope.use(await HostileGit.start());
    const database = openDatabase(databasePath(folder.path), { migrateFirst: true });
    scope.defer(() => database.destroy());
    leases = new Leases(database, "test");
    await mkdir(folder.join("mirrors"));
  });

  const mirrorOf = (kind: string, timeoutMs: number): Mirror => {
    const none = { depth: undefined, user: undefined, token: undefined, tokenCommand: undefined };
    const ssh = { sshKey: undefined, knownHosts: undefined };
    const rule = { prefix: "hostile.example", url: host.url, ...none, ...ssh };
    const options = { rules: [rule], timeoutMs, repositoryLimit: 8 << 20, trusted: "", userConfig: false };
    const { signal } = new AbortController();
    const parts = {
      folder: folder.join("mirrors"),
      options,
      leases,
      caFile: undefined,
      isTrusted: false,
      readers,
      dispatchers,
      signal,
    };
    return new Mirror(`https://hostile.example/${kind}`, parts);
  };

  test("that lists refs without end", async () => {
    await expect(mirrorOf("refs", 120_000).refs(0)).rejects.toThrow(/takes more memory than git may have/);
    expect(host.sent).toBeLessThan(2 ** 30);
  });

  test.for<[kind: string, timeoutMs: number, text: RegExp]>([
    ["pack", 120_000, /the repository is larger than gateway\.direct\.repositoryLimit/],
    ["promise", 120_000, /takes more memory than git may have/],
    ["inflate", 2_000, /not done within the time limit \(gateway\.direct\.timeout\)/],
    ["stall", 2_000, /not done within the time limit \(gateway\.direct\.timeout\)/],
  ])("that sends: %s", async ([kind, timeoutMs, text]) => {
    const head = (await mirrorOf(kind, 120_000).refs(0)).get("HEAD") ?? "";
    const mirror = mirrorOf(kind, timeoutMs);
    const failure: unknown = await mirror.have(head, "refs/heads/main").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SourceFailure);
    expect(String(failure)).toMatch(text);
    const [kib] = (await command(["du", "-sk", mirror.path])).split("\t");
    expect(Number(kib)).toBeLessThan(1 << 20);
  });
});

describe("a repository", () => {
  let fairlead: FairleadServer;

  beforeAll(async () => {
    fairlead = scope.use(
      await FairleadServer.start({
        upstream: "direct",
        settings: `fresh: { for: 0s, staleFor: 0s, negativeFor: 0s }\nretries: 0\ndirect:\n  rules:\n    - { prefix: hostile.example, depth: 1, url: "file://${folder.join("repositories")}" }`,
      }),
    );
  });

  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const { status, body } = await fairlead.get(`/hostile.example/${path}`, { timeout: 120_000 });
    return { status, text: body.subarray(0, 4000).toString("latin1") };
  };

  const repositoryOf = (name: string): Promise<GitRepository> =>
    GitRepository.create(folder.join("repositories", name), `hostile.example/${name}`);

  test("with very many tags", async () => {
    const count = isLong ? 1_000_000 : 100_000;
    const repository = await repositoryOf("refs");
    const head = (await repository.git("rev-parse", "HEAD")).trim();
    const rows = Array.from({ length: count }, (_, i) => `${head} refs/tags/v0.${1_000_000 + i}.0\n`);
    await writeFile(
      folder.join("repositories/refs/.git/packed-refs"),
      `# pack-refs with: peeled fully-peeled sorted \n${rows.join("")}`,
    );
    const list = await get("refs/@v/list");
    if (isLong) expect(list).toMatchObject({ status: 502, text: expect.stringMatching(/longer than \d+ bytes/) });
    else expect(list).toMatchObject({ status: 200, text: expect.stringMatching(/^v0\.1000000\.0\nv0\.1000001\.0\n/) });
    expect((await get(`refs/@v/v0.${1_000_000 + count - 1}.0.zip`)).status).toBe(200);
  });

  test("whose folders unfold without end", async () => {
    const repository = await repositoryOf("bomb");
    let tree = await rawTree(repository, [["100644", "f.go", await blobOf(repository, "package bomb\n")]]);
    for (let depth = 0; depth < 9; depth++) {
      const same = tree;
      tree = await rawTree(
        repository,
        Array.from({ length: 16 }, (_, i) => ["40000", `d${i.toString(16)}`, same] as const),
      );
    }
    await tagTree(repository, tree);
    expect(await get("bomb/@v/v1.0.0.zip")).toMatchObject({
      status: 502,
      text: expect.stringMatching(/more than \d+ files/),
    });
  });

  test("whose files are too large, once they are unpacked", async () => {
    const repository = await repositoryOf("large");
    const zeros = await blobOf(repository, Buffer.alloc(16 << 20));
    const entries = Array.from({ length: 35 }, (_, i) => ["100644", `zeros${100 + i}`, zeros] as const);
    await tagTree(repository, await rawTree(repository, entries));
    expect(await get("large/@v/v1.0.0.zip")).toMatchObject({ status: 404, text: expect.stringMatching(/too large/) });
  });

  test("whose paths lead out", async () => {
    const repository = await repositoryOf("escape");
    const file = await blobOf(repository, "package escape\n");
    for (const [i, name] of [
      "../up.go",
      "..",
      ".git/config",
      "/etc/absolute.go",
      "a\\b.go",
      "c:d.go",
      "CON.go",
    ].entries()) {
      await tagTree(repository, await rawTree(repository, [["100644", name, file]]), `v1.${i}.0`);
      const answer = await get(`escape/@v/v1.${i}.0.zip`);
      expect(answer, name).toMatchObject({
        status: i < 4 ? 502 : 404,
        text: expect.stringMatching(/invalid path|malformed file path/),
      });
    }
    expect(await readdir(folder.join("repositories"))).not.toContain("up.go");
    expect(existsSync("/etc/absolute.go")).toBe(false);
  });

  test("whose folders are nested thousands deep", async () => {
    const repository = await repositoryOf("nested");
    const path = `${"d/".repeat(3000)}f.go`;
    const commit = `commit refs/heads/deep\ncommitter T <t@example.com> 1600000000 +0000\ndata 1\nx\nM 644 inline ${path}\ndata 1\nx\n`;
    await command(["git", "-C", repository.path, "fast-import", "--quiet"], { input: commit });
    await repository.git("tag", "v1.0.0", "deep");
    const answer = await get("nested/@v/v1.0.0.zip");
    expect(answer).toMatchObject({ status: 404, text: expect.stringMatching(/a path of more than 4096 characters/) });
  });

  test("whose names look like options", async () => {
    const repository = await repositoryOf("options");
    const head = (await repository.git("rev-parse", "HEAD")).trim();
    const names = ["--upload-pack=touch$IFS-mark", "--output=mark", "-v", "--exec=touch"];
    for (const name of names) {
      for (const kind of ["heads", "tags"]) await repository.git("update-ref", `refs/${kind}/${name}`, head);
    }
    expect(await get("options/@latest")).toMatchObject({ status: 200, text: expect.stringContaining("v0.0.0-") });
    for (const name of ["--output=mark", "-v", "--exec=touch", "--help"]) {
      const answer = await get(`options/@v/${name}.info`);
      expect([200, 404, 400], answer.text).toContain(answer.status);
      if (answer.status === 200) expect(answer.text).toContain(head);
    }
    expect(existsSync(folder.join("repositories/options/mark"))).toBe(false);
  });

  test("whose tag is moved: what is cached stays what it was", async () => {
    const repository = await repositoryOf("moved");
    await repository.git("tag", "v1.0.0");
    const files = ["info", "mod", "zip"].map((kind) => `/hostile.example/moved/@v/v1.0.0.${kind}`);
    const bodies = async (): Promise<Buffer[]> => {
      const answers = await Promise.all(files.map((file) => fairlead.get(file)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      return answers.map(({ body }) => body);
    };
    const before = await bodies();
    await repository.commit({ "lib.go": "package lib\n\nconst Other = true\n" }, "Another");
    await repository.git("tag", "--force", "v1.0.0");
    expect(await bodies()).toEqual(before);
  });

  test("with a very long history", async () => {
    const repository = await repositoryOf("history");
    await repository.git("tag", "v1.0.0");
    const commits = Array.from(
      { length: 50_000 },
      (_, i) =>
        `commit refs/heads/main\ncommitter T <t@example.com> ${1_900_000_000 + i} +0000\ndata 1\nx\n${i === 0 ? "from refs/heads/main^0\n" : ""}\n`,
    );
    const git = ["git", "-C", repository.path, "fast-import", "--quiet"];
    await command(git, { input: commits.join("") });
    expect(await get("history/@v/main.info")).toMatchObject({
      status: 200,
      text: expect.stringContaining('"v1.0.1-0.'),
    });
  });
});

function blobOf(repository: GitRepository, content: string | Buffer): Promise<string> {
  return hashObject(repository, "blob", Buffer.from(content));
}

/** As no git would make it: names are not looked at. */
function rawTree(repository: GitRepository, entries: readonly (readonly [string, string, string])[]): Promise<string> {
  const rows = entries.map(([mode, name, hash]) =>
    Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(hash, "hex")]),
  );
  return hashObject(repository, "tree", Buffer.concat(rows));
}

async function hashObject(repository: GitRepository, type: string, input: Buffer): Promise<string> {
  const git = ["git", "-C", repository.path, "hash-object", "--literally", "-w", "--stdin", "-t", type];
  return (await command(git, { input })).trim();
}

/** A version that is this tree. */
async function tagTree(repository: GitRepository, tree: string, tag = "v1.0.0"): Promise<void> {
  const commit = (await repository.git("commit-tree", "-m", tag, tree)).trim();
  await repository.git("tag", tag, commit);
}
