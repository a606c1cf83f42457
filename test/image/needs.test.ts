// What programs need at run time, against the truth: each is run by a real engine with what it needs and without.
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { NeedKind } from "../../src/image/needs/need.ts";
import { readImage } from "../../src/image/readImage.ts";
import { openImage } from "../../src/image/source/openImage.ts";
import { why } from "../../src/image/why/why.ts";
import type { Verdict } from "../../src/image/why/verdict.ts";
import { DockerEngine } from "../harness/dockerEngine.ts";
import type { ImageConfig } from "../harness/images.ts";
import { missing } from "../harness/require.ts";
import { TempDir } from "../harness/tempDir.ts";
import { makeNeedPrograms, type NeedPrograms } from "./needPrograms.ts";
import { berlin } from "./zoneFile.ts";
import { saveImages } from "./savedImage.ts";
import type { TarMember } from "./tarFile.ts";

const reason = missing(...DockerEngine.needs);

interface NeedCase {
  readonly name: string;
  readonly files: readonly TarMember[];
  readonly config?: ImageConfig & { readonly Volumes?: Readonly<Record<string, object>> };
  readonly kind: NeedKind;
  readonly state: "met" | "missing";
}

function needCases(p: NeedPrograms, zones: Buffer): readonly NeedCase[] {
  const app = (content: Buffer): TarMember => ({ name: "app", content });
  const roots = { name: "etc/ssl/certs/ca-certificates.crt", content: p.certificate, mode: 0o644 };
  const tmp = (mode: number): TarMember => ({ name: "tmp", type: "directory", mode });
  const passwd = { name: "etc/passwd", content: "app:x:1000:1000::/:/bin/false\n", mode: 0o644 };
  const data = { Volumes: { "/data": {} }, User: "1000" };
  const other = { name: "roots/own.pem", content: p.certificate, mode: 0o644 };
  const tls = { kind: "certificates", state: "met" } as const;
  const zone = { kind: "time-zones", state: "met" } as const;
  const user = { kind: "user-entry", state: "met", config: { User: "1000" } } as const;
  const temporary = { kind: "temporary-files", state: "met", config: { User: "1000" } } as const;
  const volume = { kind: "volumes", state: "met", config: data } as const;
  const lacks = { state: "missing" } as const;
  return [
    { ...tls, name: "roots", files: [app(p.certificates), roots] },
    { ...tls, ...lacks, name: "no-roots", files: [app(p.certificates)] },
    { ...tls, ...lacks, name: "empty-roots", files: [app(p.certificates), { ...roots, content: "" }] },
    { ...tls, name: "roots-in-folder", files: [app(p.certificates), { ...roots, name: "etc/ssl/certs/own.pem" }] },
    {
      ...tls,
      name: "roots-by-variable",
      files: [app(p.certificates), other],
      config: { Env: ["SSL_CERT_FILE=/roots/own.pem"] },
    },
    {
      ...tls,
      ...lacks,
      name: "roots-unreadable",
      files: [app(p.certificates), { ...roots, mode: 0o600 }],
      config: { User: "1000" },
    },
    {
      ...zone,
      name: "zones",
      files: [app(p.timeZone), { name: "usr/share/zoneinfo/Europe/Berlin", content: zones, mode: 0o644 }],
    },
    { ...zone, ...lacks, name: "no-zones", files: [app(p.timeZone)] },
    { ...zone, name: "own-zones", files: [app(p.ownTimeZone)] },
    { ...user, name: "user-entry", files: [app(p.user), passwd] },
    { ...user, ...lacks, name: "no-user-entry", files: [app(p.user)] },
    { ...temporary, name: "tmp", files: [app(p.temporaryFile), tmp(0o1777)] },
    { ...temporary, ...lacks, name: "no-tmp", files: [app(p.temporaryFile)] },
    { ...temporary, ...lacks, name: "tmp-of-root", files: [app(p.temporaryFile), tmp(0o755)] },
    { ...volume, name: "volume", files: [app(p.volume), { name: "data", type: "directory", uid: 1000 }] },
    { ...volume, ...lacks, name: "volume-of-root", files: [app(p.volume), { name: "data", type: "directory" }] },
    { ...volume, ...lacks, name: "no-volume", files: [app(p.volume)] },
  ];
}

let engine: DockerEngine;
let folder: TempDir;
let cases: readonly NeedCase[] = [];

beforeAll(async () => {
  if (reason !== undefined) return;
  folder = await TempDir.create("needs");
  cases = needCases(await makeNeedPrograms(), await berlin());
  const images = cases.map(({ name, files, config }) => ({
    tag: `${name}:needs`,
    layers: [files],
    config: { ...config, Entrypoint: ["/app"] },
    history: ["COPY . /"],
  }));
  await writeFile(folder.join("images.tar"), saveImages(images));
  engine = await DockerEngine.start();
  await engine.docker(["load", "--quiet", "--input", folder.join("images.tar")]);
});

afterAll(async () => {
  if (reason !== undefined) return;
  await engine[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

test("what is missing is what the engine's container misses, in its words", async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  const wrong: string[] = [];
  const pending = cases.values();
  const work = async (): Promise<void> => {
    for (const each of pending) await compare(each, wrong);
  };
  await Promise.all([work(), work(), work()]);
  expect(wrong.join("\n")).toBe("");
});

async function compare({ name, kind, state }: NeedCase, wrong: string[]): Promise<void> {
  const { needs } = await foretell(name);
  const need = needs.find((each) => each.kind === kind);
  const run = await engine.tryDocker(["run", "--rm", "--network", "none", `${name}:needs`], { timeout: 120_000 });
  const said = `${run.stdout}${run.stderr}`;
  const words = (need?.error ?? "").split("…")[0] ?? "";
  const isRight = need?.state === state && (run.exitCode === 0) === (state === "met") && said.includes(words);
  if (!isRight) wrong.push(`${name}: ${need?.state ?? "not seen"} (${words}); truth ${run.exitCode}: ${said}`);
}

test("a program is not said to need what it can't do", async ({ skip }) => {
  if (reason !== undefined) skip(reason);
  const kinds = async (name: string): Promise<string[]> => (await foretell(name)).needs.map(({ kind }) => kind);
  expect(await kinds("no-zones")).toEqual(["time-zones"]);
  expect(await kinds("no-user-entry")).toEqual(["user-entry"]);
  expect(await kinds("volume")).toEqual(["volumes"]);
});

async function foretell(name: string): Promise<Verdict> {
  await using source = await openImage(`docker-archive:${folder.join("images.tar")}:${name}:needs`, {
    platform: { os: "linux", architecture: "amd64", variant: undefined },
    registry: () => ({ login: async () => undefined }),
    env: {},
  });
  const { fs } = await readImage(source);
  return why({ fs, config: source.config });
}
