// Fetching modules: proxies, checksum databases, repositories, credentials.
import { importing, type Provocation, shop } from "../provocation.ts";

const requires = (path: string, version = "v1.0.0"): string =>
  `module example.com/shop\n\ngo 1.19\n\nrequire ${path} ${version}\n`;

export const networkProvocations: readonly Provocation[] = [
  {
    symptom: "go/no-credentials",
    cause: "private",
    shows: ["go.mod:5"],
    tool: "go",
    files: shop({ "go.mod": requires("github.com/acme/lib", "v1.2.0") }),
    script:
      "git config --global url.$STATUS/401/.insteadOf https://github.com/; GOPRIVATE=github.com/acme go mod download",
  },
  {
    symptom: "go/no-secure-protocol",
    cause: "no-answer",
    shows: ["go.mod:5"],
    tool: "go",
    versions: ["go1.26"],
    files: shop({ "go.mod": requires("git.corp.example/team/lib.git", "v1.2.0") }),
    script:
      "git config --global url.$STATUS/401/.insteadOf https://git.corp.example/; GOPRIVATE=git.corp.example go mod download",
  },
  {
    symptom: "go/proxy-not-found",
    cause: "no-version",
    shows: ["go.mod:5"],
    tool: "go",
    files: shop({ "go.mod": requires("example.com/lib", "v1.9.9"), "main.go": importing("example.com/lib") }),
    script: "go mod download",
  },
  {
    symptom: "go/proxy-not-found",
    variant: "private",
    cause: "private",
    shows: ["go.mod:5"],
    tool: "go",
    files: shop({ "go.mod": requires("git.corp.example/team/lib", "v1.2.0") }),
    script: "go mod download",
  },
  {
    symptom: "go/proxy-refuses",
    cause: "forbidden",
    shows: ["go.mod:5"],
    tool: "go",
    files: shop({ "go.mod": requires("example.com/forbidden") }),
    script: "go mod download",
  },
  {
    symptom: "go/proxy-not-found",
    variant: "gone",
    cause: "no-version",
    tool: "go",
    files: shop({ "go.mod": requires("example.com/gone") }),
    script: "go mod download",
  },
  {
    symptom: "go/proxy-broken",
    cause: "server",
    tool: "go",
    files: shop({ "go.mod": requires("example.com/broken") }),
    script: "go mod download",
  },
  {
    symptom: "go/proxy-timeout",
    cause: "egress",
    tool: "go",
    files: shop({ "go.mod": requires("example.com/lib") }),
    // A packet filter that drops what it does not like, in a network of the command's own.
    script:
      "unshare -n sh -c 'ip link set lo up; ip link add d0 type bridge; ip addr add 192.0.2.1/24 dev d0; ip link set d0 up; ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev d0; GOPROXY=http://192.0.2.9:8081 timeout 100 go mod download'",
    slow: true,
  },
  {
    symptom: "go/proxy-loopback",
    cause: "dockerfile",
    shows: ["Dockerfile:2"],
    tool: "go",
    files: shop({
      "go.mod": requires("example.com/lib"),
      Dockerfile: "FROM golang:1.26\nENV GOPROXY=http://127.0.0.1:3001\nWORKDIR /src\nCOPY . .\nRUN go mod download\n",
    }),
    script: "GOMODCACHE=$PWD/.mod GOPROXY=http://127.0.0.1:3001 go mod download",
  },
  {
    symptom: "go/proxy-loopback",
    variant: "http-proxy",
    cause: "http-proxy",
    tool: "go",
    files: shop({ "go.mod": requires("example.com/lib") }),
    script: "GOMODCACHE=$PWD/.mod HTTPS_PROXY=http://127.0.0.1:3001 GOPROXY=https://proxy.corp.example go mod download",
  },
  {
    symptom: "go/no-such-host",
    cause: "dns",
    tool: "go",
    files: shop({ "go.mod": requires("example.com/lib") }),
    script:
      "unshare -mn sh -c 'ip link set lo up; echo nameserver 127.0.0.1 > .resolv; mount --bind .resolv /etc/resolv.conf; GODEBUG=netdns=go GOMODCACHE=$PWD/.mod GOPROXY=https://proxy.corp.invalid go mod download'",
    slow: true,
  },
  {
    symptom: "go/no-such-host",
    variant: "unknown-name",
    cause: "dns",
    tool: "go",
    files: shop({ "go.mod": requires("example.com/lib") }),
    script:
      "unshare -mn sh -c 'echo hosts: files > .nss; mount --bind .nss /etc/nsswitch.conf; GODEBUG=netdns=go GOMODCACHE=$PWD/.mod GOPROXY=https://proxy.corp.invalid go mod download'",
    slow: true,
  },
  {
    symptom: "go/http-for-https",
    cause: "scheme",
    tool: "go",
    files: shop({ "go.mod": requires("example.com/lib") }),
    script: 'GOMODCACHE=$PWD/.mod GOPROXY="https://${PROXY#http://}" go mod download',
  },
  {
    symptom: "go/vcs-not-allowed",
    cause: "govcs",
    tool: "go",
    files: shop({ "go.mod": requires("git.corp.example/team/lib.hg", "v1.2.0") }),
    script: "GOPROXY=direct GOVCS='*:git' go mod download",
  },
  {
    symptom: "go/no-import-meta",
    cause: "no-meta",
    shows: ["go.mod:5"],
    tool: "go",
    files: shop({ "go.mod": requires("go.corp.invalid/lib") }),
    script:
      "unshare -mn sh -c 'echo hosts: files > .nss; mount --bind .nss /etc/nsswitch.conf; GODEBUG=netdns=go GOPROXY=direct go mod download'",
    slow: true,
  },
  {
    symptom: "go/sumdb-gone",
    cause: "private",
    shows: ["go.mod:5"],
    tool: "go",
    files: shop({
      "go.mod": requires("git.corp.example/team/secret", "v1.0.0"),
      "main.go": importing("git.corp.example/team/secret"),
    }),
    script:
      'GONOSUMDB= GOSUMDB="sum.golang.org $STATUS/410" GOFLAGS="-modcacherw -mod=mod" GOPROXY=$PROXY go mod download',
  },
  {
    symptom: "go/sumdb-unreachable",
    cause: "unreachable",
    tool: "go",
    files: shop({ "go.mod": requires("example.com/lib"), "main.go": importing("example.com/lib") }),
    script: 'GONOSUMDB= GOSUMDB="sum.golang.org http://127.0.0.1:9" GOFLAGS="-modcacherw -mod=mod" go mod download',
  },
];
