/** What is made for a project when nobody says otherwise: flags over fairlead.yaml over what the repository shows. */
import { posix } from "node:path";
import type { ServiceSettings } from "../../config/serviceSettings.ts";
import type { Forge } from "../../repo/forge.ts";
import type { GoProject } from "../../repo/goProject.ts";
import type { DockerfileChoices } from "../dockerfile/recipe.ts";

/** As a person gives them on a command line. */
export interface AskedFor {
  readonly name?: string | undefined;
  readonly programs?: readonly string[] | undefined;
  readonly port?: number | undefined;
  readonly go?: string | undefined;
  readonly cgo?: boolean | undefined;
  readonly privatePatterns?: readonly string[] | undefined;
}

export function dockerfileChoices(
  project: GoProject,
  asked: AskedFor,
  settings: ServiceSettings | undefined,
  forge: Forge | undefined,
): DockerfileChoices {
  return {
    service: asked.name ?? settings?.name ?? serviceName(project),
    programs: asked.programs ?? [],
    preferred: settings?.main,
    port: asked.port ?? settings?.port,
    go: asked.go,
    cgo: asked.cgo,
    privatePatterns: asked.privatePatterns ?? [],
    source: forge?.web,
  };
}

/** The module path's last element as a DNS label: `example.com/team/Shop_API/v2` is `shop-api`. */
function serviceName({ modules, dir }: GoProject): string {
  const atRoot = modules.find((each) => each.dir === ".") ?? (modules.length === 1 ? modules[0] : undefined);
  const parts = (atRoot?.path ?? posix.basename(dir)).split("/");
  const last = parts.at(-1) ?? "";
  const name = /^v\d+$/.test(last) && parts.length > 1 ? (parts.at(-2) ?? last) : last;
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return label === "" ? "service" : label;
}
