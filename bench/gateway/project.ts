import { readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A real Go project whose modules are downloaded: a folder with go.mod and go.sum. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly sums: string;
  /** Modules whose zip `go.sum` names. */
  readonly modules: number;
}

const fixtures = fileURLToPath(new URL("../../test/fixtures/projects/", import.meta.url));

/** A project of a dozen modules: the one that builds goproxy. */
export const smallProject = (): Project => readProject(fileURLToPath(new URL("peers/goproxy", import.meta.url)));

/** The fixture with the most modules. */
export function largestFixture(): Project {
  const projects = readdirSync(fixtures, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => readProject(join(fixtures, entry.name)));
  const largest = projects.toSorted((a, b) => b.modules - a.modules)[0];
  if (largest === undefined) throw new Error(`${fixtures} holds no project`);
  return largest;
}

export function readProject(folder: string): Project {
  const sums = readFileSync(join(folder, "go.sum"), "utf8");
  const modules = sums.split("\n").filter((line) => line !== "" && !line.includes("/go.mod ")).length;
  return { name: basename(folder), folder, sums, modules };
}
