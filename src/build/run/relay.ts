// A way from an engine's containers to a gateway that listens on loopback alone.
//
// The gateway refuses to listen beyond loopback while it has no access rules, and for a build it need not: the relay
// listens on the address that the engine's bridge has on this machine, and takes connections from that bridge's subnet
// alone. Listening there would not be enough by itself: Linux answers on each of its addresses whatever interface a packet
// came by, so a neighbour in the local network could route to the bridge's address. It can't pretend to be in the subnet:
// the answers to that go to the bridge, and no connection comes about.

import { once } from "node:events";
import { BlockList, connect, createServer, type Socket } from "node:net";

export interface Relay {
  /** As a container writes it: `http://172.17.0.1:7301`. */
  readonly url: string;
  close(): Promise<void>;
}

export interface RelayOptions {
  /** The bridge's address on this machine. */
  readonly address: string;
  /** Whose connections are taken: `172.17.0.0/16`. */
  readonly subnet: string;
  /** Tried in this order; the URL is a build argument, and a stable one keeps the build's cache. */
  readonly ports: readonly number[];
  /** Where it leads: the gateway on loopback. */
  readonly target: { readonly host: string; readonly port: number };
}

const connections = 256;

/** undefined: none of the ports can be had. Throws the system's error when the address is none of this machine's. */
export async function startRelay({ address, subnet, ports, target }: RelayOptions): Promise<Relay | undefined> {
  const allowed = new BlockList();
  const [network = "", prefix = ""] = subnet.split("/");
  allowed.addSubnet(network, Number(prefix), network.includes(":") ? "ipv6" : "ipv4");
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const peer = client.remoteAddress ?? "";
    if (!allowed.check(peer, peer.includes(":") ? "ipv6" : "ipv4")) {
      client.destroy();
      return;
    }
    const gateway = connect(target);
    for (const socket of [client, gateway]) {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      // Either end may go at any time; the other one then goes too.
      socket.on("error", () => undefined);
    }
    client.pipe(gateway).pipe(client);
    client.once("close", () => gateway.destroy());
    gateway.once("close", () => client.destroy());
  });
  server.maxConnections = connections;
  for (const port of ports) {
    if (!(await listen(server, address, port))) continue;
    const bound = server.address();
    const own = typeof bound === "object" && bound !== null ? bound.port : port;
    return {
      url: `http://${address.includes(":") ? `[${address}]` : address}:${own}`,
      async close() {
        const closed = once(server, "close");
        server.close();
        for (const socket of open) socket.destroy();
        await closed;
      },
    };
  }
  return undefined;
}

async function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<boolean> {
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, "listening");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
}
