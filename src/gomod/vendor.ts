/**
 * vendor/modules.txt: reading and writing it, and whether it fits go.mod. Each idea has its file; this one is the address
 * that the rest of the project imports.
 */
export { checkConsistency, type Inconsistency, inconsistentVendoring } from "./vendor/consistency.ts";
export { format, type ModulesTxt, parse, type VendoredModule } from "./vendor/modulesTxt.ts";
export type { MainModule, MainModules, Workspace } from "./vendor/replacement.ts";
export { type BuildModule, vendoredModules } from "./vendor/vendoredModules.ts";
