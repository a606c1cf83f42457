/**
 * Versions of Go and of its toolchains: cmd/go/internal/gover under its own names, and how the go command chooses a
 * toolchain. Each idea has its file; this one is the address that the rest of the project imports.
 */
export {
  defaultGoModVersion,
  defaultGoWorkVersion,
  explicitIndirectVersion,
  explicitModulesTxtImportVersion,
  fromGoMod,
  fromGoWork,
  goStrictVersion,
  narrowAllVersion,
  separateIndirectVersion,
  tidyGoModSumVersion,
} from "./gover/languageVersions.ts";
export { modCompare, modIsPrefix, modIsPrerelease, modIsValid, modMajorMinor, modSort } from "./gover/moduleVersion.ts";
export {
  goModLookup,
  newerToolchain,
  selectToolchain,
  type ToolchainChoice,
  type ToolchainSettings,
} from "./gover/select.ts";
export { fromToolchain, isToolchain } from "./gover/toolchain.ts";
export { compare, isLang, isPrerelease, isValid, lang, max, prev } from "./gover/version.ts";
