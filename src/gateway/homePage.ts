/** What a person sees who opens the gateway's address: how to use it, and what it asks. `host` is the client's word. */
export function homePage(host: string | undefined, sources: readonly string[], offline: boolean): string {
  const address = host !== undefined && /^[\w.:[\]-]{1,255}$/.test(host) ? host : "127.0.0.1:7300";
  return `Fairlead, a Go module gateway.

Use it:            go env -w GOPROXY=http://${address}
For one command:   GOPROXY=http://${address} go mod download

Where GOPRIVATE or GONOPROXY is set, the go command goes past it; fairlead config client prints all that is to be
set, and what belongs into the gateway's own settings instead.

Sources, in order: ${sources.join(" ") || "none"}${offline ? "  (offline: only what is cached is served)" : ""}

/healthz           the process lives
/readyz            it takes requests
/metrics           figures for Prometheus
/api/upstreams     how each source does, as JSON
`;
}
