import { createHash } from "node:crypto";
import { ModuleError } from "../gomod/error.ts";
import { parseSumdb, usesSumdb } from "../gomod/goenv.ts";
import { type GoSettings, type Match, matchOf } from "./goSettings.ts";
import { type Hop, type ProxyChain, proxyChain } from "./proxyChain.ts";

/**
 * How a download is verified that go.sum has no line for (cmd/go/internal/modfetch/sumdb.go, useSumDB, dbDial and
 * initBase). With a line in go.sum nobody is asked.
 */
export type ChecksumRoute =
  /** Nobody is asked: GOSUMDB=off, or a pattern of GONOSUMDB matches. */
  | { readonly kind: "skipped"; readonly because: Match | "off" }
  /** The setting can't be used, and every download that go.sum doesn't know fails with this. */
  | { readonly kind: "fault"; readonly message: string }
  | {
      readonly kind: "database";
      readonly name: string;
      /** Given in GOSUMDB: then proxies are not asked for it. */
      readonly url: string | undefined;
      /** GOPROXY's entries, whose proxies are asked for `/sumdb/<name>/supported`; see databaseWay. */
      readonly hops: readonly Hop[];
      /** It would have been skipped, but toolchains are always verified. */
      readonly isForced: boolean;
    };

export function checksumRoute(path: string, settings: GoSettings): ChecksumRoute {
  const gosumdb = settings("GOSUMDB").value;
  const goproxy = settings("GOPROXY").value;
  const nosumdb = settings("GONOSUMDB");
  const skipped = matchOf(nosumdb, path) ?? (gosumdb === "off" ? "off" : undefined);
  const privacy = { goprivate: "", gonoproxy: "", goinsecure: "", gonosumdb: nosumdb.value };
  const isAsked = usesSumdb(privacy, gosumdb, goproxy, path);
  if (!isAsked) return { kind: "skipped", because: skipped ?? "off" };
  if (settings("GOSUMDB").origin.kind === "unset") {
    return { kind: "fault", message: "GOSUMDB is set nowhere, and no go command was found that has a default for it" };
  }
  try {
    const sumdb = parseSumdb(gosumdb, (data) => createHash("sha256").update(data).digest());
    if (sumdb === undefined) return { kind: "fault", message: "checksum database disabled by GOSUMDB=off" };
    const { hops, fault } = sumdb.url === undefined ? proxyChain(goproxy) : noChain;
    if (fault !== undefined) return { kind: "fault", message: fault };
    return { kind: "database", name: sumdb.name, url: sumdb.url, hops, isForced: skipped !== undefined };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return { kind: "fault", message: error.message };
  }
}

const noChain: ProxyChain = { hops: [], ignored: [], fault: undefined };
