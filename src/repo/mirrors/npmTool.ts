import { readFile } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { npmCredentials } from "./credentials.ts";
import { npmScopes } from "./npmrc.ts";
import { runTool } from "./runTool.ts";
import type { Tool } from "./toolSetting.ts";

/** The manifest of one version of a package without dependencies that has not changed for years. */
const probed = "ms/latest";

export function npmTool(env: NodeJS.ProcessEnv): Tool {
  const npm = (...args: readonly string[]): Promise<string | undefined> => runTool("npm", args, env);
  return {
    name: "npm",
    probePath: probed,
    async current() {
      const value = (await npm("config", "get", "registry"))?.trim();
      if (value === undefined) return undefined;
      const { places, files } = parseList((await npm("config", "ls")) ?? "");
      const texts = await Promise.all(files.toReversed().map((file) => readFile(file, "utf8").catch(() => "")));
      const winner = places.find(({ overridden }) => !overridden);
      return {
        name: "registry",
        value,
        origin: winner?.origin ?? "default of npm",
        own: places.find(({ level }) => level === "user")?.value,
        overruled:
          winner === undefined || winner.level === "user" || winner.level === "global"
            ? undefined
            : `it is set by ${winner.origin}, which wins`,
        urls: /^https?:/.test(value) ? [value] : [],
        credentials: npmCredentials(texts, env),
        scopes: npmScopes(texts, env),
      };
    },
    judge(text) {
      // The beginning of a document may be all that was read.
      return /^\s*\{[^]*"(name|version|dist)"/.test(text) ? undefined : "answers with something else than a package";
    },
    withFirst: (_setting, url) => (url.endsWith("/") ? url : `${url}/`),
    async write(value) {
      const args =
        value === undefined
          ? ["config", "delete", "registry", "--location=user"]
          : ["config", "set", `registry=${value}`, "--location=user"];
      await npm(...args);
      return `npm ${args.join(" ")}`;
    },
  };
}

interface Place {
  readonly level: string;
  readonly origin: string;
  readonly value: string;
  readonly overridden: boolean;
}

/** What `npm config ls` says of registry, and its files: a section a source, the weakest first, what does not count as a comment. */
export function parseList(text: string): { readonly places: readonly Place[]; readonly files: readonly string[] } {
  const places: Place[] = [];
  const files: string[] = [];
  let section: { level: string; origin: string } | undefined;
  for (const line of text.split("\n")) {
    const head = /^; "?(\w+)"? config from (.*)$/.exec(line);
    if (head !== null) {
      section = { level: head[1] ?? "", origin: (head[2] ?? "").replace(/^"|"$/g, "") };
      if (isAbsolute(section.origin)) files.push(section.origin);
      continue;
    }
    const entry = /^(; )?registry = "?([^"\s;]*)"?(.*)$/.exec(line);
    if (entry === null || section === undefined) continue;
    places.push({ ...section, value: entry[2] ?? "", overridden: entry[1] !== undefined });
  }
  return { places, files };
}
