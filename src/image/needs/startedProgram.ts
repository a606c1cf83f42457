import type { GoContent } from "../layer/layer.ts";
import { lookup } from "../rootfs/lookup.ts";
import type { Container } from "../why/container.ts";
import { findProgram } from "../why/findProgram.ts";

/** A program of machine code that the container starts, or is given to start. */
export interface StartedProgram {
  /** Absolute, without links. */
  readonly path: string;
  readonly go: GoContent | undefined;
}

/** Of the command; a program named later is an unusual one. */
const lookedAtWords = 8;

/**
 * The programs: those that `why` came upon, and what a script is handed as its arguments (`ENTRYPOINT ["/run.sh"]`,
 * `CMD ["/app"]`), for such scripts end in `exec "$@"`.
 */
export function startedPrograms(container: Container, argv: readonly string[]): StartedProgram[] {
  const { fs, who, workingDir, started } = container;
  const named = argv.slice(1, 1 + lookedAtWords).flatMap((word) => {
    if (word === "" || word.startsWith("-") || word.length > 4096) return [];
    const path = findProgram(container, word);
    return typeof path === "string" ? [path] : [];
  });
  const programs = new Map<string, StartedProgram>();
  for (const path of [...started, ...named]) {
    const found = lookup(fs, path, who, workingDir);
    if (!found.ok || found.node.content?.kind !== "elf") continue;
    programs.set(found.path, { path: found.path, go: found.node.content.go });
  }
  return [...programs.values()];
}
