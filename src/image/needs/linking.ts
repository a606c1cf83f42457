// How the programs that a container starts are linked, and whether they have to be: C is the reason, and which packages call it.

import type { GoContent } from "../layer/layer.ts";
import type { FsNode } from "../rootfs/node.ts";

export interface Linking {
  readonly kind: "static" | "glibc" | "musl";
  /** A setting with which a Go program would be static, and why it can be; undefined where nothing of the kind is known. */
  readonly avoidable: { readonly by: string; readonly because: string } | undefined;
  /** Packages of Go programs that call C, without those that have Go's own in its place. */
  readonly callC: readonly string[];
}

/** They have a part in Go that is taken with CGO_ENABLED=0. */
const replaced = new Set(["net", "os/user", "runtime/cgo"]);

export function linkingOf(programs: readonly FsNode[]): Linking {
  const dynamic = programs.flatMap(({ content }) =>
    content?.kind === "elf" && content.elf.interpreter !== undefined
      ? [{ interpreter: content.elf.interpreter, go: content.go }]
      : [],
  );
  if (dynamic.length === 0) return { kind: "static", avoidable: undefined, callC: [] };
  const kind = dynamic.some(({ interpreter }) => interpreter.includes("musl")) ? "musl" : "glibc";
  const callC = new Set(dynamic.flatMap(({ go }) => go?.cgoPackages.filter((each) => !replaced.has(each)) ?? []));
  const isAvoidable = callC.size === 0 && dynamic.every(({ go }) => go !== undefined);
  return { kind, avoidable: isAvoidable ? way(dynamic.flatMap(({ go }) => go ?? [])) : undefined, callC: [...callC] };
}

function way(programs: readonly GoContent[]): Linking["avoidable"] {
  const hasSetting = (key: string, value: string): boolean =>
    programs.some(({ info }) => info.settings.some((each) => each.key === key && each.value === value));
  const packages = new Set(programs.flatMap(({ cgoPackages }) => cgoPackages));
  if (packages.size > 0)
    return {
      by: "CGO_ENABLED=0",
      because: `C is called for ${[...packages].join(" and ")} alone, which Go has code of its own for`,
    };
  if (hasSetting("-buildmode", "pie") && hasSetting("CGO_ENABLED", "0"))
    return { by: "-buildmode=exe", because: "only -buildmode=pie wants a loader" };
  return { by: "CGO_ENABLED=0", because: "none of its packages calls C" };
}
