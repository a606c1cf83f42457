/**
 * GOPRIVATE and what follows from it (cmd/go/internal/cfg/cfg.go; modfetch/repo.go, lookup; modfetch/sumdb.go, useSumDB).
 * GONOPROXY and GONOSUMDB each default to GOPRIVATE where they are empty; a value that matches nothing, such as `none`,
 * switches one of them off.
 */
import { matchPrefixPatterns } from "../pattern.ts";

/** As the environment has them; absent and empty are the same. */
export interface PrivacySettings {
  readonly GOPRIVATE?: string | undefined;
  readonly GONOPROXY?: string | undefined;
  readonly GONOSUMDB?: string | undefined;
  readonly GOINSECURE?: string | undefined;
}

/** The glob lists that hold (see pattern.ts). */
export interface Privacy {
  readonly goprivate: string;
  readonly gonoproxy: string;
  readonly gonosumdb: string;
  readonly goinsecure: string;
}

export function resolvePrivacy(settings: PrivacySettings): Privacy {
  const goprivate = settings.GOPRIVATE ?? "";
  return {
    goprivate,
    gonoproxy: settings.GONOPROXY || goprivate,
    gonosumdb: settings.GONOSUMDB || goprivate,
    goinsecure: settings.GOINSECURE ?? "",
  };
}

/** Whether `path` is fetched from its repository only, whatever GOPROXY says, `off` included. */
export function skipsProxy(privacy: Privacy, path: string): boolean {
  return matchPrefixPatterns(privacy.gonoproxy, path);
}

/**
 * Whether `path` is verified against the checksum database. Toolchains, which no go.sum can list, always are, even with
 * GOSUMDB=off, where the check then fails; the exception is a GOPROXY that is one `file://` URL.
 */
export function usesSumdb(privacy: Privacy, gosumdb: string, goproxy: string, path: string): boolean {
  if (path === "golang.org/toolchain" && !(goproxy.startsWith("file://") && !/[,|]/.test(goproxy))) return true;
  return gosumdb !== "off" && !matchPrefixPatterns(privacy.gonosumdb, path);
}

/** Whether `path` may be fetched without HTTPS or a valid certificate. Only direct fetches ask this, proxies don't. */
export function isInsecure(privacy: Privacy, path: string): boolean {
  return matchPrefixPatterns(privacy.goinsecure, path);
}
