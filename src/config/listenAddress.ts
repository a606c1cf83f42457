import { isIP } from "node:net";
import { InvalidValue } from "./invalidValue.ts";

/** Where a server listens. `host` undefined means every address of the machine, IPv6 and IPv4. Port 0 lets the system choose. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/**
 * Reads `host:port`, `[::1]:port`, or `:port` for every address.
 *
 * @throws InvalidValue
 */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, port = ""] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  if (port === "" || Number(port) > 65_535) {
    const hint = /^\d+$/.test(text) ? `127.0.0.1:${text}` : "127.0.0.1:7300, [::1]:7300, or :7300 for every address";
    throw new InvalidValue(`${JSON.stringify(text)} is not an address to listen on; write ${hint}`);
  }
  const host = bracketed ?? plain ?? "";
  if (bracketed !== undefined && isIP(bracketed) !== 6) {
    throw new InvalidValue(`[${bracketed}] is not an IPv6 address`);
  }
  if (plain !== undefined && !/^[\w.-]*$/.test(plain)) {
    throw new InvalidValue(`${JSON.stringify(plain)} is not a host name or an address`);
  }
  return { host: host === "" ? undefined : host, port: Number(port) };
}

/** The text that parseListenAddress reads as the same address. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  if (host === undefined) return `:${port}`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether only this machine can connect. A name other than localhost counts as beyond: what it resolves to may change. */
export function isLoopback({ host }: ListenAddress): boolean {
  if (host === undefined) return false;
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "localhost" || /^(0{0,4}:){2,7}0{0,3}1$/.test(host);
}
