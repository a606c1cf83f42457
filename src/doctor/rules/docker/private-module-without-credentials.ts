import { goSteps, mounts, variableOf } from "../../goInDocker.ts";
import { matchPrefixPatterns } from "../../../gomod/module.ts";
import { looksPrivate } from "../../../repo/privatePath.ts";
import { lineText } from "../../places.ts";
import { mentions } from "../../runtimeStage.ts";
import { isOpen } from "../../../repo/dockerfile/variables.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n\nrequire git.corp.internal/team/lib v1.2.0\n",
  "go.sum": "",
  "main.go": "package main\n\nfunc main() {}\n",
};
const dockerfile = (flags: string, more = ""): string =>
  `FROM golang:1.24\nWORKDIR /src\nENV GOPRIVATE=git.corp.internal\n${more}COPY go.mod go.sum ./\nRUN ${flags}go mod download\nCOPY . .\nRUN go build -o /app .\n`;

const netrcMount = "--mount=type=secret,id=netrc,target=/root/.netrc,required=true ";

export const rule: Rule = defineRule({
  id: "docker/private-module-without-credentials",
  title: "a private module is downloaded in a build that has no credentials",
  severity: "error",
  why: "git in a build knows nothing of your keys and tokens: could not read Username for 'https://…': terminal prompts disabled, or Host key verification failed.",
  source: "https://go.dev/ref/mod#private-module-repo-auth; https://docs.docker.com/build/building/secrets/",
  examples: {
    bad: { ...files, Dockerfile: dockerfile("") },
    good: { ...files, Dockerfile: dockerfile("--mount=type=secret,id=netrc,target=/root/.netrc ") },
    fixed: { Dockerfile: dockerfile(netrcMount) },
    silent: {
      "an SSH agent": { ...files, Dockerfile: dockerfile("--mount=type=ssh ") },
      "a proxy that is given from outside": { ...files, Dockerfile: dockerfile("", "ARG GOPROXY\n") },
      vendored: { ...files, "vendor/modules.txt": "", Dockerfile: dockerfile("") },
      "git is told": {
        ...files,
        Dockerfile: dockerfile("", "COPY netrc /root/.netrc\n"),
      },
      "replaced by a folder": {
        ...files,
        "go.mod": `${files["go.mod"]}\nreplace git.corp.internal/team/lib => ./lib\n`,
        "lib/go.mod": "module git.corp.internal/team/lib\n",
        Dockerfile: dockerfile(""),
      },
    },
  },
  *check({ dockerfiles, go, text }) {
    const [first] = go?.privateModules ?? [];
    if (go === undefined || first === undefined || go.modules.some(({ hasVendor }) => hasVendor)) return;
    for (const { stages, reached, file, context } of dockerfiles) {
      if (context.folder !== "") continue;
      for (const stage of stages) {
        const step = reached.has(stage)
          ? goSteps(stage).find(({ verb }) => /^(mod download|build|install|test|vet)$/.test(verb))
          : undefined;
        if (step === undefined) continue;
        const proxy = step.instruction.variables.get("GOPROXY");
        const proxyIsGiven = stage.instructions.some(
          ({ keyword, properties }) => keyword === "ARG" && properties.some(({ name }) => name === "GOPROXY"),
        );
        const hasMount = mounts(step.instruction.flags).some((mount) =>
          /^(secret|ssh|bind)$/.test(mount.get("type") ?? "bind"),
        );
        const knows = /netrc|insteadof|credential|\.ssh|id_(rsa|ed25519)|GIT_CONFIG|askpass|gitconfig|GOAUTH|vendor/i;
        if (hasMount || proxyIsGiven || mentions(stage, knows) || (proxy !== undefined && isOpen(proxy))) continue;
        // A proxy that the Dockerfile names may have it.
        if (/:\/\//.test(variableOf(step, "GOPROXY") ?? "")) continue;
        const patterns =
          step.instruction.variables.get("GOPRIVATE") ?? step.instruction.variables.get("GONOPROXY") ?? "";
        const isSure = first.known || matchPrefixPatterns(patterns, first.path);
        // A host that only sounds like a company's own may be anybody's.
        if (!isSure && looksPrivate(first.path)?.includes("inside") !== true) continue;
        const goMod = text("go.mod") ?? "";
        const line = goMod.split("\n").findIndex((each) => each.includes(first.path)) + 1;
        yield {
          file,
          start: step.command.start,
          end: step.command.end,
          severity: isSure ? "error" : "warning",
          message: `${first.path} is fetched from its host, and this step has neither a secret nor an SSH agent: RUN --mount=type=secret,id=netrc,target=/root/.netrc`,
          evidence: line === 0 ? [] : [{ file: "go.mod", line, text: lineText(goMod, line) }],
          // go mod download and no more: the modules that it fetched are there for what comes behind it.
          ...(isSure && step.verb === "mod download"
            ? {
                fix: {
                  safe: true,
                  title: "mount .netrc: docker build --secret id=netrc,src=$HOME/.netrc",
                  edits: [
                    { file, start: step.instruction.textStart, end: step.instruction.textStart, text: netrcMount },
                  ],
                },
              }
            : {}),
        };
        break;
      }
    }
  },
});
