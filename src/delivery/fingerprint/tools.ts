// Which tools a job's lines call, and how each is asked for its version.

import { execFile } from "node:child_process";

interface Tool {
  readonly args: readonly string[];
  /** Takes the version out of what it prints. */
  readonly version: RegExp;
  /** Asked even where the lines don't name it, because the named one calls it. */
  readonly calls?: readonly string[];
}

const tools: Readonly<Record<string, Tool>> = {
  // Asked in the project's folder: go.mod's toolchain line may choose another.
  go: { args: ["env", "GOVERSION"], version: /^(\S+)/, calls: ["gcc"] },
  gofmt: { args: [], version: /^$/, calls: ["go"] },
  gcc: { args: ["--version"], version: /^(.+)$/m },
  docker: {
    args: ["version", "--format", "{{.Client.Version}} client, {{.Server.Version}} server"],
    version: /^(.+)$/m,
  },
  podman: { args: ["--version"], version: /(\d\S*)/ },
  git: { args: ["--version"], version: /(\d\S*)/ },
  make: { args: ["--version"], version: /^(.+)$/m },
  node: { args: ["--version"], version: /^v(\S+)/ },
  npm: { args: ["--version"], version: /^(\S+)/ },
  "golangci-lint": { args: ["--version"], version: /version v?(\S+)/ },
  govulncheck: { args: ["-version"], version: /govulncheck@(\S+)/i },
  ssh: { args: ["-V"], version: /^(\S+)/ },
  bash: { args: ["--version"], version: /version (\S+)/ },
  fairlead: { args: ["--version"], version: /^fairlead (\S+)/, calls: ["docker", "git", "ssh"] },
};

/** Tools by the words of the lines: a name in a text that is no command only adds a version that nothing depends on. */
export function toolsIn(lines: readonly string[]): string[] {
  const words = new Set(lines.flatMap((line) => line.split(/[^\w-]+/)));
  const named = Object.keys(tools).filter((name) => words.has(name));
  return [...new Set(["bash", ...named, ...named.flatMap((name) => tools[name]?.calls ?? [])])].sort();
}

const withinMs = 20_000;

/** The versions of those that are there; "absent" for those that are not. */
export async function versionsOf(
  names: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const asked = names.filter((name) => (tools[name]?.args.length ?? 0) > 0);
  return Object.fromEntries(
    await Promise.all(asked.map(async (name) => [name, await versionOf(name, cwd, env, signal)] as const)),
  );
}

function versionOf(name: string, cwd: string, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  const { args, version } = tools[name] ?? { args: [], version: /^(.*)/ };
  const { promise, resolve } = Promise.withResolvers<string>();
  const options = { cwd, env: { ...env, LC_ALL: "C" }, timeout: withinMs, maxBuffer: 1 << 20, signal };
  execFile(name, [...args], options, (error, stdout, stderr) => {
    if (error?.code === "ENOENT") return resolve("absent");
    // `docker version` fails without a daemon and yet says its own; ssh -V speaks on standard error.
    const found = version.exec(stdout.trim())?.[1] ?? version.exec(stderr.trim())?.[1];
    resolve(found?.slice(0, 200) ?? "unknown");
  });
  return promise;
}
