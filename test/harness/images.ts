import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { access, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { arch, tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { command } from "./command.ts";
import { withFileLock } from "./fileLock.ts";
import { goEnv } from "./goTools.ts";
import type { Need } from "./require.ts";
import { TempDir } from "./tempDir.ts";

// No image can be pulled where the tests run, so the few that they need are made here: once a machine, from Debian's
// packages and the machine's Go, and loaded into each engine as `docker save` would have written them.

/** What loads an archive of images: a DockerEngine, or a host's engine. */
export interface ImageTarget {
  docker(args: readonly string[]): Promise<unknown>;
}

/** What an image's configuration says, in the image specification's own names. */
export interface ImageConfig {
  readonly Env?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly WorkingDir?: string;
  readonly User?: string;
  readonly ExposedPorts?: Readonly<Record<string, object>>;
  readonly Labels?: Readonly<Record<string, string>>;
}

interface Layer {
  readonly tar: string;
  /** sha256 of the tar, as hex. */
  readonly digest: string;
}

export const imageNeeds: readonly Need[] = ["root", "docker.io", "debootstrap"];

const cache = join(tmpdir(), "fairlead-images");
const packages = ["ca-certificates", "gcc", "git", "libc6-dev", "tzdata"];
const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** The Debian of this machine with a C compiler, git, certificates and time zones: `debian:bookworm-slim` and so on. */
export async function loadDebian(target: ImageTarget, ...moreTags: readonly string[]): Promise<void> {
  const tags = [`debian:${codename()}`, `debian:${codename()}-slim`, ...moreTags];
  await load(target, tags, [await debianLayer()], { Env: [`PATH=${systemPath}`], Cmd: ["bash"] });
}

/** That Debian and this machine's Go, as the official image lays it out: `golang:1.26.8-bookworm`, `golang:1.26` and so on. */
export async function loadGolang(target: ImageTarget, ...moreTags: readonly string[]): Promise<void> {
  const version = goEnv("GOVERSION").replace(/^go/, "");
  const minor = version.split(".").slice(0, 2).join(".");
  const tags = [version, minor].flatMap((tag) => [`golang:${tag}`, `golang:${tag}-${codename()}`]);
  await load(target, [...tags, ...moreTags], [await debianLayer(), await goLayer(version)], {
    Env: [
      `PATH=/go/bin:/usr/local/go/bin:${systemPath}`,
      `GOLANG_VERSION=${version}`,
      "GOTOOLCHAIN=local",
      "GOPATH=/go",
    ],
    WorkingDir: "/go",
    Cmd: ["bash"],
  });
}

/** An image of nothing but these files (executable ones among them); paths are relative to the root. */
export async function loadFiles(
  target: ImageTarget,
  tag: string,
  files: Readonly<Record<string, string | Buffer>>,
  config: ImageConfig = {},
): Promise<void> {
  await using folder = await TempDir.create("image");
  await mkdir(folder.join("root"));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder.join("root"), path, ".."), { recursive: true });
    await writeFile(join(folder.join("root"), path), content, { mode: 0o755 });
  }
  const tar = folder.join("layer.tar");
  await command(["tar", ...reproducible, "--create", "--file", tar, "--directory", folder.join("root"), "."]);
  await load(target, [tag], [{ tar, digest: await sha256(tar) }], config);
}

const reproducible = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];

/** Writes what `docker save` writes (Docker image specification v1.2) and loads it: layers that are there are not sent twice. */
async function load(
  target: ImageTarget,
  tags: readonly string[],
  layers: readonly Layer[],
  config: ImageConfig,
): Promise<void> {
  await using folder = await TempDir.create("load");
  const description = JSON.stringify({
    architecture: arch() === "x64" ? "amd64" : arch(),
    os: "linux",
    created: "1970-01-01T00:00:00Z",
    config,
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => `sha256:${digest}`) },
    history: layers.map(() => ({ created: "1970-01-01T00:00:00Z", created_by: "tests" })),
  });
  const name = `${createHash("sha256").update(description).digest("hex")}.json`;
  const names = layers.map(({ digest }) => `${digest}.tar`);
  await writeFile(folder.join(name), description);
  await writeFile(folder.join("manifest.json"), JSON.stringify([{ Config: name, RepoTags: tags, Layers: names }]));
  for (const [index, { tar }] of layers.entries()) await symlink(tar, folder.join(names[index] ?? ""));
  const archive = folder.join("image.tar");
  const members = ["manifest.json", name, ...names];
  await command(["tar", "--dereference", "--create", "--file", archive, "--directory", folder.path, ...members]);
  await target.docker(["load", "--quiet", "--input", archive]);
}

function debianLayer(): Promise<Layer> {
  const name = `debian2-${codename()}-${arch()}-${packages.join("-")}`;
  return cached(name, async (folder) => {
    const root = folder.join("root");
    const include = `--include=${packages.join(",")}`;
    const options = ["--variant=minbase", include, `--cache-dir=${folder.join("packages")}`];
    await mkdir(folder.join("packages"));
    await command(["debootstrap", ...options, codename(), root, await mirror()], {
      env: { ...process.env, ...(await aptProxy()) },
      timeout: 900_000,
    });
    const needless = [
      "var/cache/apt",
      "var/lib/apt/lists",
      "var/log",
      "usr/share/doc",
      "usr/share/man",
      "usr/share/locale",
    ];
    for (const path of needless) await rm(join(root, path), { recursive: true, force: true });
    // The half of gcc that only -flto needs; each engine of the tests unpacks all of it.
    return ["--exclude=*/lto1", "--exclude=*-lto-dump-*", "--directory", root, "."];
  });
}

function goLayer(version: string): Promise<Layer> {
  return cached(`go2-${version}-${arch()}`, async (folder) => {
    await mkdir(folder.join("go/src"), { recursive: true });
    await mkdir(folder.join("go/bin"));
    // What only Go's own tests need is half of it.
    const folders = ["test", "api", "doc", "misc"].map((name) => `./goroot/${name}`);
    const without = [...folders, "*/testdata", "*_test.go"].map((path) => `--exclude=${path}`);
    const place = "--transform=flags=r;s,^\\./goroot,./usr/local/go,";
    await symlink(goEnv("GOROOT"), folder.join("goroot"));
    return [place, ...without, "--directory", folder.path, "--dereference", "./go", "./goroot"];
  });
}

/** A layer that is made once a machine; `make` resolves to tar's arguments. */
async function cached(name: string, make: (folder: TempDir) => Promise<readonly string[]>): Promise<Layer> {
  const tar = join(cache, `${name}.tar`);
  await mkdir(cache, { recursive: true });
  return withFileLock(join(cache, `${name}.lock`), async () => {
    const digestFile = `${tar}.sha256`;
    if (!(await exists(digestFile))) {
      await using folder = await TempDir.create("layer");
      await command(["tar", ...reproducible, "--create", "--file", `${tar}.part`, ...(await make(folder))], {
        timeout: 300_000,
      });
      await rename(`${tar}.part`, tar);
      // Written last: its presence says that the tar is whole.
      await writeFile(`${digestFile}.part`, await sha256(tar));
      await rename(`${digestFile}.part`, digestFile);
    }
    return { tar, digest: await readFile(digestFile, "utf8") };
  });
}

/** "bookworm" */
function codename(): string {
  const name = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  if (name === undefined) throw new Error("/etc/os-release names no Debian release");
  return name;
}

/** Where this machine gets Debian's packages, asked of apt: sources are written in two formats and many files. */
async function mirror(): Promise<string> {
  const format = "$(REPO_URI) $(RELEASE) $(COMPONENT)";
  const lines = (await command(["apt-get", "indextargets", "--format", format, "Identifier: Packages"])).split("\n");
  const [address] = lines.find((line) => line.endsWith(` ${codename()} main`))?.split(" ") ?? [];
  if (address === undefined) throw new Error(`apt on this machine has no source of Debian ${codename()} main`);
  return address;
}

/** apt's proxy, which debootstrap does not ask for. */
async function aptProxy(): Promise<Record<string, string>> {
  const said = await command(["apt-config", "shell", "proxy", "Acquire::http::Proxy"]);
  const proxy = /^proxy='(.+)'$/m.exec(said)?.[1];
  return proxy === undefined ? {} : { http_proxy: proxy };
}

async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
