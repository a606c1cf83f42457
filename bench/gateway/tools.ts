import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** How to get a program that the comparison calls, by its name. */
const packages: Readonly<Record<string, string>> = {
  nginx: "apt-get install nginx (its service need not run)",
  wrk: "apt-get install wrk",
  taskset: "apt-get install util-linux",
  go: "install Go, https://go.dev/doc/install",
};

/** Why a peer is absent, in one line a person can act on. */
export function reasonFor(error: unknown): string {
  if (error instanceof Error && "code" in error && error.code === "ENOENT" && "path" in error) {
    const program = String(error.path);
    return `${program} was not found: ${packages[program] ?? "install it"}`;
  }
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) || error.message : String(error);
  return text.trim().split("\n").slice(-2).join(" ");
}

/** Throws with what is missing and how to get it. */
export async function requireTools(names: readonly string[]): Promise<void> {
  const missing: string[] = [];
  for (const name of names) {
    const error = await run(name, [name === "go" ? "version" : "-V"]).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (error instanceof Error && "code" in error && error.code === "ENOENT") missing.push(reasonFor(error));
  }
  if (missing.length > 0) throw new Error(missing.join("\n"));
}
