/**
 * What went wrong while requirements were read, and how the build came to need the module in question
 * (cmd/go/internal/mvs, BuildListError).
 *
 *     example.com/a@v1.0.0 requires
 *     	example.com/b@v1.2.0: 404 Not Found
 */
import { ModuleError } from "../error.ts";
import type { ModuleVersion } from "../version.ts";
import { show } from "./graph.ts";
import { isSame } from "./reqs.ts";

/** The requirements of one module version can't be had. */
export class ModuleVersionError extends ModuleError {
  /** The module that was asked: a replacement, where the required one is replaced. */
  readonly module: ModuleVersion;
  /** What was wrong, without the module's name. */
  readonly fault: string;

  /** @param cause An error, whose text tells what was wrong, or that text. */
  constructor(module: ModuleVersion, cause: unknown) {
    const fault = textOf(cause);
    const name = module.version === "" ? `module ${module.path}` : show(module);
    super("badRequirements", `${name}: ${fault}`, { cause });
    this.module = module;
    this.fault = fault;
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** A build list that can't be told. Its cause is the error that the requirements' source gave. */
export class BuildListError extends ModuleError {
  /** From a main module to the one whose requirements failed, each requiring the next. */
  readonly path: readonly ModuleVersion[];

  /** @param isUpgrade Tells whether a step of the path is an upgrade that was asked for, and not a requirement. */
  constructor(
    cause: unknown,
    path: readonly ModuleVersion[],
    isUpgrade: (from: ModuleVersion, to: ModuleVersion) => boolean = () => false,
  ) {
    super("badRequirements", describe(cause, path, isUpgrade), { cause });
    this.path = path;
  }
}

function describe(
  cause: unknown,
  path: readonly ModuleVersion[],
  isUpgrade: (from: ModuleVersion, to: ModuleVersion) => boolean,
): string {
  // Main modules have no version, and everybody knows that theirs are the requirements.
  const start = path.findIndex(({ version }) => version !== "");
  const end = path.at(-1);
  if (start < 0 || end === undefined) return textOf(cause);
  const steps = path.slice(start, -1).map((module, i) => {
    const next = path[start + i + 1] ?? end;
    return `${show(module)} ${isUpgrade(module, next) ? "updating to" : "requires"}\n\t`;
  });
  return steps.join("") + describeEnd(cause, end);
}

function describeEnd(cause: unknown, end: ModuleVersion): string {
  if (!(cause instanceof ModuleVersionError)) return new ModuleVersionError(end, cause).message;
  if (isSame(cause.module, end)) return cause.message;
  return `${show(end)} (replaced by ${show(cause.module)}): ${cause.fault}`;
}
