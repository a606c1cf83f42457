// Modules on their way through proxies.

import { looksPrivate } from "../../../repo/privatePath.ts";
import { at, found } from "../evidence.ts";
import { moduleIn, requiredHere, route } from "../privateModule.ts";
import { type Case, type Evidence, type Symptom, defineSymptom } from "../symptom.ts";

/** Lines of the Dockerfiles that set a proxy to this very machine. */
async function loopbackLines({ project }: Case): Promise<readonly Evidence[]> {
  const lines: Evidence[] = [];
  for (const dockerfile of await project.dockerfiles()) {
    for (const each of dockerfile.instructions) {
      if (/\b\w*PROXY\b\S*(?:127\.0\.0\.1|localhost|\[::1\])/i.test(each.rest))
        lines.push(at(dockerfile, each, "names this very container"));
    }
  }
  return lines;
}

export const goProxySymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/proxy-loopback",
    title: "A proxy on the loopback address refuses the connection",
    tools: "go, and every program that honours HTTPS_PROXY",
    match: [
      {
        has: "proxyconnect tcp",
        line: /proxyconnect tcp: dial tcp (?<address>(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost):\d+): .{0,40}(?:refused|reset)/,
      },
      {
        has: "connection refused",
        line: /(?<module>[^\s:@]+)@(?<version>[^\s:]+): Get "?(?<url>https?:\/\/(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost):\d+\/[^"\s]*)"?: dial tcp (?<address>\S+): connect: connection refused/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "dockerfile",
        when: async (seen) => found(...(await loopbackLines(seen))),
        happened: ({ field }) =>
          `The Dockerfile names ${field("address")} as the proxy. In a build, that is the container itself, where nothing listens.`,
        fix: "Give an address that the container reaches, as a build argument: the host's own address, host.docker.internal (with --add-host host.docker.internal:host-gateway), or a server of the network. fairlead build does this by itself.",
        commands:
          "docker build --build-arg GOPROXY=http://host.docker.internal:7300 --add-host host.docker.internal:host-gateway .",
        check: "docker build .",
      },
      {
        id: "http-proxy",
        when: async ({ line }) => (line.includes("proxyconnect") ? { evidence: [] } : undefined),
        happened: ({ field }) =>
          `HTTP_PROXY or HTTPS_PROXY names ${field("address")}, and nothing listens there. In a container it means the container itself; docker passes the client's proxy settings (~/.docker/config.json) on to every build.`,
        fix: "Start the proxy, name an address that is reached from where this runs, or unset the variables for this command.",
        commands: "env | grep -i _proxy\nsed -n /proxies/,/}/p ~/.docker/config.json",
        check: route,
      },
      {
        id: "not-running",
        happened: ({ field }) =>
          `GOPROXY names ${field("address")}, and nothing listens there. In a container it means the container itself.`,
        fix: "Start the proxy, or name one that is reached from where this runs.",
        commands: "go env GOPROXY\nfairlead up",
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/proxy-timeout",
    isConsequence: true,
    title: "No answer within the time",
    tools: "go, and everything that dials",
    match: [
      {
        has: "i/o timeout",
        line: /(?:(?<module>[^\s:@]+)@(?<version>[^\s:]+): )?(?:Get "?(?<url>https?:\/\/[^"\s]+)"?: )?dial tcp(?: (?<address>\S+))?: i\/o timeout/,
      },
      { has: "TLS handshake timeout", line: /(?:Get "?(?<url>https?:\/\/[^"\s]+)"?: )?.{0,60}TLS handshake timeout/ },
      { has: "network is unreachable", line: /dial tcp (?<address>\S+): connect: network is unreachable/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "egress",
        happened: ({ field }) =>
          `${field("url") || field("address") || "The server"} did not answer. Packets are dropped on the way: a firewall, a network without a way out, or a proxy that must be used and is not.`,
        fix: "Take a GOPROXY that is reached from here; GOPROXY's default goes to the internet, and direct to each repository's host.",
        commands: "go env GOPROXY\nfairlead route MODULE --probe",
        check: "GOPROXY=https://your.proxy go mod download",
      },
    ],
  }),
  defineSymptom({
    id: "go/no-such-host",
    isConsequence: true,
    title: "A name is not resolved",
    tools: "go; Go 1.19 also says no suitable address found",
    match: [
      { has: "dial tcp: lookup ", line: /dial tcp: lookup (?<host>[^\s:]+)(?: on (?<server>\S+))?: (?<why>.+)/ },
      { has: "no suitable address found", line: /dial tcp: address (?<host>[^\s:]+): no suitable address found/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "dns",
        happened: ({ field }) =>
          `The name ${field("host")} was not resolved${field("server") === "" ? "" : ` by ${field("server")}`}: a name of another network, a resolver that is not reached, or a misspelt host. Containers take the resolver of the engine, not the VPN's.`,
        fix: "Resolve it where the command runs. For a build: docker build --network host for a try, the engine's dns setting for good.",
        commands: ({ field }) => `getent hosts ${field("host")}\ncat /etc/resolv.conf`,
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/http-for-https",
    title: "https is spoken to a server that speaks http",
    tools: "go, docker",
    match: [
      {
        has: "server gave HTTP response to HTTPS client",
        line: /(?:"?(?<url>https:\/\/[^"\s]+)"?: )?http: server gave HTTP response to HTTPS client/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "scheme",
        happened: ({ field }) =>
          `${field("url") || "The address"} was asked by https, and the server there speaks plain http.`,
        fix: "Write http:// in GOPROXY for a proxy of your own network. For docker, list the registry among the daemon's insecure-registries, or give it a certificate.",
        commands: "go env GOPROXY\ndocker info | sed -n '/Insecure/,/^ [A-Z]/p'",
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/proxy-not-found",
    title: "The proxy does not have the version",
    tools: "go",
    isConsequence: true,
    match: [
      {
        has: ": 404 Not Found",
        line: /(?:(?<module>[^\s:@]+)@(?<version>[^\s:]+): )?reading (?<url>https?:\/\/\S+\/@(?:v|latest)\S*): (?<status>404) Not Found/,
      },
      {
        has: ": 410 Gone",
        line: /(?:(?<module>[^\s:@]+)@(?<version>[^\s:]+): )?reading (?<url>https?:\/\/\S+\/@(?:v|latest)\S*): (?<status>410) Gone/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "private",
        when: async (seen) => (looksPrivate(moduleIn(seen)) === undefined ? undefined : requiredHere(seen)),
        happened: ({ field }) =>
          `${field("module")} looks private, and a proxy was asked that can't read its repository: it answers ${field("status")}.`,
        fix: "Say that the path is private, so that it is fetched from its repository; or use a proxy that has the credentials.",
        commands: ({ field }) => `go env -w GOPRIVATE=${field("module").split("/")[0] ?? ""}`,
        check: route,
      },
      {
        id: "no-version",
        when: requiredHere,
        happened: ({ field }) =>
          `The proxy says ${field("status")} for ${field("module")} ${field("version")}, and it was the last one to be asked: the version does not exist, was withdrawn, or is younger than the proxy's memory (up to half an hour).`,
        fix: "Take a version that exists. Only 404 and 410 lead on to the next entry of GOPROXY, and direct must be among them.",
        commands: ({ field }) =>
          `go list -m -versions ${field("module")}\nGOPROXY=direct go list -m ${field("module")}@${field("version")}`,
        check: route,
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The proxy says ${field("status")} for ${field("url")}, and it was the last one to be asked.`,
        fix: "Check path and version; a private module belongs into GOPRIVATE.",
        commands: "go env GOPROXY GOPRIVATE",
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/proxy-refuses",
    title: "The proxy refuses",
    tools: "go",
    match: [
      { has: ": 403 Forbidden", line: /reading (?<url>https?:\/\/\S+): (?<status>403 Forbidden)/ },
      { has: ": 401 Unauthorized", line: /reading (?<url>https?:\/\/\S+): (?<status>401 Unauthorized)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "forbidden",
        when: requiredHere,
        happened: ({ field }) =>
          `The proxy answers ${field("status")} for ${field("module")}: a rule of its owners, or missing credentials. The go command stops there, since only 404 and 410 lead on.`,
        fix: "The line behind it (server response) has the proxy's own words. Credentials for a proxy go into .netrc.",
        commands: ({ field }) => `curl -sSi '${field("url")}' | head\ncat ~/.netrc | cut -d' ' -f1-4`,
        check: route,
      },
      {
        id: "general",
        happened: ({ field }) => `The server answers ${field("status")} for ${field("url")}.`,
        fix: "Credentials for a proxy go into .netrc; the server's own words stand behind the message.",
        commands: ({ field }) => `curl -sSi '${field("url")}' | head`,
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/proxy-broken",
    title: "The proxy is in trouble",
    tools: "go",
    match: [
      {
        has: "reading http",
        line: /(?:(?<module>[^\s:@]+)@(?<version>[^\s:]+): )?reading (?<url>https?:\/\/\S+): (?<status>(?:429|5\d\d) [\w ]+)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "server",
        happened: ({ field }) =>
          `The proxy answers ${field("status")}. After a comma in GOPROXY the go command does not ask the next one then, so that an outage does not change what is built.`,
        fix: "Try again; it is the server's trouble. A | in place of the comma asks the next one after every error. A proxy that keeps what it fetched (fairlead up) rides it out.",
        commands: ({ field }) => `curl -sSi '${field("url")}' | head`,
        check: route,
      },
    ],
  }),
  defineSymptom({
    id: "go/goproxy-off",
    title: "Downloads are switched off",
    tools: "go",
    match: [{ has: "module lookup disabled by", line: /module lookup disabled by (?<by>GOPROXY=off|-mod=vendor|\S+)/ }],
    known: "provoked",
    causes: [
      {
        id: "off",
        happened: ({ field }) =>
          `${field("by")} forbids to fetch modules, and this one is not in the module cache here.`,
        fix: "Fill the cache before (go mod download, in a layer or a CI cache), or let this command download.",
        commands: "go env GOPROXY GOMODCACHE\nls $(go env GOMODCACHE)/cache/download | head",
        check: "go mod download -x",
      },
    ],
  }),
];
