// Which base an image is advised: for programs of every kind of linking and need, with sizes that are those of their files.
import { lstat, readdir, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BaseAdvice, BaseChoice } from "../../src/image/needs/baseAdvice.ts";
import type { Wish } from "../../src/image/needs/wishes.ts";
import { readImage } from "../../src/image/readImage.ts";
import { openImage } from "../../src/image/source/openImage.ts";
import { why } from "../../src/image/why/why.ts";
import type { Verdict } from "../../src/image/why/verdict.ts";
import { command } from "../harness/command.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { imageNeeds, loadDebian } from "../harness/images.ts";
import { missing } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { type BaseModels, baseModels } from "./baseModels.ts";
import { type CgoPrograms, makeCgoPrograms } from "./cgoPrograms.ts";
import { makeNeedPrograms, type NeedPrograms } from "./needPrograms.ts";
import { makePrograms, programNeeds, type Programs } from "./programs.ts";
import { saveImages } from "./savedImage.ts";
import type { TarMember } from "./tarFile.ts";

const reason = missing(...programNeeds);
let programs: Programs;
let needing: NeedPrograms;
let cgo: CgoPrograms;
let models: BaseModels;

beforeAll(async () => {
  if (reason !== undefined) return;
  [programs, needing, cgo] = await Promise.all([makePrograms(), makeNeedPrograms(), makeCgoPrograms()]);
  models = await baseModels(programs, needing.certificate);
}, 300_000);

async function adviceFor(
  files: readonly TarMember[],
  entrypoint: readonly string[] = ["/app"],
  wishes: readonly Wish[] = [],
  above: readonly TarMember[] = [],
): Promise<BaseAdvice> {
  const layers = above.length === 0 ? [files] : [files, above];
  const { base } = await verdictOf(layers, entrypoint, wishes);
  if (base === undefined) throw new Error("there is no advice");
  return base;
}

async function verdictOf(
  layers: readonly (readonly TarMember[])[],
  entrypoint: readonly string[],
  wishes: readonly Wish[] = [],
): Promise<Verdict> {
  await using folder = await TempDir.create("base");
  const config = { Entrypoint: [...entrypoint], User: "65532" };
  const history = layers.map((_, index) => (index === layers.length - 1 ? "COPY app /app" : "ADD rootfs.tar /"));
  await writeFile(folder.join("a.tar"), saveImages([{ tag: "a:1", layers, config, history }]));
  await using source = await openImage(folder.join("a.tar"), {
    platform: { os: "linux", architecture: "amd64", variant: undefined },
    registry: () => {
      throw new Error("it lies in a file");
    },
    env: {},
  });
  const { fs } = await readImage(source);
  return why({ fs, config: source.config }, [], new Set(wishes));
}

/** Those that will do, the smallest first. */
function fitting({ bases }: BaseAdvice): readonly string[] {
  return bases.filter((base) => base.why === undefined).map(({ name }) => name);
}

function whyNot({ bases }: BaseAdvice, name: string): string | undefined {
  return bases.find((base) => base.name === name)?.why;
}

test("a static program runs on nothing, and is as large as its file", async () => {
  if (reason !== undefined) return;
  const advice = await adviceFor([{ name: "app", content: programs.static }]);
  expect(fitting(advice)).toEqual(["scratch", "distroless static", "alpine", "distroless base", "debian-slim"]);
  expect(advice).toMatchObject({
    own: programs.static.length,
    because: "/app is static; what /app needs at run time is not known: no Go program",
  });
  expect(advice.bases[0]).toMatchObject({ name: "scratch", size: 0, bring: [] });
});

test("glibc's programs need glibc, musl's need musl, and each is told why not the others", async () => {
  if (reason !== undefined) return;
  const glibc = await adviceFor([
    { name: "app", content: programs.glibc },
    { name: "lib64/ld-linux-x86-64.so.2", content: programs.glibcLoader },
    { name: "lib/x86_64-linux-gnu/libc.so.6", content: programs.libc },
  ]);
  expect(fitting(glibc)).toEqual(["distroless base", "debian-slim"]);
  expect(whyNot(glibc, "scratch")).toBe("it has no C library, and the program needs glibc");
  expect(whyNot(glibc, "alpine")).toBe("it has musl, and the program needs glibc");
  const musl = await adviceFor([
    { name: "app", content: programs.musl },
    { name: "lib/ld-musl-x86_64.so.1", content: programs.muslLoader },
  ]);
  expect(fitting(musl)).toEqual(["alpine"]);
  expect(whyNot(musl, "debian-slim")).toBe("it has glibc, and the program needs musl");
});

test("certificates and zones are counted where they must be copied, at the size that they have here", async () => {
  if (reason !== undefined) return;
  const roots = "x".repeat(123_456);
  const file = { name: "etc/ssl/certs/ca-certificates.crt", content: roots, mode: 0o644 };
  const advice = await adviceFor([{ name: "app", content: needing.certificates }, file]);
  const scratch = advice.bases.find(({ name }) => name === "scratch");
  expect(scratch?.size).toBe(roots.length);
  expect(scratch?.bring.join("\n")).toContain("COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/");
  const has = advice.bases.find(({ name }) => name === "distroless static");
  expect(has?.bring.join("\n")).not.toContain("certificates");
  // Without any in the image, Debian's are counted.
  const without = await adviceFor([{ name: "app", content: needing.certificates }]);
  expect(without.bases.find(({ name }) => name === "scratch")?.size).toBeGreaterThan(100_000);
  const zones = await adviceFor([{ name: "app", content: needing.timeZone }]);
  expect(zones.bases.find(({ name }) => name === "scratch")?.bring.join("\n")).toContain("time/tzdata");
  expect(zones.bases.find(({ name }) => name === "alpine")?.bring.join("\n")).toContain("apk add tzdata");
});

test("a command for a shell wants one", async () => {
  if (reason !== undefined) return;
  const files = [
    { name: "bin/sh", content: programs.busybox },
    { name: "app", content: programs.static },
  ];
  const advice = await adviceFor(files, ["/bin/sh", "-c", "exec /app"]);
  expect(advice.because).toMatch(/^\/app is static; .*, and the shell form needs a shell$/);
  expect(whyNot(advice, "scratch")).toBe("it has no shell");
  expect(whyNot(advice, "distroless static")).toBe("it has no shell");
  expect(fitting(advice)).toEqual(["alpine", "debian-slim"]);
});

test("which packages call C decides whether another base is a setting away", async () => {
  if (reason !== undefined) return;
  const glibc = models.bases["distroless base"];
  const avoidable = await adviceFor([{ name: "app", content: cgo.user }, ...glibc]);
  expect(avoidable.because).toBe(
    "/app is linked against glibc; CGO_ENABLED=0 would make it static: C is called for os/user alone, which Go has code of its own for",
  );
  expect(whyNot(avoidable, "scratch")).toBe(
    "it has no C library, and the program needs glibc (built with CGO_ENABLED=0 it would need none)",
  );
  expect((await adviceFor([{ name: "app", content: cgo.userPie }, ...glibc])).because).toContain("-buildmode=exe");
  const own = await adviceFor([{ name: "app", content: cgo.math }, ...glibc]);
  expect(own.because).toBe("/app is linked against glibc; main calls C");
  expect(whyNot(own, "scratch")).toBe("it has no C library, and the program needs glibc");
});

test("with cgo the C library looks users up, and the variable USER is not asked", async () => {
  if (reason !== undefined) return;
  const files = [...models.bases["distroless base"], { name: "etc/passwd", content: "" }];
  const { needs } = await verdictOf([files, [{ name: "app", content: cgo.user }]], ["/app"]);
  expect(needs).toMatchObject([{ kind: "user-entry", state: "missing", error: "user: unknown userid 65532" }]);
});

test("wishes: a shell, something to install with, glibc, and what no program is known to need", async () => {
  if (reason !== undefined) return;
  const files = [{ name: "app", content: cgo.userStatic }];
  const wished = (...wishes: readonly Wish[]): Promise<BaseAdvice> => adviceFor(files, undefined, wishes);
  const shell = await wished("shell");
  expect(fitting(shell)).toEqual(["alpine", "debian-slim"]);
  expect(whyNot(shell, "distroless static")).toBe(
    "it has no shell, and one is wished for (its tag debug has busybox')",
  );
  expect(fitting(await wished("packages"))).toEqual(["alpine", "debian-slim"]);
  expect(fitting(await wished("glibc"))).toEqual(["distroless base", "debian-slim"]);
  expect(fitting(await wished("glibc", "packages"))).toEqual(["debian-slim"]);
  const zones = await wished("time-zones", "certificates");
  expect(fitting(zones)[0]).toBe("scratch");
  expect(zones.bases.find(({ name }) => name === "debian-slim")?.bring).toEqual([
    expect.stringContaining("/etc/passwd"),
    "apt-get install tzdata",
    "apt-get install ca-certificates",
  ]);
});

test("sizes are this image's own where it stands on the base, else say where they come from", async () => {
  if (reason !== undefined) return;
  const release: TarMember = {
    name: "etc/os-release",
    content: 'ID=alpine\nPRETTY_NAME="Alpine Linux v3.22"\n',
    mode: 0o644,
  };
  const { bases } = await adviceFor(
    [...models.bases.alpine, release],
    ["/app"],
    [],
    [{ name: "app", content: cgo.userStatic }],
  );
  const alpine = models.bases.alpine.reduce((sum, { content = "" }) => sum + content.length, 0);
  expect(bases.find(({ name }) => name === "alpine")).toMatchObject({
    size: alpine + (release.content?.length ?? 0),
    sizeFrom: "this image's first layer",
  });
  expect(bases.find(({ name }) => name === "debian-slim")).toMatchObject({
    size: 74_800_000,
    sizeFrom: "Debian 12's packages",
  });
});

interface Case {
  readonly name: string;
  readonly files: readonly TarMember[];
  readonly entrypoint?: readonly string[];
  /** The base that the program was built for. */
  readonly home: keyof BaseModels["bases"];
}

function baseCases(): readonly Case[] {
  const app = (content: Buffer): TarMember => ({ name: "app", content });
  const demo = { name: "lib/x86_64-linux-gnu/libdemo.so.1", content: programs.libdemo };
  const deep = { name: "lib/x86_64-linux-gnu/libdeep.so.1", content: programs.libdeep };
  return [
    { name: "static-go", files: [app(cgo.userStatic)], home: "scratch" },
    { name: "pie-go", files: [app(cgo.userPie)], home: "debian-slim" },
    { name: "cgo-glibc", files: [app(cgo.user)], home: "debian-slim" },
    { name: "cgo-own", files: [app(cgo.math)], home: "debian-slim" },
    { name: "cgo-musl", files: [app(cgo.mathMusl)], home: "alpine" },
    { name: "libraries", files: [app(programs.demo), demo, deep], home: "debian-slim" },
    { name: "certificates", files: [app(needing.certificates)], home: "scratch" },
    { name: "time-zones", files: [app(needing.timeZone)], home: "scratch" },
    { name: "temporary-files", files: [app(needing.temporaryFile)], home: "scratch" },
    {
      name: "script",
      files: [{ name: "run.sh", content: '#!/bin/sh\nexec "$@"\n' }, app(cgo.userStatic)],
      entrypoint: ["/run.sh", "/app"],
      home: "alpine",
    },
    { name: "shell-form", files: [app(cgo.userStatic)], entrypoint: ["/bin/sh", "-c", "exec /app"], home: "alpine" },
  ];
}

/** Each base with what the advice says to bring, and whether the advice says that it will do. */
async function builtUpon({ name, files, entrypoint, home }: Case): Promise<readonly Built[]> {
  const { bases } = await adviceFor([...models.bases[home], ...files], entrypoint);
  const libraries = { "libdemo.so.1": programs.libdemo, "libdeep.so.1": programs.libdeep };
  const own = files.filter((file) => !file.name.startsWith("lib/"));
  return bases.map((base) => ({
    tag: `${name}-on-${base.name.replace(" ", "-")}:base`,
    base,
    layers: [models.bases[base.name], [...models.brought(base.bring, libraries), ...own]],
    entrypoint: entrypoint ?? ["/app"],
  }));
}

interface Built {
  readonly tag: string;
  readonly base: BaseChoice;
  readonly layers: readonly (readonly TarMember[])[];
  readonly entrypoint: readonly string[];
}

test("what is advised starts and lacks nothing once that is brought, and what is not does not start", async () => {
  if (reason !== undefined) return;
  const wrong: string[] = [];
  for (const each of baseCases())
    for (const { tag, base, layers, entrypoint } of await builtUpon(each)) {
      const { verdict, needs } = await verdictOf(layers, entrypoint);
      const lacks = needs.filter(({ state }) => state === "missing").map(({ kind }) => kind);
      const isGood = verdict === "starts" && lacks.length === 0;
      if (isGood !== (base.why === undefined))
        wrong.push(`${tag}: ${base.why ?? "will do"}; ${verdict}, lacks ${lacks.join(" ")}`);
    }
  expect(wrong.join("\n")).toBe("");
});

/** Of the files of Debian's packages, unpacked. */
async function packageBytes(packages: readonly string[]): Promise<number> {
  await using folder = await TempDir.create("packages");
  await command(["apt-get", "download", ...packages], { cwd: folder.path });
  for (const file of await readdir(folder.path)) await command(["dpkg-deb", "-x", file, "x"], { cwd: folder.path });
  const paths = await readdir(folder.join("x"), { recursive: true });
  const files = await Promise.all(paths.map((path) => lstat(folder.join("x", path))));
  // A file under several names is one.
  return [...new Map(files.filter((file) => file.isFile()).map(({ ino, size }) => [ino, size])).values()].reduce(
    (sum, size) => sum + size,
    0,
  );
}

/** Starting an engine for one number would be half of all that this file takes. */
if (process.env["FAIRLEAD_LONG"] === "1") underDocker();

function underDocker(): void {
  const lacking = missing(...DockerEngine.needs, ...imageNeeds);
  const scope = new AsyncDisposableStack();
  afterAll(() => scope.disposeAsync());

  test("the engine's containers do what was foretold of each base", { timeout: 900_000 }, async () => {
    if (lacking !== undefined || reason !== undefined) return;
    const engine = scope.use(await DockerEngine.start());
    const wrong: string[] = [];
    for (const each of baseCases()) {
      const built = await builtUpon(each);
      await using folder = await TempDir.create("base");
      const images = built.map(({ tag, layers, entrypoint }) => ({
        tag,
        layers,
        config: { Entrypoint: entrypoint, User: "65532" },
      }));
      await writeFile(folder.join("images.tar"), saveImages(images));
      await engine.docker(["load", "--quiet", "--input", folder.join("images.tar")]);
      for (const { tag, base } of built) {
        const run = await engine.tryDocker(["run", "--rm", "--network", "none", tag], { timeout: 120_000 });
        if ((run.exitCode === 0) !== (base.why === undefined))
          wrong.push(`${tag}: ${base.why ?? "will do"}; ${run.exitCode} ${run.stdout}${run.stderr}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  test("the sizes of distroless are those of the files of its packages", { timeout: 300_000 }, async () => {
    if (lacking !== undefined || reason !== undefined) return;
    const distrolessStatic = ["base-files", "netbase", "tzdata", "media-types"];
    const sizes = await Promise.all([packageBytes(distrolessStatic), packageBytes(["libc6", "libssl3"])]);
    const roots = (await stat("/etc/ssl/certs/ca-certificates.crt")).size;
    const { bases } = await adviceFor([{ name: "app", content: programs.static }]);
    const told = (name: string): number => bases.find((base) => base.name === name)?.size ?? 0;
    expect(Math.abs(told("distroless static") / (sizes[0] + roots) - 1)).toBeLessThan(0.15);
    expect(Math.abs(told("distroless base") / (sizes[0] + roots + sizes[1]) - 1)).toBeLessThan(0.15);
  });

  test("the size of debian-slim is of the order of a Debian that was really built", { timeout: 300_000 }, async () => {
    if (lacking !== undefined || reason !== undefined) return;
    const engine = scope.use(await DockerEngine.start());
    await loadDebian(engine);
    const bytes = Number(await engine.docker(["image", "inspect", "--format", "{{.Size}}", "debian:bookworm-slim"]));
    const told =
      (await adviceFor([{ name: "app", content: programs.static }])).bases.find(({ name }) => name === "debian-slim")
        ?.size ?? 0;
    // That one has a compiler, git and time zones in it as well.
    expect(told).toBeLessThan(bytes);
    expect(told).toBeGreaterThan(bytes / 10);
  });
}
