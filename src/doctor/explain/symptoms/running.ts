// Programs that have been built and started.

import { at, finalStage, found, isBare, lineOf, stagesOn } from "../evidence.ts";
import { projectFile } from "../project.ts";
import { type Case, defineSymptom, type Found, type Symptom } from "../symptom.ts";

/** The final stage is an image with next to nothing in it. */
async function bareFinal({ project }: Case): Promise<Found | undefined> {
  const last = await finalStage(project);
  if (last === undefined || !isBare(last.base)) return undefined;
  return found(at(last.dockerfile, last.stage.from, "the program runs on it, and it holds next to nothing"));
}

/** The first place of a goroutine's trace that is a file of the project. */
const trace = /(?:^|\s)(?<file>\S+\.go):(?<number>\d+)/;

export const runningSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/unknown-time-zone",
    title: "The time zone is not known",
    tools: "Go programs",
    match: [{ has: "unknown time zone", line: /unknown time zone (?<zone>\S+)/ }],
    known: "provoked",
    causes: [
      {
        id: "no-zones",
        when: async (seen) => {
          const bare = await bareFinal(seen);
          if (bare === undefined) return undefined;
          for (const file of seen.project.tree.files.filter((each) => each.endsWith(".go")).slice(0, 500)) {
            const line = await lineOf(seen.project, file, /time\.LoadLocation\(/, "asks for a zone");
            if (line !== undefined) return { evidence: [...bare.evidence, line] };
          }
          return bare;
        },
        happened: ({ field }) =>
          `The program asks for ${field("zone")}, and its image has no time zone data (/usr/share/zoneinfo).`,
        fix: 'Copy the data into the final stage, or build it into the program (import _ "time/tzdata", 450 KB). TZ sets the zone; TIME_ZONE is read by nobody.',
        commands: "COPY --from=build /usr/share/zoneinfo /usr/share/zoneinfo\ngo build -tags timetzdata .",
        check: "docker run --rm -e TZ=Europe/Berlin IMAGE",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `The zone ${field("zone")} was not found: there is no time zone data where the program runs, or no such zone.`,
        fix: 'Install tzdata, build the data into the program (import _ "time/tzdata"), or correct the name.',
        commands: "ls /usr/share/zoneinfo | head",
        check: ({ field }) => `TZ=${field("zone").replaceAll(/[^\w/+-]/g, "")} date`,
      },
    ],
  }),
  defineSymptom({
    id: "go/x509-unknown-authority",
    title: "A certificate that nobody here vouches for",
    tools: "Go programs, the go command, docker; since Go 1.20 with tls: failed to verify certificate",
    match: [
      {
        has: "certificate signed by unknown authority",
        line: /(?:(?<url>https?:\/\/[^\s":]+(?::\d+)?)\S*"?: )?.{0,80}x509: certificate signed by unknown authority/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "bare-base",
        when: bareFinal,
        happened: ({ field }) =>
          `${field("url") || "A server"} was called by https, and the image has no certificates of authorities: nobody vouches for any server there.`,
        fix: "Copy them into the final stage. A company's own authority is added to that file in the build stage.",
        commands: "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/",
        check: "docker run --rm IMAGE",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `${field("url") || "The server"} showed a certificate of an authority that is not known here: ca-certificates is not installed, or the authority is a company's own (a server inside, or a proxy that looks into TLS).`,
        fix: "Install ca-certificates, and add the company's authority. Don't switch verification off.",
        commands:
          "apt-get install --no-install-recommends ca-certificates\ncp corp-ca.crt /usr/local/share/ca-certificates/ && update-ca-certificates",
        check: ({ field }) => `curl -sSI ${field("url") || "https://HOST"}`,
      },
    ],
  }),
  defineSymptom({
    id: "run/loopback-refused",
    title: "Nothing listens on the loopback address",
    tools: "Go programs and others",
    isConsequence: true,
    match: [
      {
        has: "connection refused",
        line: /dial tcp (?<address>(?:127\.\d+\.\d+\.\d+|\[::1\]|localhost):(?<port>\d+)): connect: connection refused/,
      },
      { has: "ECONNREFUSED", line: /ECONNREFUSED (?<address>(?:127\.\d+\.\d+\.\d+|::1|localhost):(?<port>\d+))/ },
      {
        has: "Connection refused",
        line: /(?:connect to|Failed to connect to) (?<address>(?:127\.0\.0\.1|localhost|::1)\S*) port (?<port>\d+).{0,60}(?:Connection refused|Could not connect)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "loopback",
        happened: ({ field }) =>
          `${field("address")} was called, and nothing listens there. In a container, the loopback address is the container itself: a database in another container, or on the host, is elsewhere.`,
        fix: "Use the other container's name (in compose: the service's), or host.docker.internal for the host; take the address from a setting, not from the code.",
        commands: ({ field }) => `ss -ltn 'sport = :${field("port")}'\ndocker network inspect NETWORK`,
        check: ({ field }) => `curl -v telnet://HOST:${field("port")}`,
      },
    ],
  }),
  defineSymptom({
    id: "run/address-in-use",
    title: "The port is taken",
    tools: "Go programs and others",
    match: [
      { has: "address already in use", line: /(?:listen tcp\d? (?<address>\S+): )?bind: address already in use/ },
      { has: "EADDRINUSE", line: /EADDRINUSE: address already in use (?<address>\S+)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "taken",
        happened: ({ field }) =>
          `Another process listens on ${field("address") || "that port"} already: often the same program, started twice or not ended.`,
        fix: "Find it and end it, or take another port. In tests listen on port 0, which gives a free one.",
        commands: ({ field }) => `ss -ltnp 'sport = :${/(\d+)$/.exec(field("address"))?.[1] ?? "PORT"}'`,
        check: ({ field }) => `ss -ltn 'sport = :${/(\d+)$/.exec(field("address"))?.[1] ?? "PORT"}'`,
      },
    ],
  }),
  defineSymptom({
    id: "run/port-not-permitted",
    title: "The port is only for root",
    tools: "Go programs and others",
    match: [{ has: "bind: permission denied", line: /listen (?:tcp|udp)\d? (?<address>\S+): bind: permission denied/ }],
    known: "provoked",
    causes: [
      {
        id: "low-port",
        happened: ({ field }) => `${field("address")} is a port below 1024, and the process is not root.`,
        fix: "Listen on a high port and publish it as the low one (-p 80:8080); the program needs no more rights then.",
        commands: "docker run -p 80:8080 IMAGE",
        check: "sysctl net.ipv4.ip_unprivileged_port_start",
      },
    ],
  }),
  defineSymptom({
    id: "run/nil-map",
    title: "A write to a map that was never made",
    tools: "Go programs",
    match: [{ has: "assignment to entry in nil map", line: /assignment to entry in nil map/ }],
    known: "provoked",
    causes: panicCauses(
      "nil-map",
      "A map was declared and not made; reading it is allowed, writing to it panics.",
      "Make it where it is declared: m := map[K]V{}, or make in the constructor.",
    ),
  }),
  defineSymptom({
    id: "run/nil-pointer",
    title: "A nil pointer was followed",
    tools: "Go programs",
    match: [{ has: "nil pointer dereference", line: /invalid memory address or nil pointer dereference/ }],
    known: "provoked",
    causes: panicCauses(
      "nil",
      "The program followed a pointer, or called a method of an interface, that was nil. The first line of the trace that is yours is where.",
      "Look what returned nil there: most often a value that is used although the error beside it was not nil.",
    ),
  }),
  defineSymptom({
    id: "run/deadlock",
    title: "All goroutines wait",
    tools: "Go programs",
    match: [{ has: "all goroutines are asleep", line: /all goroutines are asleep - deadlock!/ }],
    known: "provoked",
    causes: panicCauses(
      "deadlock",
      "Every goroutine waits for another: a channel that nobody writes to or closes, a lock taken twice, a WaitGroup that is never done.",
      "The trace names what each one waits for (chan receive, sync.Mutex.Lock). Close the channel, or give it a buffer.",
    ),
  }),
  defineSymptom({
    id: "libc/version-not-found",
    title: "The C library is older than the program",
    tools: "the loader of glibc",
    match: [
      {
        has: "' not found (required by",
        line: /(?<library>\S+): version `(?<version>[\w.]+)' not found \(required by (?<program>[^)]+)\)/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "older-runtime",
        when: async ({ project }) => {
          const last = await finalStage(project);
          const build = (await stagesOn(project, /golang|rust|gcc|node/))[0];
          if (last === undefined || build === undefined) return undefined;
          return found(
            { ...build, says: "builds it, against its own C library" },
            at(last.dockerfile, last.stage.from, "runs it, with an older one"),
          );
        },
        happened: ({ field }) =>
          `${field("program")} was linked against a C library with ${field("version")}, and the image that runs it has an older one.`,
        fix: "Build and run on the same Debian release (golang:1.26-bookworm and debian:bookworm-slim), or build without cgo: then the program needs no C library at all.",
        commands: "CGO_ENABLED=0 go build ./...\nfairlead image why IMAGE",
        check: "ldd --version; objdump -T PROGRAM | grep GLIBC_ | sort -u",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `${field("program")} was built on a newer system than the one it runs on: it wants ${field("version")} of ${field("library")}.`,
        fix: "Build on the system that it runs on, or an older one; or without cgo.",
        commands: "CGO_ENABLED=0 go build ./...",
        check: "ldd --version",
      },
    ],
  }),
  defineSymptom({
    id: "libc/library-missing",
    title: "A shared library is missing",
    tools: "the loaders of glibc and musl",
    match: [
      {
        has: "cannot open shared object file",
        line: /error while loading shared libraries: (?<library>[^\s:]+): cannot open shared object file/,
      },
      { has: "Error loading shared library", line: /Error loading shared library (?<library>[^\s:]+):/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "not-in-image",
        happened: ({ field }) =>
          `The program needs ${field("library")}, and it is not where it runs: the build stage had it (with its -dev package), the final stage does not.`,
        fix: "Install the library's package in the final stage, or build without it.",
        commands: ({ field }) => `apt-file search ${field("library")}\nfairlead image why IMAGE`,
        check: "ldd PROGRAM",
      },
    ],
  }),
];

function panicCauses(id: string, happened: string, fix: string): Symptom["causes"] {
  const rest = { happened, fix, check: "go vet ./...; go test -race ./..." };
  const traced = {
    id,
    when: async ({ after, project }: Case) => {
      for (const each of after) {
        const [, file = "", number = ""] = trace.exec(each) ?? [];
        const own = projectFile(project, file);
        if (own === undefined) continue;
        const line = Number(number);
        const text = ((await project.lines(own))[line - 1] ?? "").trim();
        return found({ file: own, line, text, says: "the first place of the trace that is yours" });
      }
      return undefined;
    },
    ...rest,
  };
  return [traced, { id: "general", ...rest }];
}
