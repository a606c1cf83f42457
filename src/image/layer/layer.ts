// One layer: its entries in their order, and of their contents what tells whether a program starts.

import type { BuildInfo } from "../../gomod/buildinfo.ts";
import type { Ability } from "../elf/goAbilities.ts";
import type { ElfFile } from "../elf/elfFile.ts";
import type { TarEntry } from "../tar/tarReader.ts";

export interface LayerEntry extends TarEntry {
  /** Relative to the root, without `.` and `..`: `usr/bin/app`; the empty string is the root. */
  readonly name: string;
  readonly content: Content | undefined;
  /** sha256 of the content, in hex, where it was asked for. */
  readonly digest: string | undefined;
}

/** What was kept of a file's content. */
export type Content =
  | { readonly kind: "elf"; readonly elf: ElfFile; readonly go: GoContent | undefined }
  /** An ELF file that is damaged, or has more bytes than are read. */
  | { readonly kind: "broken-elf" }
  /** The first line without `#!`, up to where Linux cuts it, and whether a line ended there. */
  | { readonly kind: "script"; readonly line: string }
  /** The whole content of a small file that programs are looked up by. */
  | { readonly kind: "kept"; readonly bytes: Buffer }
  /** `!<arch>`: what `go build` makes of a package that is no program. */
  | { readonly kind: "archive" }
  | { readonly kind: "empty" }
  | { readonly kind: "other" };

/** What is told of a Go program. */
export interface GoContent {
  readonly info: BuildInfo;
  readonly abilities: ReadonlySet<Ability>;
  /** Paths of the packages that call C; empty without cgo. */
  readonly cgoPackages: readonly string[];
}

export interface Layer {
  readonly entries: readonly LayerEntry[];
  /** Of the unpacked tar: "sha256:…". */
  readonly diffId: string;
  /** Bytes of the unpacked tar. */
  readonly size: number;
}
