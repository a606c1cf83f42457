import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/healthcheck-without-program",
  title: "HEALTHCHECK calls a program that the image does not have",
  severity: "error",
  why: "The check fails each time, the container is unhealthy for ever, and whoever waits for it (compose, swarm, a deploy) gives up.",
  source: "https://docs.docker.com/reference/dockerfile/#healthcheck",
  examples: {
    bad: {
      Dockerfile:
        'FROM alpine:3.20\nCOPY app /app\nHEALTHCHECK CMD curl -f http://localhost:8080/healthz\nCMD ["/app"]\n',
    },
    good: {
      Dockerfile:
        'FROM alpine:3.20\nCOPY app /app\nHEALTHCHECK CMD wget -qO- http://localhost:8080/healthz\nCMD ["/app"]\n',
    },
    silent: {
      installed: {
        Dockerfile: "FROM alpine:3.20\nRUN apk add --no-cache curl\nHEALTHCHECK CMD curl -f http://localhost/\n",
      },
      "the program checks itself": { Dockerfile: 'FROM scratch\nCOPY app /app\nHEALTHCHECK CMD ["/app", "health"]\n' },
      "an unknown base": { Dockerfile: "FROM company/base:7\nHEALTHCHECK CMD curl -f http://localhost/\n" },
      "golang's image has curl": { Dockerfile: "FROM golang:1.24\nHEALTHCHECK CMD curl -f http://localhost/\n" },
      none: { Dockerfile: "FROM scratch\nHEALTHCHECK NONE\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file } of dockerfiles) {
      const check = last?.instructions.findLast(({ keyword }) => keyword === "HEALTHCHECK");
      if (last === undefined || check === undefined) continue;
      const { base } = last;
      const command = /(?:^|\s)CMD\s+(.*)$/s.exec(check.text)?.[1]?.trim() ?? "";
      const isExec = command.startsWith("[");
      const program = (isExec ? /^\[\s*"([^"]+)"/.exec(command)?.[1] : /^\S+/.exec(command)?.[0]) ?? "";
      if (program === "") continue;
      const isInstalled = lineage(last).some(({ instructions }) =>
        instructions.some((each) => each !== check && new RegExp(String.raw`\b${escaped(program)}\b`).test(each.text)),
      );
      const missing =
        !isExec && base.hasShell === false
          ? "/bin/sh, for the shell form"
          : lacks(base.system, base.name, program) && !isInstalled
            ? program
            : undefined;
      if (missing === undefined) continue;
      yield { file, start: check.start, end: check.end, message: `${base.reference} has no ${missing}` };
    }
  },
});

/** Of the bases that are known, and the programs that people call. */
function lacks(system: string, name: string, program: string): boolean {
  if (system === "scratch" || system === "distroless") return /^(curl|wget|nc|sh|bash|\/bin\/(ba)?sh)$/.test(program);
  if (system === "alpine" && name === "alpine") return /^(curl|bash|\/bin\/bash|grpc_health_probe)$/.test(program);
  if (name === "debian" || name === "ubuntu") return /^(curl|wget|nc|grpc_health_probe)$/.test(program);
  return false;
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
