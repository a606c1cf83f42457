import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { expect } from "vitest";
import { makeProject } from "../harness/madeProject.ts";
import type { TempDir } from "../harness/tempDir.ts";
import type { ImageWorld } from "./imageWorld.ts";

/** A real Go project, or several, as their module zips have them, and what its image must do. */
export interface RealProject {
  readonly shape: string;
  /** By folder of the project: what is unpacked there. */
  readonly modules: Readonly<Record<string, string>>;
  /** Written over what was unpacked. */
  readonly files?: Readonly<Record<string, string>>;
  /** Arguments of the go command, run in the project before. */
  readonly prepare?: readonly (readonly string[])[];
  readonly options?: readonly string[];
  readonly target?: string;
  /** What the Dockerfile must say. */
  readonly dockerfile?: RegExp;
  /** A program that ends: its arguments, and what it prints. */
  readonly runs?: { readonly args: readonly string[]; readonly prints: RegExp };
  /** A server: its arguments, a URL's port and path, and its answer. */
  readonly serves?: {
    readonly args?: readonly string[];
    readonly port: number;
    readonly path: string;
    readonly answers: RegExp;
  };
}

const echo = "github.com/hashicorp/http-echo@v1.0.0";
const hey = "github.com/rakyll/hey@v0.1.4";

export const smallProjects: readonly RealProject[] = [
  {
    shape: "a server at the root, without dependencies",
    modules: { ".": echo },
    dockerfile: /^EXPOSE 5678$/m,
    serves: { args: ["-text=hello"], port: 5678, path: "/", answers: /^hello\n$/ },
  },
  {
    shape: "a program at the root, vendored",
    modules: { ".": hey },
    // Its go line is from before vendor/ was used by itself.
    prepare: [
      ["mod", "edit", "-go=1.21"],
      ["mod", "tidy"],
      ["mod", "vendor"],
    ],
    dockerfile: /^COPY vendor\/ vendor\/$/m,
    runs: { args: ["-h"], prints: /Usage: hey/ },
  },
];

export const otherProjects: readonly RealProject[] = [
  {
    shape: "cmd/, embedded pages, a port from the environment",
    modules: { ".": "github.com/mccutchen/go-httpbin/v2@v2.15.0" },
    dockerfile: /^ENV APP_PORT=8080 PORT=8080 /m,
    serves: { port: 8080, path: "/html", answers: /Herman Melville/ },
  },
  {
    shape: "a program at the root with many dependencies",
    modules: { ".": "github.com/jpillora/chisel@v1.10.1" },
    serves: { args: ["server"], port: 8080, path: "/health", answers: /^OK/ },
  },
  {
    shape: "an exporter whose port is a flag's default",
    modules: { ".": "github.com/prometheus/statsd_exporter@v0.29.0" },
    dockerfile: /^EXPOSE 9102$/m,
    serves: { port: 9102, path: "/-/healthy", answers: /Healthy|^$/ },
  },
  {
    shape: "many programs in apps/, by --target",
    modules: { ".": "github.com/nsqio/nsq@v1.3.0" },
    target: "nsqlookupd",
    serves: { port: 4161, path: "/ping", answers: /^OK$/ },
  },
  {
    shape: "cgo in a dependency, and a version for the linker",
    modules: { ".": "github.com/benbjohnson/litestream@v0.3.13" },
    dockerfile: /^FROM \$\{RUNTIME_IMAGE\} AS runtime$/m,
    runs: { args: ["version"], prints: /v9\.9\.9/ },
  },
  {
    shape: "a program at the root beside a library",
    modules: { ".": "github.com/tsenart/vegeta/v12@v12.12.0" },
    runs: { args: ["-version"], prints: /Version: v9\.9\.9/ },
  },
  {
    shape: "two of 27 programs",
    modules: { ".": "golang.org/x/tools@v0.38.0" },
    options: ["--main", "./cmd/stringer", "--main", "./cmd/goimports"],
    target: "stringer",
    runs: { args: ["-h"], prints: /Usage of stringer/ },
  },
  {
    shape: "a workspace of two projects",
    modules: { echo, hey },
    files: { "go.work": "go 1.24\n\nuse (\n\t./echo\n\t./hey\n)\n" },
    options: ["--main", "http-echo", "--main", "hey"],
    dockerfile: /^COPY hey\/go\.mod hey\/go\.sum hey\/$/m,
    target: "hey",
    runs: { args: ["-h"], prints: /Usage: hey/ },
  },
  {
    shape: "a module in a folder, with another in place of a dependency",
    modules: {
      "services/exporter": "github.com/prometheus/statsd_exporter@v0.29.0",
      "third/party": "github.com/go-kit/log@v0.2.1",
    },
    prepare: [["-C", "services/exporter", "mod", "edit", "-replace=github.com/go-kit/log=../../third/party"]],
    dockerfile: /^WORKDIR \/src\/services\/exporter$/m,
    serves: { port: 9102, path: "/-/healthy", answers: /Healthy|^$/ },
  },
];

/** Builds it and runs it; resolves to its row of a table. */
export async function tryProject(world: ImageWorld, project: RealProject): Promise<string> {
  await using folder = await unpack(world, project);
  const { stdout } = await world.generate(folder.path, ...(project.options ?? []));
  if (project.dockerfile !== undefined) expect(stdout).toMatch(project.dockerfile);
  const target = project.target === undefined ? [] : ["--target", project.target];
  await world.build(folder.path, "real", "--build-arg", "VERSION=v9.9.9", ...target);
  const said = project.serves === undefined ? await ends(world, project.runs) : await answers(world, project.serves);
  expect((await world.engine.docker(["inspect", "--format", "{{.Config.User}}", "real"])).trim()).toBe("65532:65532");
  const size = Number(await world.engine.docker(["inspect", "--format", "{{.Size}}", "real"])) / 1e6;
  return `| ${Object.values(project.modules).join(", ")} | ${project.shape} | ${size.toFixed(1)} | ${said} |`;
}

/** The modules' zips as the go command unpacks them, writable. */
async function unpack({ go }: ImageWorld, { modules, files = {}, prepare = [] }: RealProject): Promise<TempDir> {
  const folder = await makeProject({});
  for (const [dir, module] of Object.entries(modules)) {
    const download = await go.run(["mod", "download", "-json", module], folder.path);
    const source = /"Dir": "([^"]+)"/.exec(download.stdout)?.[1];
    if (source === undefined) throw new Error(`go mod download ${module}: ${download.stdout}${download.stderr}`);
    await mkdir(folder.join(dir), { recursive: true });
    await cp(source, folder.join(dir), { recursive: true });
    // Its own recipe is not what is tested.
    await rm(folder.join(dir, "Dockerfile"), { force: true });
  }
  for (const [path, text] of Object.entries(files)) await writeFile(folder.join(path), text);
  // So that its imports can be followed.
  await go.run(["mod", "download"], folder.join(Object.keys(modules)[0] ?? "."));
  for (const args of prepare) expect(await go.run(args, folder.path)).toMatchObject({ exitCode: 0 });
  return folder;
}

async function ends({ engine }: ImageWorld, runs: RealProject["runs"]): Promise<string> {
  if (runs === undefined) throw new Error("nothing says what to run");
  const run = await engine.tryDocker(["run", "--rm", "real", ...runs.args]);
  expect(run.stdout + run.stderr).toMatch(runs.prints);
  return `\`${runs.args.join(" ")}\` prints what it should`;
}

async function answers(world: ImageWorld, serves: NonNullable<RealProject["serves"]>): Promise<string> {
  const { id, address } = await world.start("real", [], serves.args);
  const said = await world.answer(`http://${address}:${serves.port}${serves.path}`);
  const log = await world.engine.tryDocker(["logs", id]);
  await world.engine.docker(["rm", "--force", id]);
  expect(said, log.stdout + log.stderr).toMatch(serves.answers);
  return `\`${serves.path}\` answers on ${serves.port}`;
}
