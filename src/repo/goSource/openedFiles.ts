/** Files that a program opens by a path in its source: they must be in the image, where it is started. */
import { callsOf } from "./calls.ts";
import { type Constants, evaluate } from "./constants.ts";
import type { Token } from "../../gomod/source/tokens.ts";

/** Functions whose arguments are paths to read: os, html/template, net/http and the frameworks around them. */
const openers: ReadonlySet<string> = new Set([
  "Dir",
  "DirFS",
  "LoadHTMLFiles",
  "LoadHTMLGlob",
  "Open",
  "ParseFiles",
  "ParseGlob",
  "ReadDir",
  "ReadFile",
  "ServeFile",
  "Static",
  "StaticFile",
]);

/** Relative paths within the project, `/`-separated, without `./`; patterns stay patterns. In the order of the source. */
export function openedFiles(tokens: readonly Token[], constants: Constants): readonly string[] {
  const paths = callsOf(tokens, (name) => openers.has(name)).flatMap(({ name, args }) => {
    // os.Open takes one path; sql.Open, and others of the name, take more, and the first is none.
    if (name === "Open" && args.length !== 1) return [];
    return args.map((arg) => evaluate(arg, constants)).filter((value) => typeof value === "string");
  });
  const relative = paths.map((path) => path.replace(/^(\.\/)+/, "").replace(/\/+$/, "")).filter(isPathWithin);
  return [...new Set(relative)];
}

function isPathWithin(path: string): boolean {
  return (
    path !== "." && /^[\w@][\w@./*?-]*$/.test(path) && !path.split("/").some((part) => part === ".." || part === "")
  );
}
