// Is an upstream this very gateway? A shell that exported `GOPROXY=http://127.0.0.1:7300` for its clients often starts
// the gateway too. Told here by address, at start; what an address can't tell, the loop guard does.

import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";

export interface Listening {
  /** undefined: every address of the machine. */
  readonly host: string | undefined;
  readonly port: number;
}

/** True if `url` leads to the address listened on. A name that does not resolve leads nowhere. */
export async function isOwnAddress(url: URL, listening: Listening): Promise<boolean> {
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  if (port !== listening.port) return false;
  const theirs = await addressesOf(url.hostname.replace(/^\[|\]$/g, ""));
  const ours = listening.host === undefined ? machineAddresses() : new Set(await addressesOf(listening.host));
  return theirs.some((address) => ours.has(address) || (listening.host === undefined && isLoopbackAddress(address)));
}

async function addressesOf(host: string): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

function machineAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address)),
  );
}

function isLoopbackAddress(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}
