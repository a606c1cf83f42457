import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { pipCredentials } from "./credentials.ts";
import { runTool } from "./runTool.ts";
import type { Tool } from "./toolSetting.ts";

/** The files of a small package that every index has. */
const probed = "six/";

export function pipTool(env: NodeJS.ProcessEnv): Tool {
  const pip = async (...args: readonly string[]): Promise<string | undefined> =>
    (await runTool("pip", args, env)) ?? runTool("pip3", args, env);
  return {
    name: "pip",
    probePath: probed,
    async current() {
      const list = await pip("config", "list");
      if (list === undefined) return undefined;
      const user = indexUrl((await pip("config", "--user", "list")) ?? "");
      const [here, variable] = [indexUrl(list), env["PIP_INDEX_URL"]];
      const fallback = variable ?? here ?? (await defaultOf(pip));
      const urls = fallback !== undefined && /^https?:/.test(fallback) ? [fallback] : [];
      const netrc = env["NETRC"] ?? join(env["HOME"] ?? homedir(), ".netrc");
      return {
        name: "global.index-url",
        value: fallback ?? "",
        origin: variable !== undefined ? "environment" : here === undefined ? "default of pip" : "pip's configuration",
        own: user,
        overruled: variable === undefined ? undefined : "PIP_INDEX_URL is set in the environment, which wins",
        urls,
        credentials: pipCredentials(urls, await readFile(netrc, "utf8").catch(() => "")),
        scopes: new Map(),
      };
    },
    judge(text, contentType) {
      if (/vnd\.pypi\.simple\.v1\+json/.test(contentType)) return undefined;
      return /<a\s[^>]*href=/i.test(text) ? undefined : "answers with something else than a package's files";
    },
    withFirst: (_setting, url) => url.replace(/\/+$/, ""),
    async write(value) {
      const args = [
        "config",
        "--user",
        ...(value === undefined ? ["unset", "global.index-url"] : ["set", "global.index-url", value]),
      ];
      await pip(...args);
      return `pip ${args.join(" ")}`;
    },
  };
}

function indexUrl(list: string): string | undefined {
  return /^(?:global|install)\.index-url='([^']*)'$/m.exec(list)?.[1];
}

/** pip names its default in the help of an option, cut over lines. */
async function defaultOf(
  pip: (...args: readonly string[]) => Promise<string | undefined>,
): Promise<string | undefined> {
  const help = (await pip("help", "install")) ?? "";
  const option = /--index-url <url>([^]*?)(?=\n\s*--extra-index-url)/.exec(help)?.[1] ?? "";
  return /\(default\s+(https?:\/\/[^\s)]+)\)/.exec(option)?.[1];
}
