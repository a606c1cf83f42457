/**
 * GOSUMDB: which checksum database, by which key, at which address (cmd/go/internal/modfetch/sumdb.go, dbDial).
 *
 *     sum.golang.org                                a name the go command knows the key of
 *     sum.example.com+1a2b3c4d+AbC…=                a verifier key (golang.org/x/mod/sumdb/note)
 *     sum.example.com+1a2b3c4d+AbC…= https://…      the same, at another address, which is then asked directly
 *     off                                           none
 */
import { ModuleError } from "../error.ts";
import { parseVerifierKey } from "../note/key.ts";
import type { Sha256 } from "../sha256.ts";
import { fields } from "../utf8.ts";
import { parseGoUrl } from "./goUrl.ts";

/** A checksum database. */
export interface Sumdb {
  /** `sum.golang.org`: the host and path under which proxies serve it, `/sumdb/<name>/…`. */
  readonly name: string;
  /** The whole verifier key, `name+hash+base64`. */
  readonly verifierKey: string;
  /** Asked instead of the proxies and of `https://<name>`. */
  readonly url: string | undefined;
}

const knownKeys: ReadonlyMap<string, string> = new Map([
  ["sum.golang.org", "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"],
]);

/** Names with which the go command means another database at an address of its own. */
const aliases: ReadonlyMap<string, string> = new Map([
  ["sum.golang.google.cn", "sum.golang.org https://sum.golang.google.cn"],
]);

/**
 * Parses GOSUMDB. `undefined` if it is `off`.
 *
 * @throws ModuleError `invalidSetting` with Go's text; for a bad name without the dump of the URL that Go appends.
 */
export function parseSumdb(gosumdb: string, sha256: Sha256): Sumdb | undefined {
  if (gosumdb === "off") return undefined;
  const [first, url, ...more] = fields(aliases.get(gosumdb) ?? gosumdb);
  if (first === undefined) throw invalid("missing GOSUMDB");
  if (more.length > 0) throw invalid("invalid GOSUMDB: too many fields");
  const verifierKey = knownKeys.get(first) ?? first;
  const name = verifiedName(verifierKey, sha256);
  checkName(name);
  if (url !== undefined) checkUrl(url);
  return { name, verifierKey, url };
}

function invalid(message: string, cause?: unknown): ModuleError {
  return new ModuleError("invalidSetting", message, { cause });
}

function verifiedName(verifierKey: string, sha256: Sha256): string {
  try {
    return parseVerifierKey(verifierKey, sha256).name;
  } catch (cause) {
    if (!(cause instanceof ModuleError)) throw cause;
    throw invalid(`invalid GOSUMDB: ${cause.message}`, cause);
  }
}

/** "No funny business in the database name": a host and perhaps a path, as it becomes part of URLs. */
function checkName(name: string): void {
  const fault = `invalid sumdb name (must be host[/path]): ${name}`;
  let url;
  try {
    url = parseGoUrl(`https://${name}`);
  } catch (cause) {
    throw invalid(fault, cause);
  }
  if (name.endsWith("/") || url.host === "" || !url.hasOnlyHostAndPath || url.rawPath !== "") throw invalid(fault);
}

function checkUrl(url: string): void {
  try {
    parseGoUrl(url);
  } catch (cause) {
    if (!(cause instanceof ModuleError)) throw cause;
    throw invalid(`invalid GOSUMDB URL: ${cause.message}`, cause);
  }
}
