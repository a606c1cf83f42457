// Where the containers of a build reach this machine: the address of the engine's own bridge.

import * as z from "zod";
import { redactUrl } from "../../config/redact.ts";
import type { Engine } from "../../image/engine.ts";

export interface Bridge {
  /** This machine's address on it. */
  readonly address: string;
  /** `172.17.0.0/16` */
  readonly subnet: string;
}

const networks = z.array(
  z.object({
    IPAM: z.object({ Config: z.array(z.object({ Subnet: z.string(), Gateway: z.string().optional() })).nullish() }),
  }),
);

/**
 * The engine's default bridge; or, for people, why builds can't reach this machine by it. That its address really is here
 * shows when one listens on it: an idle bridge is not among os.networkInterfaces.
 */
export async function engineBridge(engine: Engine): Promise<Bridge | { readonly reason: string }> {
  const elsewhere = (await whereElse(engine)) ?? (await builderElsewhere(engine));
  if (elsewhere !== undefined) return { reason: elsewhere };
  const answer = await engine.run(["network", "inspect", "bridge"]);
  if (answer.status !== 0) return { reason: "the engine has no default bridge network" };
  const parsed = networks.safeParse(parseJson(answer.stdout));
  const config = parsed.data?.[0]?.IPAM.Config?.find(
    ({ Gateway, Subnet }) => Gateway !== undefined && Subnet.includes("."),
  );
  if (config?.Gateway === undefined) return { reason: "the engine's bridge network has no address of this machine" };
  return { address: config.Gateway, subnet: config.Subnet };
}

/** Every engine's bridge has the same address by default: that an engine here has it says nothing of another one's. */
async function whereElse(engine: Engine): Promise<string | undefined> {
  const [context, info] = await Promise.all([
    engine.run(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]),
    engine.run(["info", "--format", "{{json .SecurityOptions}} {{.OperatingSystem}}"]),
  ]);
  const endpoint = context.stdout.trim();
  if (!endpoint.startsWith("unix://")) return `the engine is at ${redactUrl(endpoint)}, not on this machine`;
  if (info.stdout.includes("Docker Desktop")) return "Docker Desktop's engine runs in a virtual machine";
  return info.stdout.includes("name=rootless") ? "a rootless engine has a network of its own" : undefined;
}

async function builderElsewhere(engine: Engine): Promise<string | undefined> {
  if (engine.buildx === undefined) return undefined;
  const builder = await engine.run(["buildx", "inspect"]);
  const driver = /^Driver:\s*(\S+)/m.exec(builder.stdout)?.[1];
  const isHere = driver === undefined || driver === "docker" || driver === "docker-container";
  return isHere ? undefined : `the builder's driver is ${driver}: its builds run elsewhere`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
