import { styleText } from "node:util";
import { diffImages, type FileChange, type ImageDiff } from "../../image/report/imageDiff.ts";
import { exitCode } from "../exitCode.ts";
import { type ImageFlags, withImage } from "../openedImage.ts";
import { bytesText } from "../print/bytes.ts";
import { printJson } from "../print/format.ts";
import { printText } from "../print/printText.ts";

/** `fairlead image diff A B` */
export async function showDiff(
  before: string,
  after: string,
  flags: ImageFlags & { readonly format: string },
): Promise<void> {
  const diff = await withImage(before, { ...flags, digests: true }, (a) =>
    withImage(after, { ...flags, digests: true }, (b) => diffImages(a, b)),
  );
  if (flags.format === "json") printJson({ before, after, ...diff });
  else printText(format(diff, before, after));
  if (diff.files.length > 0 || diff.settings.length > 0) process.exitCode = exitCode.findings;
}

function format({ files, settings, size }: ImageDiff, before: string, after: string): string {
  if (files.length === 0 && settings.length === 0) return `${before} and ${after} hold the same\n`;
  const count = (kind: FileChange["change"]): number => files.filter(({ change }) => change === kind).length;
  const grown = size.after - size.before;
  const lines = [
    `${before} → ${after}`,
    `${count("added")} added, ${count("changed")} changed, ${count("removed")} removed; ` +
      `${bytesText(size.before)} → ${bytesText(size.after)} (${grown < 0 ? "-" : "+"}${bytesText(Math.abs(grown))})`,
    ...settings.map(({ name, before, after }) => `  ~ ${name}: ${before || "nothing"} → ${after || "nothing"}`),
    ...files.map(fileLine),
  ];
  return `${lines.join("\n")}\n`;
}

function fileLine({ path, change, what, before, after }: FileChange): string {
  switch (change) {
    case "added":
      return styleText("green", `  + ${path}  ${bytesText(after ?? 0)}`);
    case "removed":
      return styleText("red", `  - ${path}  ${bytesText(before ?? 0)}`);
    case "changed":
      return (
        styleText("yellow", `  ~ ${path}  ${what.join(", ")}`) +
        (before === after ? "" : `  ${bytesText(before ?? 0)} → ${bytesText(after ?? 0)}`)
      );
  }
}
