/**
 * Minimal version selection (https://go.dev/ref/mod#minimal-version-selection): which version of each module a build takes.
 */
export { BuildListError, ModuleVersionError } from "./mvs/buildListError.ts";
export { buildList, upgrade, upgradeAll } from "./mvs/buildList.ts";
export { downgrade } from "./mvs/downgrade.ts";
export { type CompareVersions, Graph } from "./mvs/graph.ts";
export { req } from "./mvs/req.ts";
export type { DowngradeReqs, Reqs, UpgradeReqs } from "./mvs/reqs.ts";
export type { GoModSource, Pruning } from "./mvs/goModSummaries.ts";
export { type MainModule, type MainModules, replacementOf } from "./mvs/mainModules.ts";
export type { LoadedGraph } from "./mvs/moduleGraph.ts";
export { moduleRequirements, type Requirements, workspaceRequirements } from "./mvs/requirements.ts";
export { expandGraph, type RootChanges, updateRoots } from "./mvs/updateRoots.ts";
