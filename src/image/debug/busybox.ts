// A busybox that runs in any image of its architecture: this machine's, if it is a static one.

import { readFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { readElfFile } from "../elf/elfFile.ts";
import { runsOn } from "../elf/machine.ts";

/** What a shell needs to look around. */
export const applets: readonly string[] =
  "sh ash awk base64 cat chmod chown cp cut date dd df diff dirname du echo env expr false find free grep gunzip gzip head hexdump hostname id ip kill less ln ls md5sum mkdir more mount mv nc netstat nslookup od ping pidof printenv ps pwd readlink realpath rm rmdir sed seq sha256sum sleep sort stat strings tail tar tee test time timeout top touch tr traceroute true tty uname uniq vi watch wc wget which whoami xargs yes".split(
    " ",
  );

/** Whether the bytes are a program that needs nothing of its image. */
export function isStaticFor(bytes: Buffer, architecture: string): boolean {
  const elf = readElfFile(bytes);
  return elf !== undefined && elf.interpreter === undefined && elf.hasEntry && runsOn(elf, architecture);
}

/** This machine's busybox, if it can be used; undefined else. */
export async function localBusybox(env: NodeJS.ProcessEnv, architecture: string): Promise<Buffer | undefined> {
  for (const folder of (env["PATH"] ?? "").split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const bytes = await readFile(join(folder, "busybox")).catch(() => undefined);
    if (bytes !== undefined && isStaticFor(bytes, architecture)) return bytes;
  }
  return undefined;
}
