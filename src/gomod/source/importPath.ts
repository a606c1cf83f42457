import { isPrint, isSpace } from "../unicode.ts";

const illegalInPaths = "!\"#$%&'()*,:;<=>?[\\]^{|}`\ufffd";

/** Reports whether an import path holds only what compilers allow (https://go.dev/ref/spec#Import_declarations; go/build/read.go). */
export function isImportPath(path: string): boolean {
  for (const character of path) {
    const codePoint = character.codePointAt(0) ?? 0;
    if (!isPrint(codePoint) || isSpace(codePoint) || illegalInPaths.includes(character)) return false;
  }
  return path !== "";
}
