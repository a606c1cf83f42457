import { ModuleError } from "../error.ts";
import { type RandomAccess, Window } from "../randomAccess.ts";

/** A window on a zip. It throws ModuleError `badZip` where the file ends too early. */
export function zipWindow(reader: RandomAccess): Window {
  return new Window(reader, () => new ModuleError("badZip", "unexpected EOF"));
}
