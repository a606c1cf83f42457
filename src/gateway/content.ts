// What the small files and answers of a source must look like before they are believed. A captive portal's page, a
// truncated answer or another version's file must not enter the cache under a module's name.

import { canonicalVersion } from "../gomod/module.ts";
import { isPseudoVersion } from "../gomod/pseudo.ts";
import { SourceFailure, type SourceAnswer } from "./source.ts";

/** Bytes that each kind of small answer may have. 16 MiB for go.mod is Go's own limit (golang.org/x/mod/zip). */
export const contentLimits: Readonly<Record<"info" | "mod" | "list" | "latest" | "query" | "sumdb", number>> = {
  info: 1 << 20,
  mod: 16 << 20,
  list: 8 << 20,
  latest: 1 << 20,
  query: 1 << 20,
  sumdb: 1 << 20,
};

/** Parses a `.info` or `@latest` body. `wanted` is the version that it must be for, where a version was asked for. */
export function checkInfo(bytes: Buffer, answer: SourceAnswer, wanted: string | undefined): Buffer {
  refuseMarkup(bytes, answer);
  let info: unknown;
  try {
    info = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw new SourceFailure("bad-answer", `answered with what is not JSON: ${excerpt(bytes)}`, { cause: error });
  }
  const version = typeof info === "object" && info !== null && "Version" in info ? info.Version : undefined;
  if (typeof version !== "string" || version === "" || canonicalVersion(version) !== version) {
    throw new SourceFailure("bad-answer", `answered with no canonical version: ${excerpt(bytes)}`);
  }
  if (wanted !== undefined && version !== wanted) {
    throw new SourceFailure("bad-answer", `asked for ${wanted}, it answered about ${version.slice(0, 100)}`);
  }
  return bytes;
}

/** Checks that a `.mod` body can be a go.mod at all. What its lines mean is the client's to judge, as with Go's proxy. */
export function checkMod(bytes: Buffer, answer: SourceAnswer): Buffer {
  refuseMarkup(bytes, answer);
  if (bytes.includes(0)) throw new SourceFailure("bad-answer", "answered with binary data where a go.mod belongs");
  return bytes;
}

/**
 * Keeps the lines of a `list` body that the protocol allows: canonical versions that are no pseudo-versions. Sources
 * are found that send pseudo-versions; the go command would drop them, older ones would not.
 */
export function checkList(bytes: Buffer, answer: SourceAnswer): Buffer {
  refuseMarkup(bytes, answer);
  const versions: string[] = [];
  for (const line of bytes.toString("utf8").split("\n")) {
    const version = /^\S+/.exec(line)?.[0] ?? "";
    if (version !== "" && canonicalVersion(version) === version && !isPseudoVersion(version)) versions.push(version);
  }
  return listBody(versions);
}

/** The body of a `list` answer: one version a line. */
export function listBody(versions: readonly string[]): Buffer {
  return Buffer.from(versions.map((version) => `${version}\n`).join(""));
}

/** A database's text is signed and checked by the client; here it only must not be a web page. */
export function checkSumdb(bytes: Buffer, answer: SourceAnswer): Buffer {
  if (answer.contentType.startsWith("text/html")) refuseMarkup(bytes, answer);
  return bytes;
}

function refuseMarkup(bytes: Buffer, answer: SourceAnswer): void {
  const start = bytes.subarray(0, 64).toString("latin1").trimStart();
  if (start.startsWith("<") || answer.contentType.startsWith("text/html")) {
    throw new SourceFailure(
      "bad-answer",
      `answered with a web page instead (a login page, or a filter in the way?): ${excerpt(bytes)}`,
    );
  }
}

function excerpt(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, 80).toString("utf8"));
}
