/** What a Go file says before its first declaration, read from its bytes once (go/build/read.go). */
import { ModuleError } from "../error.ts";
import { type BuildLines, readBuildLines } from "./buildLines.ts";
import { allOf, type Constraint } from "./constraint.ts";
import { parseConstraint, plusBuildText } from "./parseConstraint.ts";
import type { Directive } from "./directive.ts";
import { type Embed, readEmbeds } from "./embed.ts";
import { type HeaderFault, type Import, readHeader } from "./header.ts";
import { startsWithBom } from "./headerLexer.ts";

export interface SourceFile {
  /** The name in the package clause; undefined where there is none. */
  readonly packageName: string | undefined;
  readonly imports: readonly Import[];
  /** Whether it imports "C". */
  readonly usesCgo: boolean;
  /** What its `//go:build` line asks for, or its `// +build` lines where there is none. */
  readonly constraint: Constraint | undefined;
  /** A constraint that can't be read: the go command builds no such file, and says so. */
  readonly constraintFault: string | undefined;
  /** `//go:` comments before the package clause. */
  readonly directives: readonly Directive[];
  /** The patterns of `//go:embed`; empty unless the file imports "embed". */
  readonly embeds: readonly Embed[];
  /** Whether it says `// Code generated … DO NOT EDIT.` */
  readonly isGenerated: boolean;
  /** Whether it says `//go:binary-only-package`. */
  readonly isBinaryOnly: boolean;
  /**
   * What is wrong so far. The go command takes no imports from such a file; here are those that could be read, for whoever
   * looks at unfinished code.
   */
  readonly fault: HeaderFault | undefined;
}

/**
 * Reads a file of any kind of text. Only as much of it is looked at as the go command looks at: the rest only where it
 * imports "embed", and where it is broken.
 */
export function readSourceFile(bytes: Uint8Array): SourceFile {
  const bom = startsWithBom(bytes) ? 3 : 0;
  const text = bom === 0 ? bytes : bytes.subarray(bom);
  const header = readHeader(text);
  const buildLines = readBuildLines(text);
  const shift = <T extends { readonly offset: number }>(each: T): T => ({ ...each, offset: each.offset + bom });
  return {
    packageName: header.packageName,
    imports: bom === 0 ? header.imports : header.imports.map(shift),
    usesCgo: header.imports.some(({ path }) => path === "C"),
    ...readConstraint(buildLines),
    directives: header.directives.map(shift),
    embeds: header.imports.some(({ path }) => path === "embed") ? readEmbeds(bytes) : [],
    isGenerated: header.isGenerated,
    isBinaryOnly: buildLines.isBinaryOnly,
    fault: header.fault === undefined ? undefined : shift(header.fault),
  };
}

/** The constraint in a file's leading comments. */
export function readConstraint(lines: BuildLines): Pick<SourceFile, "constraint" | "constraintFault"> {
  if (lines.hasManyGoBuild) return { constraint: undefined, constraintFault: "multiple //go:build comments" };
  try {
    if (lines.goBuild !== undefined) return { constraint: parseConstraint(lines.goBuild), constraintFault: undefined };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return { constraint: undefined, constraintFault: `parsing //go:build line: ${error.message}` };
  }
  const old = lines.plusBuild.flatMap((line) => plusBuildConstraint(line) ?? []);
  return { constraint: allOf(old), constraintFault: undefined };
}

/** The old lines count only where they can be read. */
function plusBuildConstraint(line: string): Constraint | undefined {
  if (plusBuildText(line) === undefined) return undefined;
  try {
    return parseConstraint(line);
  } catch (error) {
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}
