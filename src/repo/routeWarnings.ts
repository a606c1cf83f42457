import { redactUrl } from "../config/redact.ts";
import { ModuleError } from "../gomod/error.ts";
import { parseGoflags } from "../gomod/goenv.ts";
import type { GoVariableName } from "./goEnvironment.ts";
import { type GoSettings, matchOf } from "./goSettings.ts";
import type { ModuleRoute } from "./moduleRoute.ts";
import { patternFault } from "./patternFaults.ts";
import { isLocalServer, looksPrivate, privatePattern } from "./privatePath.ts";

export type RouteWarningCode =
  | "modules-off"
  | "bad-pattern"
  | "name-to-proxy"
  | "name-to-checksum-database"
  | "not-marked-private"
  | "no-direct"
  | "ignored-entries"
  | "insecure-credentials"
  | "unverified"
  | "vendor"
  | "no-such-setting"
  | "bad-goflags";

/** Something in the settings that probably does other than was meant. */
export interface RouteWarning {
  readonly code: RouteWarningCode;
  readonly message: string;
}

type Check = (route: ModuleRoute, settings: GoSettings) => readonly RouteWarning[];

/** The usual traps, those that this module path falls into. */
export function routeWarnings(route: ModuleRoute, settings: GoSettings): readonly RouteWarning[] {
  return checks.flatMap((check) => check(route, settings));
}

const patternVariables: readonly GoVariableName[] = ["GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE"];

const badPatterns: Check = ({ path }, settings) =>
  patternVariables.flatMap((name) => {
    const { value, origin } = settings(name);
    // What GONOPROXY has from GOPRIVATE is told of once, there.
    const globs = origin.kind === "derived" ? [] : value.split(",");
    return globs.flatMap((glob) => {
      const fault = patternFault(glob, path);
      return fault === undefined ? [] : [warning("bad-pattern", `${name}: the pattern "${glob}" ${fault}`)];
    });
  });

const modulesOff: Check = (_, settings) => {
  if (settings("GO111MODULE").value !== "off") return [];
  const message =
    "GO111MODULE=off switches modules off: the go command then looks in GOPATH and downloads nothing. Unset it (go env -u GO111MODULE)";
  return [warning("modules-off", message)];
};

/** GOPRIVATE says that nobody else may hear of the path, and another setting takes that back. */
const namesLeak: Check = ({ path, download, checksum }, settings) => {
  const isPrivate = matchOf(settings("GOPRIVATE"), path);
  const proxies = download.hops.filter(({ kind }) => kind === "proxy");
  const warnings: RouteWarning[] = [];
  if (isPrivate !== undefined && download.skipsProxies === undefined && proxies.length > 0) {
    const message = `GOPRIVATE's "${isPrivate.pattern}" matches, but GONOPROXY=${settings("GONOPROXY").value} stands in its place: proxies are asked for this path. Right if they are your own`;
    warnings.push(warning("name-to-proxy", message));
  }
  const known = isPrivate ?? download.skipsProxies;
  if (known !== undefined && checksum.kind === "database" && !checksum.isForced) {
    const message = `${known.variable}'s "${known.pattern}" matches, but GONOSUMDB doesn't: the path and version go to the checksum database ${checksum.name}, which doesn't know them, so the download fails. Add the pattern to GOPRIVATE or GONOSUMDB`;
    warnings.push(warning("name-to-checksum-database", message));
  }
  return warnings;
};

const notMarkedPrivate: Check = ({ path, download, checksum }, settings) => {
  const sign = looksPrivate(path);
  if (sign === undefined || download.skipsProxies !== undefined || matchOf(settings("GOPRIVATE"), path)) return [];
  const strangers = download.hops.some(({ kind, url }) => kind === "proxy" && !isOwnServer(url));
  if (!strangers && checksum.kind !== "database") return [];
  const message = `${sign}, and no setting says that the path is private: its name goes to ${strangers ? "the proxies" : "the checksum database"}. If it is private: go env -w GOPRIVATE=${privatePattern(path)}`;
  return [warning("not-marked-private", message)];
};

const noDirect: Check = ({ download }) => {
  const last = download.hops.at(-1);
  if (last?.kind !== "proxy") return [];
  return [
    warning(
      "no-direct",
      "GOPROXY doesn't end in direct: what its proxies don't have can't be fetched. Right if that is meant",
    ),
  ];
};

const ignoredEntries: Check = ({ download }) => {
  if (download.ignored.length === 0) return [];
  const last = download.hops.at(-1)?.url ?? "";
  return [
    warning(
      "ignored-entries",
      `GOPROXY goes on behind ${last}, which ends it: ${download.ignored.join(", ")} is never asked`,
    ),
  ];
};

/** cmd/go/internal/web/http.go: "refusing to pass credentials to insecure URL". */
const insecureCredentials: Check = ({ download }) => {
  const refused = download.hops.filter(({ kind, url }) => kind === "proxy" && /^http:\/\/[^/]*@/i.test(url));
  return refused.map(({ url }) => {
    const host = URL.parse(url)?.host ?? "a proxy";
    const message = `the URL of ${host} has credentials and is plain http: the go command refuses to send them and never asks it. Use https`;
    return warning("insecure-credentials", message);
  });
};

const unverified: Check = ({ checksum }) => {
  if (checksum.kind !== "skipped" || checksum.because !== "off") return [];
  return [
    warning(
      "unverified",
      "GOSUMDB=off: what go.sum has no line for yet is taken unverified, from whoever answers. For private modules alone, GONOSUMDB or GOPRIVATE is enough",
    ),
  ];
};

const goflags: Check = (_, settings) => {
  try {
    return parseGoflags(settings("GOFLAGS").value).flatMap((flag) => {
      const name = flag.replace(/^--?/, "");
      if (name === "mod=vendor") {
        return [warning("vendor", "GOFLAGS has -mod=vendor: builds take modules from vendor/ and download none")];
      }
      if (!/^insecure(=|$)/.test(name)) return [];
      return [
        warning(
          "bad-goflags",
          "GOFLAGS has -insecure, which Go 1.17 dropped: go get fails with it, and others ignore it. GOINSECURE names the paths instead",
        ),
      ];
    });
  } catch (error) {
    if (error instanceof ModuleError) return [warning("bad-goflags", error.message)];
    throw error;
  }
};

const noSuchSetting: Check = (_, settings) => {
  if (settings("GONOSUMCHECK").value === "") return [];
  return [warning("no-such-setting", "GONOSUMCHECK is no setting of the go command and has no effect; GONOSUMDB is")];
};

const checks: readonly Check[] = [
  modulesOff,
  badPatterns,
  namesLeak,
  notMarkedPrivate,
  ignoredEntries,
  insecureCredentials,
  noDirect,
  unverified,
  goflags,
  noSuchSetting,
];

function warning(code: RouteWarningCode, message: string): RouteWarning {
  return { code, message: redactUrl(message) };
}

function isOwnServer(url: string): boolean {
  const parsed = URL.parse(url);
  return parsed !== null && (parsed.protocol === "file:" || isLocalServer(parsed));
}
