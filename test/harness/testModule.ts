import { seededBytes } from "./seededRandom.ts";
import { zipFile } from "./zipFile.ts";

/** One version of a made-up module: all that a proxy serves of it. The same arguments give the same bytes. */
export interface TestModule {
  readonly path: string;
  readonly version: string;
  readonly info: Buffer;
  readonly mod: Buffer;
  readonly zip: Buffer;
}

export interface TestModuleOptions {
  /** Bytes of incompressible ballast in the zip. */
  readonly ballast?: number;
  /** Lines after `module` and `go`. */
  readonly goMod?: string;
  /** What the zip's names begin with, where that is to be wrong. */
  readonly zipPrefix?: string;
}

export function testModule(path: string, version: string, options: TestModuleOptions = {}): TestModule {
  const mod = Buffer.from(`module ${path}\n\ngo 1.18\n${options.goMod ?? ""}`);
  const prefix = options.zipPrefix ?? `${path}@${version}`;
  const source = `// Package fixture is made up for tests.\npackage fixture\n\nconst Version = ${JSON.stringify(version)}\n`;
  const entries = [
    { name: `${prefix}/go.mod`, bytes: mod },
    { name: `${prefix}/LICENSE`, bytes: Buffer.from("No rights reserved.\n") },
    { name: `${prefix}/fixture.go`, bytes: Buffer.from(source) },
  ];
  const { ballast = 0 } = options;
  const bytes = seededBytes(`${path}@${version}`, ballast);
  const zip = zipFile(ballast === 0 ? entries : [...entries, { name: `${prefix}/ballast.bin`, bytes, stored: true }]);
  return { path, version, info: infoOf(version), mod, zip };
}

/** A `.info` body. */
export function infoOf(version: string): Buffer {
  return Buffer.from(JSON.stringify({ Version: version, Time: "2024-01-02T03:04:05Z" }));
}
