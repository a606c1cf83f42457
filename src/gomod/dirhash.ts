/**
 * The `h1:` hash of go.sum (golang.org/x/mod/sumdb/dirhash, Hash1): as if by
 *
 *     sha256sum $(find . -type f | sort) | sha256sum
 *
 * in base64. Names are sorted by their bytes; JavaScript's own order is another one beyond U+FFFF. How the files were
 * compressed, their times and modes don't count, so a zip may be packed anew and keep its hash.
 */
import { ModuleError } from "./error.ts";
import { type Chunks, type FileTree, walk } from "./fileTree.ts";
import { compareBytewise } from "./utf8.ts";

/** A file by its name and the SHA-256 of its content in lower-case hexadecimal. */
export interface HashedFile {
  readonly name: string;
  readonly sha256: string;
}

/** SHA-256 in lower-case hexadecimal. */
export type Sha256Hex = (data: Uint8Array) => string;

/**
 * `h1:` and 44 characters of base64.
 *
 * @param files In any order. In a module zip they are named `<module>@<version>/…`.
 * @throws ModuleError `invalidModuleZip` for a name with a line end.
 */
export function hash1(files: readonly HashedFile[], sha256: Sha256Hex): string {
  const lines = files
    .toSorted((a, b) => compareBytewise(a.name, b.name))
    .map(({ name, sha256 }) => {
      if (!name.includes("\n")) return `${sha256}  ${name}\n`;
      throw new ModuleError("invalidModuleZip", "dirhash: filenames with newlines are not supported");
    });
  return `h1:${base64OfHex(sha256(new TextEncoder().encode(lines.join(""))))}`;
}

/** The hash of a go.mod file by itself, which go.sum has as `<module> <version>/go.mod h1:…` (cmd/go, goModSum). */
export function hashGoMod(goMod: Uint8Array, sha256: Sha256Hex): string {
  return hash1([{ name: "go.mod", sha256: sha256(goMod) }], sha256);
}

/** A file by its name, and how to read it. */
export interface OpenableFile {
  readonly name: string;
  open(): Chunks;
}

/** What hashing needs from outside. */
export interface HashPorts {
  sha256: Sha256Hex;
  createSha256(): Sha256Stream;
}

/** A SHA-256 in the making. */
export interface Sha256Stream {
  update(chunk: Uint8Array): void;
  /** In lower-case hexadecimal. Called once, last. */
  digest(): string;
}

/**
 * `h1:` and 44 characters of base64, of files that are read here, one after the other and piece by piece: Hash1 of
 * golang.org/x/mod/sumdb/dirhash.
 *
 * @throws ModuleError as {@link hash1}; what `open` throws.
 */
export async function hashFiles(files: readonly OpenableFile[], ports: HashPorts): Promise<string> {
  const hashed: HashedFile[] = [];
  for (const file of files) {
    const sha256 = ports.createSha256();
    for await (const chunk of file.open()) sha256.update(chunk);
    hashed.push({ name: file.name, sha256: sha256.digest() });
  }
  return hash1(hashed, ports.sha256);
}

/**
 * All that is in a tree but folders, links included, as `go mod verify` hashes an unpacked module.
 *
 * @param prefix What stands before each path and a slash: `<module>@<version>`.
 */
export async function dirFiles(tree: FileTree, prefix: string): Promise<OpenableFile[]> {
  const files: OpenableFile[] = [];
  for await (const { path, type } of walk(tree)) {
    if (type !== "directory") files.push({ name: `${prefix}/${path}`, open: () => tree.open(path) });
  }
  return files;
}

/** The hash of a tree, as {@link dirFiles} lists it. @throws ModuleError as {@link hash1}; what the tree throws. */
export async function hashDir(tree: FileTree, prefix: string, ports: HashPorts): Promise<string> {
  return hashFiles(await dirFiles(tree, prefix), ports);
}

function base64OfHex(hex: string): string {
  return btoa(hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
}
