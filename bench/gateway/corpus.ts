import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cacheFolder.ts";
import { planCores } from "./cores.ts";
import { goModDownload, moduleCache } from "./goDownload.ts";
import { moduleFiles } from "./moduleFiles.ts";
import { makeModule } from "./madeModule.ts";
import type { Project } from "./project.ts";
import { PinnedUpstream } from "./pinnedUpstream.ts";

/** What every server serves: a folder in the layout of Go's cache/download, and what may be asked of it. */
export interface Corpus {
  readonly modules: string;
  /** Request paths, by kind. */
  readonly paths: Readonly<Record<PathKind, readonly string[]>>;
}

export type PathKind = "info" | "mod" | "list" | "zip3" | "zip50";

const madeModules = {
  zip3: { path: "bench.example/zip3", version: "v1.0.0", size: 3 << 20 },
  zip50: { path: "bench.example/zip50", version: "v1.0.0", size: 50 << 20 },
};

/** Seconds, for the first download over the internet. */
const within = 1800;

/** Enough that no server lives on one entry of a cache, few enough to be hot in all of them. */
const mostPaths = 500;

/**
 * The real modules of a project, as the go command itself lays them down, and two made ones with large zips. Recorded
 * and made once, then kept for later runs.
 */
export async function corpus(project: Project): Promise<Corpus> {
  const key = createHash("sha256").update(project.sums).update(JSON.stringify(madeModules)).digest("hex").slice(0, 12);
  const modules = join(cacheFolder("modules"), `${project.name}-${key}`);
  if (!existsSync(modules)) {
    process.stderr.write(`recording the modules of ${project.name} (once; they are kept in ${cacheFolder()})\n`);
    await make(project, modules);
  }
  const files = moduleFiles(modules);
  const pick = (end: string, suits: (file: string) => boolean = () => true): string[] =>
    files
      .filter((file) => file.endsWith(end) && suits(file))
      .slice(0, mostPaths)
      .map((file) => `/${file}`);
  return {
    modules,
    paths: {
      info: pick(".info"),
      mod: pick(".mod"),
      // The go command also lists the pseudo-versions of its cache, which a proxy leaves out: those lists would differ.
      list: pick("/list", (file) => !/\d{14}-[0-9a-f]{12}/.test(readFileSync(join(modules, file), "utf8"))),
      zip3: pick(`${madeModules.zip3.path}/@v/${madeModules.zip3.version}.zip`),
      zip50: pick(`${madeModules.zip50.path}/@v/${madeModules.zip50.version}.zip`),
    },
  };
}

async function make(project: Project, modules: string): Promise<void> {
  const scratch = mkdtempSync(join(cacheFolder("modules"), ".making-"));
  try {
    const cores = planCores();
    await using upstream = await PinnedUpstream.start({ core: cores.upstream, latency: 0 });
    await goModDownload({ project: project.folder, proxy: upstream.url, core: cores.client, scratch, within });
    const made = join(moduleCache(scratch), "cache/download");
    for (const module of Object.values(madeModules)) makeModule(made, module);
    renameSync(made, modules);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
