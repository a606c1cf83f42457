// Which base an image is advised: for programs of every kind of linking and need, with sizes that are those of their files.
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { BaseAdvice } from "../../src/image/needs/baseAdvice.ts";
import { readImage } from "../../src/image/readImage.ts";
import { openImage } from "../../src/image/source/openImage.ts";
import { why } from "../../src/image/why/why.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import { imageNeeds, loadDebian } from "../harness/images.ts";
import { missing } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { makeNeedPrograms, type NeedPrograms } from "./needPrograms.ts";
import { makePrograms, programNeeds, type Programs } from "./programs.ts";
import { saveImages } from "./savedImage.ts";
import type { TarMember } from "./tarFile.ts";

const reason = missing(...programNeeds);
let programs: Programs;
let needing: NeedPrograms;

beforeAll(async () => {
  if (reason === undefined) [programs, needing] = await Promise.all([makePrograms(), makeNeedPrograms()]);
}, 300_000);

async function adviceFor(files: readonly TarMember[], entrypoint: readonly string[] = ["/app"]): Promise<BaseAdvice> {
  await using folder = await TempDir.create("base");
  const config = { Entrypoint: [...entrypoint], User: "65532" };
  await writeFile(
    folder.join("a.tar"),
    saveImages([{ tag: "a:1", layers: [files], config, history: ["COPY app /app"] }]),
  );
  await using source = await openImage(folder.join("a.tar"), {
    platform: { os: "linux", architecture: "amd64", variant: undefined },
    registry: () => {
      throw new Error("it lies in a file");
    },
    env: {},
  });
  const { fs } = await readImage(source);
  const { base } = why({ fs, config: source.config });
  if (base === undefined) throw new Error("there is no advice");
  return base;
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
  expect(advice).toMatchObject({ own: programs.static.length, because: "/app is static" });
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
  expect(advice.because).toBe("/app is static, and the shell form needs a shell");
  expect(whyNot(advice, "scratch")).toBe("it has no shell");
  expect(whyNot(advice, "distroless static")).toBe("it has no shell");
  expect(fitting(advice)).toEqual(["alpine", "debian-slim"]);
});

/** Starting an engine for one number would be half of all that this file takes. */
if (process.env["FAIRLEAD_LONG"] === "1") underDocker();

function underDocker(): void {
  const lacking = missing(...DockerEngine.needs, ...imageNeeds);
  const scope = new AsyncDisposableStack();
  afterAll(() => scope.disposeAsync());

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
