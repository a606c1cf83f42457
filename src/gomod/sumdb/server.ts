/**
 * The server's side of a checksum database (golang.org/x/mod/sumdb, Server): a path in, an answer out, whatever carries it.
 *
 *     /lookup/<module>@<version>    the record, and the signed head of a tree that has it
 *     /latest                       the signed head of the latest tree
 *     /tile/<h>/<l>/<n>[.p/<w>]     a tile of hashes
 *     /tile/<h>/data/<n>[.p/<w>]    a tile of records
 *
 * In Node, behind a go command with `GOSUMDB="<verifier key> http://127.0.0.1:8080"`:
 *
 *     const answer = async (url = "/") => serve(decodeURIComponent(url), ops);
 *     createServer((request, response) => {
 *       answer(request.url).then(
 *         ({ status, contentType, body }) => response.writeHead(status, { "content-type": contentType }).end(body),
 *         (error) => response.writeHead(500).end(), // and log it: it is for nobody else
 *       );
 *     }).listen(8080, "127.0.0.1");
 */
import { ModuleError } from "../error.ts";
import { unescapePath, unescapeVersion } from "../escape.ts";
import { formatRecord } from "../tlog/record.ts";
import { parseTilePath, type Tile } from "../tlog/tile.ts";
import { encodeUtf8 } from "../utf8.ts";
import type { ServerOps } from "./serverOps.ts";

/** The paths that a server answers: those that begin so, and `/latest` itself. */
export const serverPaths: readonly string[] = ["/lookup/", "/latest", "/tile/"];

/** An HTTP answer. */
export interface ServerAnswer {
  readonly status: 200 | 400 | 404 | 500;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/**
 * Answers a request.
 *
 * @param path Of the URL, percent signs decoded, without a query; anybody's.
 * Rejects with what the operations reject with if that is no ModuleError: its message is not for everybody.
 */
export async function serve(path: string, ops: ServerOps): Promise<ServerAnswer> {
  try {
    if (path.startsWith("/lookup/")) return await serveLookup(path.slice("/lookup/".length), ops);
    if (path === "/latest") return found(signedText, await ops.signed());
    if (path.startsWith("/tile/")) return await serveTile(path.slice(1), ops);
    return failed(404, "404 page not found");
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    return failed(error.code === "notFound" ? 404 : 500, error.message);
  }
}

const signedText = "text/plain; charset=UTF-8";

const lookupSyntax = /^([^@]+)@(v[0-9]+\.[0-9]+\.[0-9]+(?:-[^@]*)?(?:\+incompatible)?)$/;

async function serveLookup(target: string, ops: ServerOps): Promise<ServerAnswer> {
  const [, escapedPath, escapedVersion] = lookupSyntax.exec(target) ?? [];
  if (escapedPath === undefined || escapedVersion === undefined) {
    return failed(400, "invalid module@version syntax");
  }
  const id = await ops.lookup({ path: unescapePath(escapedPath), version: unescapeVersion(escapedVersion) });
  const [record] = await readRecords(id, 1, ops);
  // The head is read after the lookup, so that it has the record.
  return found(signedText, record, await ops.signed());
}

async function serveTile(path: string, ops: ServerOps): Promise<ServerAnswer> {
  const tile = parsedTile(path);
  if (tile === undefined) return failed(400, "invalid tile syntax");
  const { h, l, n, w } = tile;
  // No log reaches so far, and the numbers of hashes there are beyond what can be counted.
  if (n * 2 ** (h * Math.max(l + 1, 1)) > Number.MAX_SAFE_INTEGER / 4) return failed(404, "no such tile");
  if (l >= 0) return found("application/octet-stream", await ops.readTileData(tile));
  const records = await readRecords(n * 2 ** h, w, ops);
  return found(signedText, ...records.map((record) => record.subarray(record.indexOf(0x0a) + 1)));
}

function parsedTile(path: string): Tile | undefined {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (error instanceof ModuleError) return undefined;
    throw error;
  }
}

/** Records with their numbers, as they are served. */
async function readRecords(id: number, n: number, ops: ServerOps): Promise<readonly [Uint8Array, ...Uint8Array[]]> {
  const texts = await ops.readRecords(id, n);
  const [first, ...others] = texts.map((text, i) => formatRecord(id + i, text));
  if (first === undefined || texts.length !== n) {
    throw new ModuleError("notInTree", "invalid record count returned by ReadRecords");
  }
  return [first, ...others];
}

function found(contentType: string, ...parts: readonly Uint8Array[]): ServerAnswer {
  const body = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return { status: 200, contentType, body };
}

function failed(status: 400 | 404 | 500, message: string): ServerAnswer {
  return { status, contentType: "text/plain; charset=utf-8", body: encodeUtf8(`${message}\n`) };
}
