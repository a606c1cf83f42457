import { readFile } from "node:fs/promises";
import { goEnv } from "../harness/goTools.ts";

/** One zone out of Go's own archive of all of them, which packs nothing: name, then content. */
export async function berlin(): Promise<Buffer> {
  const zip = await readFile(`${goEnv("GOROOT")}/lib/time/zoneinfo.zip`);
  const at = zip.indexOf("Europe/Berlin");
  const header = at - 30;
  const start = at + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  return zip.subarray(start, start + zip.readUInt32LE(header + 18));
}
