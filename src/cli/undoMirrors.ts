// What package tools were set to before Fairlead changed it, kept until it is put back.

import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { ToolName } from "../repo/mirrors/toolSetting.ts";
import { errnoOf } from "../storage/storageError.ts";

/** By tool: the user's own setting, or null where there was none. */
const format = z.record(z.string(), z.string().nullable());

/** Keeps it, unless something is kept already: after two changes the first state is what was there. */
export async function keepBefore(data: string, tool: ToolName, before: string | null): Promise<void> {
  const kept = await read(data);
  if (Object.hasOwn(kept, tool)) return;
  await write(data, { ...kept, [tool]: before });
}

/** What was kept, which is forgotten with that; undefined where nothing was. */
export async function takeBefore(data: string, tool: ToolName): Promise<string | null | undefined> {
  const { [tool]: before, ...others } = await read(data);
  if (before !== undefined) await write(data, others);
  return before;
}

function fileIn(data: string): string {
  return join(data, "mirrors-before.json");
}

async function read(data: string): Promise<z.infer<typeof format>> {
  try {
    return format.parse(JSON.parse(await readFile(fileIn(data), "utf8")));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return {};
    throw error;
  }
}

async function write(data: string, kept: z.infer<typeof format>): Promise<void> {
  await mkdir(data, { recursive: true });
  const part = `${fileIn(data)}.${process.pid}.part`;
  // Addresses may hold a password.
  await writeFile(part, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
  await rename(part, fileIn(data));
}
