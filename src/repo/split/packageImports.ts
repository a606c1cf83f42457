import { mayBeBuilt } from "../../gomod/source.ts";
import type { GoFile } from "../goSource/goFile.ts";
import { type GoPackage, under } from "../goPackages.ts";

export interface PackageImport {
  readonly path: string;
  /** The first file that has it, from the project's root. */
  readonly file: string;
  /** Only tests have it. */
  readonly isTest: boolean;
}

/** What a package imports on whatever system it is built, as `go mod tidy` counts it; its tests' imports too. */
export function importsOf(each: GoPackage, withTests: boolean = true): readonly PackageImport[] {
  const found = new Map<string, PackageImport>();
  const add = (files: ReadonlyMap<string, GoFile>, isTest: boolean): void => {
    for (const [name, { header }] of files) {
      if (!mayBeBuilt(header.constraint)) continue;
      for (const { path } of header.imports)
        if (!found.has(path)) found.set(path, { path, file: under(each.dir, name), isTest });
    }
  };
  add(each.allFiles, false);
  if (withTests) add(each.tests, true);
  return [...found.values()];
}
