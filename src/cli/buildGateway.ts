// A module gateway for the length of a build, reached from the build's containers: that of a running `fairlead up`, or one
// in this process, behind a relay on the engine's bridge (build/run/relay.ts says why that is safe).

import { formatListenAddress } from "../config/listenAddress.ts";
import type { GatewaySettings } from "../config/gatewaySettings.ts";
import { startInProcess } from "../gateway/inProcess.ts";
import { errnoOf, StorageError } from "../storage/storageError.ts";
import type { Engine } from "../image/engine.ts";
import { type Bridge, engineBridge } from "../build/run/bridge.ts";
import { type Relay, startRelay } from "../build/run/relay.ts";
import { CommandError } from "./exitCode.ts";
import { gatewayOptions } from "./gatewayOptions.ts";

export interface BuildGateway extends AsyncDisposable {
  /** GOPROXY for the build. */
  readonly goproxy: string;
  /** For people: which gateway it is. */
  readonly what: string;
}

/** Several builds at once take one each. The first is the same in every build, and so keeps the cache of its steps. */
const ports = [7301, 7302, 7303, 7304, 7305, 7306, 7307, 7308];

/** The gateway; or why there is none. Its absence is no failure: the build then downloads as its Dockerfile says. */
export async function startBuildGateway(
  engine: Engine,
  settings: GatewaySettings,
): Promise<BuildGateway | { readonly reason: string }> {
  const bridge = await engineBridge(engine);
  if ("reason" in bridge) return bridge;
  const running = await runningGateway(settings);
  try {
    return running === undefined ? await ephemeral(settings, bridge) : await relayed(bridge, running, "fairlead up");
  } catch (error) {
    if (error instanceof CommandError || error instanceof StorageError) return { reason: error.message };
    // An engine on another machine, in a virtual machine, or in a network of its own.
    if (errnoOf(error) === "EADDRNOTAVAIL")
      return { reason: `the engine's bridge (${bridge.address}) is not on this machine: the engine runs elsewhere` };
    throw error;
  }
}

interface Target {
  readonly host: string;
  readonly port: number;
  /** What it does not fetch itself, the go command may go on to. */
  readonly isDirectNext: boolean;
}

async function relayed(
  bridge: Bridge,
  { isDirectNext, ...target }: Target,
  what: string,
  stop: () => Promise<void> = () => Promise.resolve(),
): Promise<BuildGateway | { readonly reason: string }> {
  let relay: Relay | undefined;
  try {
    relay = await startRelay({ ...bridge, ports, target });
  } catch (error) {
    await stop();
    throw error;
  }
  if (relay === undefined) {
    await stop();
    return { reason: `ports ${ports[0]} to ${ports.at(-1)} on ${bridge.address} are taken` };
  }
  return {
    goproxy: isDirectNext ? `${relay.url},direct` : relay.url,
    what,
    async [Symbol.asyncDispose]() {
      await relay.close();
      await stop();
    },
  };
}

async function ephemeral(
  settings: GatewaySettings,
  bridge: Bridge,
): Promise<BuildGateway | { readonly reason: string }> {
  // The address of the settings is not used here, only known as our own: GOPROXY may name it.
  const { options } = await gatewayOptions({ ...settings, insecureOpen: true });
  const quiet = { host: "127.0.0.1", port: 0, logLevel: "silent", stopMs: Math.min(options.stopMs, 2000) };
  const gateway = await startInProcess({ ...options, ...quiet });
  const { port } = new URL(gateway.url);
  const isDirectNext = !options.offline && options.upstream.some(({ url }) => url === "direct");
  return relayed(bridge, { host: "127.0.0.1", port: Number(port), isDirectNext }, "a gateway for this build", () =>
    gateway.stop(),
  );
}

/** The gateway that `fairlead up` runs with these settings, if it does. */
async function runningGateway({ listen, upstream }: GatewaySettings): Promise<Target | undefined> {
  if (listen.port === 0) return undefined;
  const host = listen.host ?? "127.0.0.1";
  try {
    const signal = AbortSignal.timeout(1000);
    const answer = await fetch(`http://${formatListenAddress({ host, port: listen.port })}/metrics`, { signal });
    // Another program may have that port.
    if (!answer.ok || !(await answer.text()).includes("fairlead_requests_total")) return undefined;
    const isDirectNext = upstream?.split(/[,|]/).includes("direct") === true;
    return { host, port: listen.port, isDirectNext };
  } catch {
    return undefined;
  }
}
