// What makes a go command send everything to a gateway, though its settings have it go past proxies for some modules: those
// patterns become the gateway's (gatewayOptions.ts reads the same settings).

import type { GoSettings } from "../repo/goSettings.ts";

export interface ClientPolicy {
  /** Variables for the go command. */
  readonly env: Readonly<Record<string, string>>;
  /** What of it a person should know. */
  readonly note: string | undefined;
}

/** For a go command whose settings these are, and a gateway that goes by the same. */
export function clientPolicy(variable: GoSettings, offline: boolean): ClientPolicy {
  const patterns = variable("GONOPROXY").value;
  if (patterns === "" || patterns === "none") return { env: {}, note: undefined };
  // Hosts without TLS are the go command's to talk to: a gateway knows of none.
  if (variable("GOINSECURE").value !== "")
    return {
      env: {},
      note: `modules that match ${patterns} (GONOPROXY or GOPRIVATE) are not shown: with GOINSECURE set, the go command fetches them itself`,
    };
  const how = offline ? "as far as they are cached" : "straight from git";
  return {
    env: {
      GOPRIVATE: "",
      // `none` and not the empty text, which would stand for GOPRIVATE, and that a file of `go env -w` may hold.
      GONOPROXY: "none",
      // The client must not name them to a database either.
      GONOSUMDB: variable("GONOSUMDB").value || "none",
    },
    note: `modules that match ${patterns} (GONOPROXY or GOPRIVATE) come through the gateway, too, ${how}`,
  };
}
