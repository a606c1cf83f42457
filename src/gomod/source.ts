/**
 * Go source as far as builds and modules need it: package clause, imports, build constraints, `//go:embed`, cgo, the mark of
 * generated files; and packages out of the files of a folder. What go/build and `go list` read, without Go.
 */
export {
  type BuildContext,
  fileNameFits,
  knownArchitectures,
  knownSystems,
  tagHolds,
  unixSystems,
} from "./source/buildContext.ts";
export type { CgoFlags } from "./source/cgo.ts";
export {
  type Constraint,
  constraintHolds,
  evaluateConstraint,
  formatConstraint,
  mayBeBuilt,
} from "./source/constraint.ts";
export { parseConstraint } from "./source/parseConstraint.ts";
export { type Directive, embedPatterns } from "./source/directive.ts";
export type { Embed } from "./source/embed.ts";
export type { HeaderFault, Import } from "./source/header.ts";
export type { SourceFault } from "./source/headerLexer.ts";
export { isImportPath } from "./source/importPath.ts";
export { isKeyword } from "./source/keyword.ts";
export type { OtherFileKind } from "./source/fileKind.ts";
export {
  type FileList,
  type GoFileList,
  type Package,
  type PackageFault,
  type PackageFile,
  readPackage,
} from "./source/package.ts";
export { readSourceFile, type SourceFile } from "./source/sourceFile.ts";
export { stringValue, type Token, type TokenKind, tokens } from "./source/tokens.ts";
