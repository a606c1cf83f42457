import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";

const folder = resolve(import.meta.dirname, "../../docs/evidence");

/** Keeps what a long run saw as docs/evidence/<name>.md. */
export async function writeEvidence(name: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(resolve(folder, `${name}.md`), text);
}
