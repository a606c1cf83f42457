// Which base image would do for the programs that a container starts, what each would cost in bytes, and why the others won't.

import { lookup } from "../rootfs/lookup.ts";
import type { FsNode } from "../rootfs/node.ts";
import { walk } from "../rootfs/walk.ts";
import type { Container } from "../why/container.ts";
import { bases, lackingLibraries, objections, type Wants } from "./baseChoices.ts";
import { baseNames, type BaseName, baseSize, usualBytes } from "./baseSizes.ts";
import { certificatesIn } from "./certificates.ts";
import { type Linking, linkingOf } from "./linking.ts";
import type { Need } from "./need.ts";
import { type StartedProgram, startedPrograms } from "./startedProgram.ts";
import { timeZonesIn } from "./timeZones.ts";
import { isNeed, type Wish } from "./wishes.ts";

export interface BaseAdvice {
  /** What decides: how the program is linked, which packages call C, whether a shell is needed. */
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
  /** Where the size of the base itself comes from, in words. */
  readonly sizeFrom: string;
  /** What has to be copied or installed beside the programs. */
  readonly bring: readonly string[];
  /** Why it won't do; undefined where it will. */
  readonly why: string | undefined;
}

/** What comes with glibc itself. */
const glibcLibraries =
  /\/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv|nss_\w+|util|anl)\.so[.\d]*|lib(c|m|dl|rt|pthread)-2\.\d+\.so)$/;

export function adviseBase(
  container: Container,
  argv: readonly string[],
  needs: readonly Need[],
  wishes: ReadonlySet<Wish>,
): BaseAdvice | undefined {
  const { fs, started } = container;
  const programs = startedPrograms(container, argv).filter(
    ({ path }) => !/\/(busybox|bash|dash|sh|env|tini)$/.test(path),
  );
  const nodes = programs.map(({ path }) => nodeAt(container, path)).filter((node) => node !== undefined);
  if (nodes.length === 0) return undefined;
  const linking = linkingOf(nodes);
  const libraries = [...new Set(container.libraries)].filter(
    (path) => !glibcLibraries.test(path) && !path.includes("musl"),
  );
  const script = started.find((path) => nodeAt(container, path)?.content?.kind === "script");
  const shellForm = /(^|\/)(sh|bash|ash|dash)$/.test(argv[0] ?? "");
  const wants: Wants = {
    linking,
    needsShell: script !== undefined || shellForm,
    libraries: linking.kind === "static" ? [] : libraries,
    wishes,
  };
  const shell =
    script !== undefined
      ? `, and the script ${script} needs a shell`
      : shellForm
        ? ", and the shell form needs a shell"
        : "";
  const shown = new Set([...walk(fs)].map(({ node }) => node));
  const kinds = new Set([...needs.map(({ kind }) => kind), ...[...wishes].filter(isNeed)]);
  return {
    because: linkedText(programs, linking) + shell,
    now: total(shown),
    own: total(ownNodes(container, shown, nodes)),
    bases: baseNames
      .map((name) => choose({ container, name, wants, kinds, shown }))
      .toSorted((a, b) => a.size - b.size),
  };
}

function linkedText(programs: readonly StartedProgram[], { kind, avoidable, callC }: Linking): string {
  const names = programs.map(({ path }) => path).join(", ");
  const foreign = programs.filter(({ go }) => go === undefined).map(({ path }) => path);
  const how = kind === "static" ? `${names} is static` : `${names} is linked against ${kind}`;
  return [
    how,
    ...(callC.length > 0 ? [`${callC.slice(0, 3).join(", ")}${callC.length > 3 ? ", …" : ""} calls C`] : []),
    ...(avoidable === undefined ? [] : [`${avoidable.by} would make it static: ${avoidable.because}`]),
    ...(foreign.length === 0 ? [] : [`what ${foreign.join(", ")} needs at run time is not known: no Go program`]),
  ].join("; ");
}

interface Asked {
  readonly container: Container;
  readonly name: BaseName;
  readonly wants: Wants;
  readonly kinds: ReadonlySet<Need["kind"]>;
  readonly shown: ReadonlySet<FsNode>;
}

function choose({ container, name, wants, kinds, shown }: Asked): BaseChoice {
  const { has, users, installs, libc } = bases[name];
  const found = objections(name, wants);
  const hasEntry = users.includes(container.who.uid);
  const lacking = [...kinds].filter((kind) => (kind === "user-entry" ? !hasEntry : !has.has(kind)));
  const libraries = libc === wants.linking.kind ? lackingLibraries(name, wants.libraries) : wants.libraries;
  const bring = [
    ...lacking.flatMap((kind) => bringText(container, kind, installs)),
    ...libraries.map((path) => libraryText(path, installs)),
  ];
  const { bytes, from } = baseSize(name, container, shown);
  const extra =
    lacking.reduce((sum, kind) => sum + extraBytes(container, kind), 0) +
    libraries.reduce((sum, path) => sum + (nodeAt(container, path)?.size ?? 0), 0);
  const why = found.length === 0 ? undefined : found.join("; ");
  return { name, size: Math.round(bytes + extra), sizeFrom: from, bring, why };
}

function libraryText(path: string, installs: string | undefined): string {
  const file = path.slice(path.lastIndexOf("/") + 1);
  return installs === undefined
    ? `the library ${file}: COPY --from=build ${path} ${path}`
    : `${installs} the package that has ${file}`;
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
      return [`a folder ${container.env.get("TMPDIR") || "/tmp"} with mode 1777`];
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
  const bytes = node === undefined ? 0 : total(new Set(below(node)));
  return bytes > 0 ? bytes : usualBytes[kind];
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
