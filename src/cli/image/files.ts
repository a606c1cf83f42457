import { matchesGlob } from "node:path";
import { pipeline } from "node:stream/promises";
import { extractFile } from "../../image/report/extract.ts";
import { walk, type Walked } from "../../image/rootfs/walk.ts";
import { CommandError } from "../exitCode.ts";
import { type ImageFlags, withImage } from "../openedImage.ts";
import { bytesText } from "../print/bytes.ts";
import { printJson } from "../print/format.ts";
import { printText } from "../print/printText.ts";

interface Flags extends ImageFlags {
  readonly format: string;
  readonly layer?: string;
  readonly find?: string;
  readonly extract?: string;
}

/** `fairlead image files REF [FOLDER]` */
export async function showFiles(reference: string, folder: string | undefined, flags: Flags): Promise<void> {
  const layer = flags.layer === undefined ? undefined : Number(flags.layer) - 1;
  if (layer !== undefined && !(Number.isInteger(layer) && layer >= 0))
    throw new CommandError(
      `--layer takes a layer's number as "fairlead image layers" shows it, not ${String(flags.layer)}`,
    );
  await withImage(reference, flags, async (image) => {
    if (flags.extract !== undefined) {
      await pipeline(extractFile(image, flags.extract), process.stdout, { end: false });
      return;
    }
    const files = [...walk(image.fs)].filter(
      ({ path, node }) =>
        isBelow(path, folder) &&
        (layer === undefined || node.layer === layer) &&
        (flags.find === undefined || matches(path, flags.find)),
    );
    if (flags.format === "json") printJson({ image: image.source.name, files: files.map(plain) });
    else for (const file of files) printText(`${line(file)}\n`);
  });
}

function isBelow(path: string, folder = "/"): boolean {
  const prefix = `/${folder.replaceAll(/^\/+|\/+$/g, "")}`;
  return prefix === "/" || path === prefix || path.startsWith(`${prefix}/`);
}

/** A pattern without a slash is about names, one with a slash about paths. */
function matches(path: string, pattern: string): boolean {
  return pattern.includes("/")
    ? matchesGlob(path, pattern)
    : matchesGlob(path.slice(path.lastIndexOf("/") + 1), pattern);
}

const letters = { file: "-", directory: "d", symlink: "l", device: "c", fifo: "p" } as const;

function line({ path, node }: Walked): string {
  const { type, mode, uid, gid, size, link, layer } = node;
  const target = type === "symlink" ? ` -> ${link}` : "";
  const octal = mode.toString(8).padStart(4, "0");
  return `${letters[type]}${octal} ${`${uid}:${gid}`.padStart(11)} ${bytesText(size).padStart(9)}  ${String(layer + 1).padStart(3)}  ${path}${target}`;
}

function plain({ path, node: { type, mode, uid, gid, size, link, layer } }: Walked): object {
  return { path, type, mode, uid, gid, size, link: link === "" ? undefined : link, layer: layer + 1 };
}
