import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";

/** A go command on this machine. */
export interface GoTool {
  /** Absolute path, or the name to look for on PATH. */
  readonly command: string;
  /** `go1.26.8` */
  readonly version: string;
}

/** The go command that PATH finds. */
export function machineGo(): GoTool | undefined {
  return inspect("go");
}

/** Debian's golang-go, years older than what the machine's owner installed; undefined where it is not installed. */
export function debianGo(): GoTool | undefined {
  const command = "/usr/lib/go/bin/go";
  try {
    accessSync(command, constants.X_OK);
  } catch {
    return undefined;
  }
  return inspect(command);
}

/** A setting as the go command in this environment has it, before any test changes it. */
export function goEnv(name: string): string {
  return execFileSync("go", ["env", name], { encoding: "utf8" }).trim();
}

/** The upstream that the machine's go command would ask first, without a slash at its end. */
export function realUpstream(): string {
  const first = goEnv("GOPROXY").split(/[,|]/)[0] ?? "";
  if (!/^https?:/.test(first))
    throw new Error(`\`go env GOPROXY\` names no proxy to test with: ${JSON.stringify(first)}`);
  return first.replace(/\/$/, "");
}

function inspect(command: string): GoTool | undefined {
  try {
    const version = execFileSync(command, ["env", "GOVERSION"], {
      encoding: "utf8",
      env: { ...process.env, GOTOOLCHAIN: "local" },
    });
    return { command, version: version.trim() };
  } catch {
    return undefined;
  }
}
