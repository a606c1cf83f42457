import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { seededBytes } from "../../test/harness/seededRandom.ts";

export interface BigRepository {
  readonly module: string;
  /** v1.0.0 to v1.<tags - 1>.0, each on a commit of its own. */
  readonly tags: number;
  /** Of the whole history, nearly: each version replaces one file that nothing compresses. */
  readonly bytes: number;
}

/** Makes a bare repository with the history of a module that was released often. */
export async function makeBigRepository(path: string, { module, tags, bytes }: BigRepository): Promise<void> {
  mkdirSync(path, { recursive: true });
  await git(path, ["init", "--quiet", "--bare", "--initial-branch=main"]);
  const importing = spawn("git", ["fast-import", "--quiet"], { cwd: path, stdio: ["pipe", "inherit", "inherit"] });
  const ended = once(importing, "close");
  const write = async (part: string | Uint8Array): Promise<void> => {
    if (!importing.stdin.write(part)) await once(importing.stdin, "drain");
  };
  const file = async (name: string, content: Uint8Array): Promise<void> => {
    await write(`M 100644 inline ${name}\ndata ${content.length}\n`);
    await write(content);
    await write("\n");
  };
  const noise = Math.round(bytes / tags);
  for (let i = 0; i < tags; i++) {
    await write(`commit refs/heads/main\ncommitter Bench <bench@example.com> ${1_600_000_000 + 60 * i} +0000\n`);
    await write(`data 7\nRelease\n`);
    if (i === 0) await file("go.mod", Buffer.from(`module ${module}\n\ngo 1.18\n`));
    await file("lib.go", Buffer.from(`package lib\n\nconst Version = ${i}\n`));
    await file("noise.bin", seededBytes(String(i), noise));
    await write(`reset refs/tags/v1.${i}.0\nfrom refs/heads/main\n\n`);
  }
  importing.stdin.end();
  await ended;
  if (importing.exitCode !== 0) throw new Error(`git fast-import ended with status ${importing.exitCode}`);
  // As hosts keep them.
  await git(path, ["pack-refs", "--all"]);
  await git(path, ["update-server-info"]);
}

async function git(path: string, args: readonly string[]): Promise<void> {
  const child = spawn("git", args, { cwd: path, stdio: "inherit" });
  await once(child, "close");
  if (child.exitCode !== 0) throw new Error(`git ${args.join(" ")} ended with status ${child.exitCode}`);
}
