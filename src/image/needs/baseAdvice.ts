// Which base image would do for the programs that a container starts, what each would cost in bytes, and why the others won't.

import { lookup } from "../rootfs/lookup.ts";
import type { FsNode } from "../rootfs/node.ts";
import { walk } from "../rootfs/walk.ts";
import type { Container } from "../why/container.ts";
import { certificatesIn } from "./certificates.ts";
import type { Need } from "./need.ts";
import { startedPrograms } from "./startedProgram.ts";
import { timeZonesIn } from "./timeZones.ts";

export interface BaseAdvice {
  /** What decides: how the program is linked, whether a shell is needed. */
  readonly because: string;
  /** Of what the image has beyond its base: COPY and ADD layers where the history tells them, else the programs. In bytes. */
  readonly own: number;
  /** Of all files that show, in bytes. */
  readonly now: number;
  /** The smallest first. */
  readonly bases: readonly BaseChoice[];
}

export interface BaseChoice {
  readonly name: BaseName;
  /** Unpacked, about; what must be copied into it is counted. */
  readonly size: number;
  /** What has to be copied or installed beside the programs. */
  readonly bring: readonly string[];
  /** Why it won't do; undefined where it will. */
  readonly why: string | undefined;
}

const baseNames = ["scratch", "distroless static", "distroless base", "alpine", "debian-slim"] as const;
type BaseName = (typeof baseNames)[number];

/** Unpacked sizes in bytes, rounded, of the releases of 2024 to 2026; they change little. */
const sizes: Readonly<Record<BaseName, number>> = {
  scratch: 0,
  "distroless static": 2e6,
  "distroless base": 21e6,
  alpine: 8e6,
  "debian-slim": 76e6,
};

/** Certificates and time zones as Debian has them, where the image has none to measure. */
const usual = { certificates: 220e3, "time-zones": 3e6 } as const;

/** What comes with glibc itself. */
const glibcLibraries =
  /\/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv|nss_\w+|util|anl)\.so[.\d]*|lib(c|m|dl|rt|pthread)-2\.\d+\.so)$/;

interface Wants {
  readonly linked: "static" | "glibc" | "musl";
  readonly needsShell: boolean;
  /** Libraries beyond the C library's own. */
  readonly libraries: readonly string[];
  readonly kinds: ReadonlySet<Need["kind"]>;
}

export function adviseBase(
  container: Container,
  argv: readonly string[],
  needs: readonly Need[],
): BaseAdvice | undefined {
  const { fs, started } = container;
  const programs = startedPrograms(container, argv).filter(
    ({ path }) => !/\/(busybox|bash|dash|sh|env|tini)$/.test(path),
  );
  const nodes = programs.map(({ path }) => nodeAt(container, path)).filter((node) => node !== undefined);
  if (nodes.length === 0) return undefined;
  const interpreters = nodes.flatMap(({ content }) =>
    content?.kind === "elf" && content.elf.interpreter !== undefined ? [content.elf.interpreter] : [],
  );
  const linked =
    interpreters.length === 0 ? "static" : interpreters.some((path) => path.includes("musl")) ? "musl" : "glibc";
  const libraries = [...new Set(container.libraries)].filter(
    (path) => !glibcLibraries.test(path) && !path.includes("musl"),
  );
  const scripts = started.filter((path) => nodeAt(container, path)?.content?.kind === "script");
  const shellForm = /(^|\/)(sh|bash|ash|dash)$/.test(argv[0] ?? "");
  const wants: Wants = {
    linked,
    needsShell: scripts.length > 0 || shellForm,
    libraries: linked === "static" ? [] : libraries,
    kinds: new Set(needs.map(({ kind }) => kind)),
  };
  const names = programs.map(({ path }) => path).join(", ");
  const how = linked === "static" ? `${names} is static` : `${names} is linked against ${linked}`;
  const shell =
    scripts.length > 0
      ? `, and the script ${scripts[0] ?? ""} needs a shell`
      : shellForm
        ? ", and the shell form needs a shell"
        : "";
  const all = [...walk(fs)].map(({ node }) => node);
  const shown = new Set(all);
  return {
    because: how + shell,
    now: total(shown),
    own: total(ownNodes(container, shown, nodes)),
    bases: baseNames.map((name) => choose(container, name, wants)).toSorted((a, b) => a.size - b.size),
  };
}

type Choose = (wants: Wants) => Pick<BaseChoice, "why"> & { readonly has: readonly Need["kind"][] };

const noShell = "it has no shell";
const choices: Readonly<Record<BaseName, Choose>> = {
  scratch: ({ linked, needsShell }) => ({
    has: [],
    why:
      linked !== "static" ? `it has no C library, and the program needs ${linked}` : needsShell ? noShell : undefined,
  }),
  "distroless static": ({ linked, needsShell }) => ({
    has: ["certificates", "time-zones", "user-entry", "temporary-files", "host-names"],
    why:
      linked !== "static" ? `it has no C library, and the program needs ${linked}` : needsShell ? noShell : undefined,
  }),
  "distroless base": ({ linked, needsShell, libraries }) => ({
    has: ["certificates", "time-zones", "user-entry", "temporary-files", "host-names"],
    why: needsShell
      ? noShell
      : linked === "musl"
        ? "it has glibc, and the program needs musl"
        : libraries.length > 0
          ? `it has nothing to install libraries with: ${libraries.join(", ")}`
          : undefined,
  }),
  alpine: ({ linked }) => ({
    has: ["certificates", "temporary-files", "host-names"],
    why: linked === "glibc" ? "it has musl, and the program needs glibc" : undefined,
  }),
  "debian-slim": ({ linked }) => ({
    has: ["temporary-files", "host-names"],
    why: linked === "musl" ? "it has glibc, and the program needs musl" : undefined,
  }),
};

function choose(container: Container, name: BaseName, wants: Wants): BaseChoice {
  const { has, why } = choices[name](wants);
  const lacking = [...wants.kinds].filter((kind) => !has.includes(kind));
  const installs = name === "alpine" ? "apk add" : name === "debian-slim" ? "apt-get install" : undefined;
  const bring = lacking.flatMap((kind) => bringText(container, kind, installs));
  const libraries = wants.libraries.map((path) => `${path.slice(path.lastIndexOf("/") + 1)} (${installs ?? "copied"})`);
  const extra = lacking.reduce((sum, kind) => sum + extraBytes(container, kind), 0);
  const more = wants.libraries.reduce((sum, path) => sum + (nodeAt(container, path)?.size ?? 0), 0);
  return { name, size: Math.round(sizes[name] + extra + more), bring: [...bring, ...libraries], why };
}

function bringText(container: Container, kind: Need["kind"], installs: string | undefined): string[] {
  switch (kind) {
    case "certificates":
      return [
        installs === undefined
          ? "certificates: COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/"
          : `${installs} ca-certificates`,
      ];
    case "time-zones":
      return [
        installs === undefined
          ? 'time zones: COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo, or import _ "time/tzdata"'
          : `${installs} tzdata`,
      ];
    case "user-entry":
      return [`an entry for user ${container.who.uid} in /etc/passwd`];
    case "temporary-files":
      return ["a folder /tmp with mode 1777"];
    case "host-names":
      return ["/etc/nsswitch.conf"];
    default:
      return [];
  }
}

function extraBytes(container: Container, kind: Need["kind"]): number {
  if (kind !== "certificates" && kind !== "time-zones") return 0;
  const path = kind === "certificates" ? certificatesIn(container) : timeZonesIn(container);
  const node = path === undefined ? undefined : nodeAt(container, path);
  const bytes = node === undefined ? 0 : total(below(node));
  return bytes > 0 ? bytes : usual[kind];
}

/** What COPY and ADD brought, the base's own first layer left out; the programs at least. */
function ownNodes({ config }: Container, all: ReadonlySet<FsNode>, programs: readonly FsNode[]): Set<FsNode> {
  const isOwn = config.instructions.map(
    (text, layer) => /^(COPY|ADD) /.test(text ?? "") && !(layer === 0 && / in \/ ?$|^ADD .* \/$/.test(text ?? "")),
  );
  return new Set([
    ...programs,
    ...[...all].filter(({ layer, children }) => children === undefined && isOwn[layer] === true),
  ]);
}

function* below(node: FsNode): Generator<FsNode> {
  yield node;
  for (const child of node.children?.values() ?? []) yield* below(child);
}

function total(nodes: Iterable<FsNode>): number {
  let bytes = 0;
  for (const { size } of nodes) bytes += size;
  return bytes;
}

function nodeAt({ fs }: Container, path: string): FsNode | undefined {
  const found = lookup(fs, path);
  return found.ok ? found.node : undefined;
}
