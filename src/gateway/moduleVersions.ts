// Which versions a module has: its list, its latest, and queries. Branches and revisions are the sources' to resolve;
// ranges and prefixes are resolved here, by the go command's rules, from the list.

import { escapePath, escapeVersion } from "../gomod/module.ts";
import { chooseVersion, parseQuery, queryMatcher } from "../gomod/query.ts";
import { sort } from "../gomod/semver.ts";
import type { DiskBlobs } from "../storage/blobs.ts";
import { uncached, type Absences } from "./absences.ts";
import type { Answer, Answers } from "./answers.ts";
import type { Asker } from "./asker.ts";
import { cachedVersions } from "./cachedList.ts";
import { walkChain } from "./chain.ts";
import type { Chains } from "./chains.ts";
import { checkInfo, checkList, contentLimits, listBody } from "./content.ts";
import { GatewayError } from "./gatewayError.ts";
import type { ModuleFiles } from "./moduleFiles.ts";
import type { AnswerRoute, FileKind, FileRoute } from "./route.ts";
import { readBody, type Errand } from "./source.ts";

export interface ModuleVersionsParts {
  readonly chains: Chains;
  readonly blobs: DiskBlobs;
  readonly files: ModuleFiles;
  readonly answers: Answers;
  readonly absences: Absences;
}

export class ModuleVersions {
  readonly #parts: ModuleVersionsParts;

  constructor(parts: ModuleVersionsParts) {
    this.#parts = parts;
  }

  /** The answer; from what is cached alone if the asker says why. Throws GatewayError. */
  async get(route: AnswerRoute, asker: Asker): Promise<Answer> {
    if (route.kind === "query" && asksForVersions(route.version)) return this.#choose(route, asker);
    return this.#ask(route, asker);
  }

  async #ask(route: AnswerRoute, asker: Asker): Promise<Answer> {
    const { answers, absences } = this.#parts;
    if (asker.noFetch !== undefined) {
      const stored = (await answers.stored(route.key)) ?? (await this.#fromCachedFiles(route));
      if (stored === undefined) throw uncached(route.key, asker.noFetch);
      return { ...stored, warning: '112 - "Disconnected Operation"' };
    }
    absences.refuse(route.key);
    return absences.watch(
      route.key,
      answers.get(route.key, (signal) => this.#fetch(route, { signal, via: asker.via })),
    );
  }

  #fetch(route: AnswerRoute, errand: Errand): Promise<{ body: Buffer; source: string }> {
    const chain = this.#parts.chains.of(route.module);
    const what = route.kind === "query" ? `${route.module}@${route.version}` : `${route.module} (${route.kind})`;
    return walkChain(
      chain,
      route.key,
      what,
      async (answer, source) => {
        const bytes = await readBody(answer, contentLimits[route.kind]);
        return {
          body: route.kind === "list" ? checkList(bytes, answer) : checkInfo(bytes, answer, undefined),
          source: source.name,
        };
      },
      errand,
    );
  }

  /** Resolves `v1`, `v1.2`, `>=v1.2.3` and their kin to the `.info` of the version that the go command would choose. */
  async #choose(route: AnswerRoute, asker: Asker): Promise<Answer> {
    const { module, version: query } = route;
    const matcher = queryMatcher(module, query);
    if (matcher === undefined) throw new GatewayError("bad-request", `${query} is no query over versions`);
    const list = await this.#ask({ kind: "list", module, version: "", key: `${escapePath(module)}/@v/list` }, asker);
    const lines = list.body.toString("utf8").split("\n");
    const versions = sort(lines.filter((line) => line !== ""));
    const chosen = await chooseVersion(matcher, versions, (version) => this.#hasGoMod(module, version, asker));
    if (chosen !== undefined) {
      const { bytes } = await this.#parts.files.bytes(fileRoute("info", module, chosen), asker);
      return { ...list, body: bytes };
    }
    if (matcher.mayUseLatest)
      return this.#ask({ kind: "latest", module, version: "", key: `${escapePath(module)}/@latest` }, asker);
    throw new GatewayError("not-found", `${module}@${query}: no matching versions for query "${query}"`);
  }

  /** A proxy makes up a go.mod of one line where the version has none. */
  async #hasGoMod(module: string, version: string, asker: Asker): Promise<boolean> {
    const { bytes } = await this.#parts.files.bytes(fileRoute("mod", module, version), asker);
    const text = bytes.toString("utf8");
    return text !== `module ${module}\n` && text !== `module ${JSON.stringify(module)}\n`;
  }

  /** What the cache alone can say of a module's versions. */
  async #fromCachedFiles({ kind, module }: AnswerRoute): Promise<Answer | undefined> {
    if (kind === "query") return undefined;
    const versions = await cachedVersions(this.#parts.blobs, module);
    if (versions.length === 0) return undefined;
    const fetchedAt = Date.now();
    if (kind === "list") return { body: listBody(versions), fetchedAt };
    const newest = versions.findLast((version) => !version.includes("-")) ?? versions.at(-1);
    const body = newest === undefined ? undefined : await this.#parts.blobs.read(fileRoute("info", module, newest).key);
    return body === undefined ? undefined : { body, fetchedAt };
  }
}

/** True for a query that chooses among the versions there are, rather than naming one revision. */
function asksForVersions(query: string): boolean {
  try {
    const { kind } = parseQuery(query);
    return kind === "prefix" || kind === "comparison" || kind === "latest" || kind === "upgrade";
  } catch (error) {
    throw new GatewayError("bad-request", error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function fileRoute(kind: FileKind, module: string, version: string): FileRoute {
  return { kind, module, version, key: `${escapePath(module)}/@v/${escapeVersion(version)}.${kind}` };
}
