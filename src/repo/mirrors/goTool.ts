import { noCredentials } from "./credentials.ts";
import { ModuleError } from "../../gomod/error.ts";
import { parseProxyList } from "../../gomod/goenv.ts";
import { type GoOrigin, readGoEnvironment } from "../goEnvironment.ts";
import { localHost } from "../goHost.ts";
import { runTool } from "./runTool.ts";
import type { Tool } from "./toolSetting.ts";

/** A list of versions: a few hundred bytes, and every proxy of public modules has it. */
const probed = "golang.org/x/mod/@v/list";

export function goTool(env: NodeJS.ProcessEnv, originText: (origin: GoOrigin) => string): Tool {
  return {
    name: "go",
    probePath: probed,
    async current() {
      const environment = await readGoEnvironment(localHost(env));
      if (!environment.hasGo) return undefined;
      const { value, origin } = environment.variable("GOPROXY");
      return {
        name: "GOPROXY",
        value,
        origin: originText(origin),
        own: origin.kind === "userFile" ? value : undefined,
        overruled: origin.kind === "environment" ? "GOPROXY is set in the environment, which wins" : undefined,
        urls: urlsOf(value),
        // They stand in the list itself.
        credentials: noCredentials,
        scopes: new Map(),
      };
    },
    judge(text, contentType) {
      if (/text\/html/i.test(contentType) || text.trimStart().startsWith("<")) return "answers with a web page";
      return /^(v\d+\.\S*(\s|$))*$/.test(text) ? undefined : "answers with something else than a list of versions";
    },
    withFirst({ value }, url) {
      const rest = value.split(/(?<=[,|])/).filter((entry) => !sameAddress(entry.replace(/[,|]$/, ""), url));
      // What worked before stays behind it, for any failure of the first.
      return rest.length === 0 ? url : `${url}${/^(direct|off)$/.test(rest[0] ?? "") ? "," : "|"}${rest.join("")}`;
    },
    async write(value) {
      const args = value === undefined ? ["env", "-u", "GOPROXY"] : ["env", "-w", `GOPROXY=${value}`];
      // With the variable set, go env -w warns and does nothing useful.
      const { GOPROXY: _, ...rest } = env;
      await runTool("go", args, rest);
      return `go ${args.join(" ")}`;
    },
  };
}

function urlsOf(value: string): string[] {
  try {
    return parseProxyList(value)
      .map(({ url }) => url)
      .filter((url) => /^https?:/.test(url));
  } catch (error) {
    // `fairlead route` explains a list that go refuses.
    if (error instanceof ModuleError) return [];
    throw error;
  }
}

function sameAddress(a: string, b: string): boolean {
  return a.trim().replace(/\/+$/, "") === b.replace(/\/+$/, "");
}
