import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FactOptions } from "../../src/doctor/facts.ts";
import type { ExampleFiles } from "../../src/doctor/rule.ts";
import { localHost } from "../../src/repo/goHost.ts";
import { httpAsk } from "../../src/repo/httpAsk.ts";
import { readMachine } from "../../src/repo/machine.ts";
import { probeMachine } from "../../src/repo/machineProbes.ts";

/**
 * Files of an example that are of the machine and not of the project: `$ENV` has its variables, a line each; `$HOME/…` lies in
 * the home folder, with its rights behind a blank; `$FREE` is the room on its disk, in bytes; `$PROBE` lets the network be
 * asked, with a registry that answers with that status.
 */
export function isOfMachine(path: string): boolean {
  return /^\$(ENV|HOME|FREE|PROBE)(\/|$)/.test(path);
}

/** The machine of an example; nothing for one that says nothing of it. */
export async function exampleMachine(
  files: ExampleFiles,
  home: string,
  scope: AsyncDisposableStack,
): Promise<Pick<FactOptions, "machine" | "probe">> {
  const variables = files["$ENV"];
  if (variables === undefined) return {};
  const status = files["$PROBE"]?.trim();
  const registry = status === undefined ? "" : await registryThatSays(Number(status) || 200, scope);
  const filled = (text: string): string =>
    text.replaceAll("$HOME", home).replaceAll("$REGISTRY_HOST", registry).replaceAll("$REGISTRY", `http://${registry}`);
  let npmrc = "";
  for (const [path, text] of Object.entries(files)) {
    const [, name, mode = "644"] = /^\$HOME\/(\S+)(?: (\d+))?$/.exec(path) ?? [];
    if (name === undefined) continue;
    const file = join(home, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, filled(text));
    await chmod(file, Number.parseInt(mode, 8));
    if (name === ".npmrc") npmrc = filled(text);
  }
  const environment = Object.fromEntries(
    filled(variables)
      .split("\n")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const),
  );
  // Without PATH no go command of this machine has a say.
  const host = localHost({ HOME: home, ...environment });
  const free = Number(files["$FREE"] ?? NaN);
  const machine = await readMachine({ ...host, freeBytes: async () => (Number.isNaN(free) ? undefined : free) });
  if (status === undefined) return { machine };
  const ask = httpAsk({ connectMs: 2000, firstByteMs: 2000 });
  return {
    machine,
    probe: (read, go, text) => probeMachine(read, go, [text("package.json") ?? ""], [npmrc], { host, ask }),
  };
}

async function registryThatSays(status: number, scope: AsyncDisposableStack): Promise<string> {
  const server = createServer((_, response) => response.writeHead(status).end("{}"));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  scope.defer(() => new Promise((closed) => server.close(() => closed())));
  const address: string | AddressInfo | null = server.address();
  return typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : "";
}
