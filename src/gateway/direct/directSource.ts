// `direct`: a source that answers as a proxy would, from the modules' own repositories. No Go toolchain takes part.

import { createHash } from "node:crypto";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates } from "node:tls";
import type { Dispatcher } from "undici";
import { matchPrefixPatterns } from "../../gomod/module.ts";
import { chooseVersion, queryMatcher } from "../../gomod/query.ts";
import { maxGoMod } from "../../gomod/zip.ts";
import type { Leases } from "../../storage/leases.ts";
import { isPrivateAddress } from "../privateAddress.ts";
import { parseTarget, type Route } from "../route.ts";
import { SourceFailure, type Errand, type Source, type SourceAnswer } from "../source.ts";
import { CodeModule, placeModule, type Resolved } from "./codeModule.ts";
import { type DirectOptions, placeOf, ruleFor } from "./directOptions.ts";
import { Discovery, privateHost } from "./discovery.ts";
import { loginFor } from "./gitAccess.ts";
import type { Found } from "./knownHosts.ts";
import { Mirror } from "./mirror.ts";
import { moduleArchive } from "./moduleArchive.ts";
import { ObjectReaders } from "./objectReaders.ts";
import { Revisions } from "./revision.ts";
import { queryInfo, versionInfo } from "./revisionInfo.ts";

export interface DirectParts {
  readonly options: DirectOptions;
  /** For the mirrors. */
  readonly folder: string;
  readonly leases: Leases;
  readonly dispatcher: Dispatcher;
  readonly publicDispatcher: Dispatcher;
  /** A module proxy that a go-import tag of VCS `mod` names. Unless a rule names its host, public addresses alone. */
  readonly openProxy: (url: URL, isNamed: boolean) => Source;
}

/** A version's files are asked for within seconds of each other: the list of refs of the first is good for the rest. */
const filesRefsMs = 60_000;
/** The go command asks for the list, and for what is latest right after it. */
const answersRefsMs = 2000;

export class DirectSource implements Source {
  readonly name = "direct";
  readonly #parts: DirectParts;
  readonly #discovery: Discovery;
  readonly #caFile: string | undefined;
  readonly #readers = new ObjectReaders();

  constructor(parts: DirectParts) {
    this.#parts = parts;
    this.#discovery = new Discovery({ ...parts, rules: parts.options.rules });
    this.#caFile = trustedAuthorities(parts.folder);
  }

  close(): Promise<void> {
    return this.#readers.close();
  }

  async ask<T>(path: string, consume: (answer: SourceAnswer) => Promise<T>, errand: Errand): Promise<T> {
    const route = parseTarget(`/${path}`);
    if (!("module" in route)) throw new SourceFailure("not-found", "a repository has modules alone");
    const isTrusted = matchPrefixPatterns(this.#parts.options.trusted, route.module);
    const found = await this.#discovery.find(route.module, isTrusted, errand.via, errand.signal);
    if (found.vcs === "mod") return (await this.#proxy(found.url, isTrusted)).ask(path, consume, errand);
    return this.#fromGit(route, { ...found, isTrusted }, consume, errand.signal);
  }

  /** The module proxy that a page names, with the credentials that its host gets. Throws SourceFailure. */
  async #proxy(address: string, isTrusted: boolean): Promise<Source> {
    const url = new URL(address);
    const rule = ruleFor(this.#parts.options.rules, placeOf(address) ?? "");
    const host = url.hostname.replace(/^\[|\]$/g, "");
    // An address needs no look-up, where names that lead to private addresses are refused.
    const isNamed = rule !== undefined || isTrusted;
    if (!isNamed && isPrivateAddress(host)) throw privateHost(host);
    const login = await loginFor(url, rule);
    if (login !== undefined) {
      url.username = encodeURIComponent(login.user);
      url.password = encodeURIComponent(login.password);
    }
    return this.#parts.openProxy(url, isNamed);
  }

  async #fromGit<T>(
    route: Exclude<Route, { kind: `sumdb-${string}` } | { key: "" }> & { module: string; version: string },
    found: Found & { readonly isTrusted: boolean },
    consume: (answer: SourceAnswer) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const place = placeModule(route.module, found.root, found.subdir);
    const { options, folder, leases } = this.#parts;
    const mirror = new Mirror(found.url, {
      folder,
      options,
      leases,
      readers: this.#readers,
      dispatchers: { any: this.#parts.dispatcher, public: this.#parts.publicDispatcher },
      caFile: this.#caFile,
      isTrusted: found.isTrusted,
      signal,
    });
    const isFile = route.kind === "info" || route.kind === "mod" || route.kind === "zip";
    const revisions = new Revisions(mirror, isFile ? filesRefsMs : answersRefsMs);
    const module = new CodeModule(place, revisions);
    switch (route.kind) {
      case "list":
        return consume(
          whole(Buffer.from((await module.versions()).map((version) => `${version}\n`).join("")), "text/plain"),
        );
      case "latest": {
        const { resolved, query } = await latest(module);
        return consume(whole(await queryInfo(module, resolved, query), "application/json"));
      }
      case "query": {
        const resolved = await module.stat(route.version);
        return consume(whole(await queryInfo(module, resolved, route.version), "application/json"));
      }
      case "info": {
        const resolved = await module.stat(route.version);
        return consume(whole(versionInfo(module, resolved), "application/json"));
      }
      case "mod": {
        const { version } = await module.stat(route.version);
        return consume(whole(await module.goMod(version), "text/plain"));
      }
      case "zip": {
        const { version } = await module.stat(route.version);
        const body = moduleArchive(module, version, join(folder, "archives"), signal);
        return consume({ length: undefined, contentType: "application/zip", body });
      }
      default:
        throw new SourceFailure("not-found", "a repository has modules alone");
    }
  }
}

/** As the go command resolves `latest`: the highest release that is not retracted, else pre-release, else the default branch. */
async function latest(module: CodeModule): Promise<{ resolved: Resolved; query: string }> {
  const isRetracted = await module.retracted();
  const versions = (await module.versions()).filter((version) => !isRetracted(version));
  const matcher = queryMatcher(module.place.path, "latest");
  const hasGoMod = async (version: string): Promise<boolean> =>
    (await module.revisions.file((await module.folderOf(version)).hash, "go.mod", maxGoMod)) !== undefined;
  const chosen = matcher && (await chooseVersion(matcher, versions, hasGoMod));
  return chosen === undefined
    ? { resolved: await module.head(), query: "" }
    : { resolved: await module.stat(chosen), query: chosen };
}

function whole(body: Buffer, contentType: string): SourceAnswer {
  return { length: body.length, contentType, body: once(body) };
}

// oxlint-disable-next-line require-await -- nothing is waited for; a body is an AsyncIterable all the same
async function* once(body: Buffer): AsyncGenerator<Uint8Array> {
  yield body;
}

/** git believes the authorities that the gateway itself does; undefined: those of the system. */
function trustedAuthorities(folder: string): string | undefined {
  if ((process.env["NODE_EXTRA_CA_CERTS"] ?? "") === "") return undefined;
  mkdirSync(folder, { recursive: true });
  const all = [...getCACertificates("system"), ...getCACertificates("extra")].join("\n");
  // Named by what is in it: every process that trusts the same has the same file, and none is left behind.
  const file = join(folder, `authorities-${createHash("sha256").update(all).digest("hex").slice(0, 16)}.pem`);
  const part = `${file}.${process.pid}`;
  writeFileSync(part, all);
  renameSync(part, file);
  return file;
}
