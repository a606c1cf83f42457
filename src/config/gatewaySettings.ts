import type * as z from "zod";
import { type DirectSettings, directSchema } from "./directSettings.ts";
import type { Milliseconds } from "./duration.ts";
import type { ListenAddress } from "./listenAddress.ts";
import { optionalSetting, section, setting } from "./setting.ts";
import type { Bytes } from "./size.ts";
import { type ChecksumDatabases, checksumDatabases, gosumdb, modulePatterns, upstreamList } from "./upstreamTypes.ts";
import { denySchema, type DenySettings, type RouteSettings, routesSchema } from "./policySettings.ts";
import { vanitySchema, type VanitySettings } from "./vanitySettings.ts";
import { choice, directory, duration, integer, listenAddress, size, toggle } from "./valueTypes.ts";

/** The module gateway's settings, resolved. What each does stands once, in the schema below. */
export interface GatewaySettings {
  readonly listen: ListenAddress;
  /** Absolute. */
  readonly data: string;
  /** A GOPROXY list; undefined asks the go command's own configuration. */
  readonly upstream: string | undefined;
  /** By name; undefined: Go's public one, and the one that GOSUMDB names here. */
  readonly sumdb: ChecksumDatabases | undefined;
  /** undefined: as GOSUMDB and GONOSUMDB have it here. */
  readonly verify: {
    readonly database: string | undefined;
    readonly except: string | undefined;
    readonly isolateFor: Milliseconds;
  };
  /** Modules straight from git. */
  readonly routes: readonly RouteSettings[];
  readonly direct: DirectSettings;
  readonly offline: boolean;
  readonly insecureOpen: boolean;
  readonly workers: number;
  readonly memory: Bytes;
  readonly holdZipsUpTo: Bytes;
  readonly timeouts: {
    readonly connect: Milliseconds;
    readonly firstByte: Milliseconds;
    readonly stall: Milliseconds;
    readonly stop: Milliseconds;
  };
  readonly retries: number;
  readonly fresh: {
    readonly for: Milliseconds;
    readonly staleFor: Milliseconds;
    readonly negativeFor: Milliseconds;
  };
  readonly limits: {
    readonly fills: number;
    readonly connections: number;
    readonly zip: Bytes;
  };
  readonly deny: readonly DenySettings[];
  readonly upkeep: {
    readonly scrubEvery: Milliseconds;
    readonly keep: Milliseconds | undefined;
    readonly maxSize: Bytes | undefined;
  };
  readonly vanity: readonly VanitySettings[];
  readonly log: {
    readonly level: LogLevel;
    readonly format: "auto" | "pretty" | "json";
    readonly access: boolean;
    readonly trace: boolean;
  };
}

type LogLevel = "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";

/** As parsed: what is computed from the machine (data, workers) is still open. */
export type GatewayInput = Omit<GatewaySettings, "data" | "workers"> & {
  readonly data: string | undefined;
  readonly workers: number | undefined;
};

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;
const gibibyte = 1024 ** 3;

/** Every wait is bounded: a timeout of none is not to be had. */
const timeout = duration({ min: 1, max: hour });
const age = duration({ min: 0, max: 365 * day });

export const gatewaySchema: z.ZodType<GatewayInput> = section("The module gateway, started by `fairlead up`.", {
  listen: setting(listenAddress, {
    default: "127.0.0.1:7300",
    alias: "FAIRLEAD_LISTEN",
    flag: "listen",
    description:
      "The address to listen on. `:7300` listens on every address of the machine; port 0 takes a free one. Beyond loopback, access rules are needed, or `insecureOpen`.",
  }),
  data: optionalSetting(directory, {
    defaultText: "`$XDG_DATA_HOME/fairlead`, else `~/.local/share/fairlead`",
    alias: "FAIRLEAD_DATA",
    flag: "data",
    description:
      "The folder for everything the gateway keeps: modules, database, state. It is created when missing. A relative path counts from the configuration file's folder, or from the working folder when it comes from a flag or the environment.",
  }),
  upstream: optionalSetting(upstreamList, {
    defaultText: "what `go env GOPROXY` says here",
    alias: "FAIRLEAD_UPSTREAM",
    flag: "upstream",
    description:
      "Where modules come from, written as GOPROXY is: URLs, `direct` and `off`; after `,` the next one is asked only when the one before answered 404 or 410, after `|` on any error. A YAML list is joined with commas; its entry `{ prefer: fastest, upstreams: [URL, URL] }` is a group of mirrors, of which the healthiest is asked first and the others after any error (in a text: `{URL URL}`). Left out, the gateway takes what the go command here would, without the gateway's own address.",
  }),
  sumdb: optionalSetting(checksumDatabases, {
    defaultText: "the database every go command knows, and the one that `GOSUMDB` names here",
    description:
      "The checksum databases that clients may reach through the gateway, as a list of names or a map of names to URLs. A request for another one is refused, and the client then asks that database itself.",
  }),
  verify: section(
    "What every module is held against before it is served whole. Its certificates of inclusion are checked here, as the go command does.",
    {
      database: optionalSetting(gosumdb, {
        defaultText: "what `go env GOSUMDB` says here",
        description:
          "The checksum database, written as GOSUMDB is: a known name, or a verifier key and perhaps a URL. `off` serves what no database has vouched for; the go command of a client still checks by itself.",
      }),
      isolateFor: setting(age, {
        default: "1h",
        description:
          "How long a source that sent other bytes than the database has is left alone, where there is another one. `0s` goes on asking it.",
      }),
      except: optionalSetting(modulePatterns, {
        defaultText: "what `go env GONOSUMDB` says here, which GOPRIVATE sets too",
        description:
          "Module path patterns, separated by commas, that no public database knows: they are served without asking it, and never named to it.",
      }),
    },
  ),
  routes: routesSchema,
  direct: directSchema,
  offline: setting(toggle, {
    default: false,
    alias: "FAIRLEAD_OFFLINE",
    flag: "offline",
    description: "Answer from the cache alone and never connect to anything.",
  }),
  insecureOpen: setting(toggle, {
    default: false,
    alias: "FAIRLEAD_INSECURE_OPEN",
    flag: "insecureOpen",
    description:
      "Listen beyond loopback although no access rules are set: whoever reaches the address can then read every cached module.",
  }),
  workers: optionalSetting(integer({ min: 1, max: 256 }), {
    defaultText: "the number of cores",
    alias: "FAIRLEAD_WORKERS",
    flag: "workers",
    description: "The number of processes that answer requests.",
  }),
  memory: setting(size({ min: 0, max: 1024 * gibibyte }), {
    default: "256MiB",
    description: "How much memory hot files may take, all workers together. `0B` reads every file from the disk.",
  }),
  holdZipsUpTo: setting(size({ min: 0, max: gibibyte }), {
    default: "16MiB",
    description:
      "A zip up to this size is checked whole before its first byte leaves. A larger one is passed on while it arrives, and only its end is held back until the check is done. `0B` passes on all of them.",
  }),
  timeouts: section("How long the gateway waits.", {
    connect: setting(timeout, {
      default: "5s",
      description: "How long to wait for a connection to an upstream, name resolution and TLS included.",
    }),
    firstByte: setting(timeout, {
      default: "20s",
      description: "How long to wait for the first byte of an upstream's answer, from the request on.",
    }),
    stall: setting(timeout, {
      default: "20s",
      description:
        "How long to wait for the next bytes of an answer that has begun; a slow download that still moves goes on.",
    }),
    stop: setting(timeout, {
      default: "10s",
      description: "How long to wait for requests under way when the gateway is told to stop; then they are cut off.",
    }),
  }),
  retries: setting(integer({ min: 0, max: 20 }), {
    default: 2,
    description:
      "How many more attempts are made at the same source after a passing failure: refused or lost connection, timeout, 429, 502, 503, 504. `0` moves on at once.",
  }),
  fresh: section("How long answers that may change (list, latest, queries) are taken from the cache.", {
    for: setting(age, {
      default: "60s",
      description:
        "How long an answer that may change (list, latest, queries) is given from the cache without asking the upstream again. `0s` asks every time.",
    }),
    staleFor: setting(age, {
      default: "1h",
      description:
        "How much longer than `for` such an answer is given at once, while the upstream is asked in the background; later the upstream is asked first. While it doesn't answer, an old answer is given whatever its age. `0s` makes clients wait for the upstream.",
    }),
    negativeFor: setting(age, {
      default: "30s",
      description:
        "How long a 404 or 410 of the upstream is remembered. Failures of other kinds never are. `0s` remembers none.",
    }),
  }),
  limits: section("What the gateway takes on at once, and how large.", {
    fills: setting(integer({ min: 1, max: 10_000 }), {
      default: 32,
      description:
        "How many downloads from upstreams run at the same time; more of them wait in line. Cached files never wait.",
    }),
    connections: setting(integer({ min: 1, max: 1_000_000 }), {
      default: 4096,
      description: "How many client connections may be open, all workers together; more are refused.",
    }),
    zip: setting(size({ min: 1, max: 16 * gibibyte }), {
      default: "500MiB",
      description: "The largest module zip. The go command itself takes no more than 500MiB.",
    }),
  }),
  deny: denySchema,
  upkeep: section("What a running gateway does for its cache.", {
    scrubEvery: setting(age, {
      default: "7d",
      description:
        "How often the whole cache is read and held against what was stored, slowly; what is damaged is fetched again. `0s` never.",
    }),
    keep: optionalSetting(age, {
      defaultText: "for ever",
      description:
        "Versions and mirrors of repositories that nobody has used for so long are removed, as `fairlead cache prune --keep` does.",
    }),
    maxSize: optionalSetting(size({ min: 0, max: 1024 ** 5 }), {
      defaultText: "no limit",
      description: "Then the least recently used of both are removed until no more than this is left.",
    }),
  }),
  vanity: vanitySchema,
  log: section("What the gateway writes to standard error.", {
    level: setting(choice("fatal", "error", "warn", "info", "debug", "trace", "silent"), {
      default: "info",
      description: "The least severity of what is logged.",
    }),
    format: setting(choice("auto", "pretty", "json"), {
      default: "auto",
      description: "`pretty` for people, `json` for machines, `auto` pretty on a terminal and JSON elsewhere.",
    }),
    access: setting(toggle, {
      default: true,
      description: "Log one line for each request.",
    }),
    trace: setting(toggle, {
      default: false,
      flag: "trace",
      description:
        "Write every decision of every request as a tree: where it was looked for, who was asked, how long it took.",
    }),
  }),
});
