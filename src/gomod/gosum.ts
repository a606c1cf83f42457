/**
 * go.sum files: reading, writing, merging and checking them, and which lines a build needs. Each idea has its file; this one
 * is the address that the rest of the project imports.
 */
export {
  type ImportedPackage,
  type ModuleGraph,
  neededSums,
  type NeededOptions,
  type RootRequirements,
} from "./gosum/needed.ts";
export { conflicts, format, goModOf, keyOf, merge, type ModuleSums, parse, type Sums } from "./gosum/sums.ts";
export { checkSum, haveSum, recordedSum, type SumFile } from "./gosum/verify.ts";
