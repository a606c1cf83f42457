/** The end of each series of edits. */
import { cleanupSyntax } from "./editSyntax.ts";
import type { File, WorkFile } from "./file.ts";

/**
 * Takes dropped lines out of the syntax, and the blocks that they leave empty; a block that they leave with one line becomes
 * a line. To be called once, after all edits: until then dropped lines are blank ones.
 */
export function cleanup(file: File | WorkFile): void {
  // Go's edits clear what they drop, and here it takes out what is clear. Some files say as little: `retract ""`.
  file.replace = file.replace.filter(({ old }) => old.path !== "");
  if (file.kind === "work") {
    file.use = file.use.filter(({ path }) => path !== "");
  } else {
    file.godebug = file.godebug.filter(({ key }) => key !== "");
    file.require = file.require.filter(({ mod }) => mod.path !== "");
    file.exclude = file.exclude.filter(({ mod }) => mod.path !== "");
    file.retract = file.retract.filter(({ low, high }) => low !== "" || high !== "");
  }
  cleanupSyntax(file.syntax);
}
