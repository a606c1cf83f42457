/** The files of a repository as a split would leave it, each where it is now or as a text of its own; and what go.sum says of them. */
import { createHash, hash } from "node:crypto";
import { join } from "node:path";
import { hashFiles, hashGoMod } from "../../gomod/dirhash.ts";
import { checkFiles, type ModuleFile } from "../../gomod/zip.ts";
import { type ProjectTree, readBoundedBytes } from "../projectTree.ts";
import { SplitError } from "./splitError.ts";

export type Content =
  /** A file of the repository as it is now, by its path from the project's root. */
  { readonly kind: "kept"; readonly from: string } | { readonly kind: "text"; readonly text: string };

export type FileSet = ReadonlyMap<string, Content>;

/** The largest file of a module zip (golang.org/x/mod/zip, MaxZipFile). */
const maxBytes = 500 << 20;

/** @throws SplitError `unwritable` where it can't be read */
export async function bytesOf(content: Content, tree: ProjectTree): Promise<Uint8Array> {
  if (content.kind === "text") return new TextEncoder().encode(content.text);
  const bytes = await readBoundedBytes(join(tree.root, content.from), maxBytes);
  if (bytes === undefined)
    throw new SplitError("unwritable", `${content.from} can't be read, or is larger than a module may be`);
  return bytes;
}

export interface ModuleHashes {
  readonly zip: string;
  readonly goMod: string;
}

/** The hashes of a module that a folder of the repository is, as the go command will find them once it is tagged. */
export async function moduleHashes(
  files: FileSet,
  dir: string,
  module: { readonly path: string; readonly version: string },
  tree: ProjectTree,
): Promise<ModuleHashes> {
  const prefix = dir === "." ? "" : `${dir}/`;
  const own = new Map(
    [...files].filter(([path]) => path.startsWith(prefix)).map(([path, each]) => [path.slice(prefix.length), each]),
  );
  // A module in a folder without a LICENSE of its own gets the repository's (cmd/go/internal/modfetch, codeRepo.Zip).
  const license = files.get("LICENSE");
  if (license !== undefined && !own.has("LICENSE")) own.set("LICENSE", license);
  const listed = [...own].map(([path, content]): ModuleFile => ({
    path,
    type: "file",
    size: content.kind === "text" ? Buffer.byteLength(content.text) : (tree.sizeOf(content.from) ?? 0),
    async *open() {
      yield await bytesOf(content, tree);
    },
  }));
  const { valid } = await checkFiles(listed);
  const sha256 = (data: Uint8Array): string => hash("sha256", data, "hex");
  const named = valid.map((file) => ({
    name: `${module.path}@${module.version}/${file.path}`,
    open: () => file.open(),
  }));
  const goMod = own.get("go.mod");
  return {
    zip: await hashFiles(named, { sha256, createSha256: sha256Stream }),
    goMod: goMod === undefined ? "" : hashGoMod(await bytesOf(goMod, tree), sha256),
  };
}

function sha256Stream() {
  const sha256 = createHash("sha256");
  return { update: (chunk: Uint8Array): void => void sha256.update(chunk), digest: (): string => sha256.digest("hex") };
}
