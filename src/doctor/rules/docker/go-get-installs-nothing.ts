import { goSteps } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/go-get-installs-nothing",
  title: "go get in an image whose Go no longer installs programs with it",
  severity: "error",
  why: "Since Go 1.18 `go get` only changes go.mod: \"go: go.mod file not found … 'go get' is no longer supported outside a module\", or a build with other versions than were committed.",
  source: "https://go.dev/doc/go-get-install-deprecation",
  examples: {
    bad: { Dockerfile: "FROM golang:1.24\nRUN go get golang.org/x/tools/cmd/stringer@v0.30.0\n" },
    good: { Dockerfile: "FROM golang:1.24\nRUN go install golang.org/x/tools/cmd/stringer@v0.30.0\n" },
    fixed: { Dockerfile: "FROM golang:1.24\nRUN go install golang.org/x/tools/cmd/stringer@v0.30.0\n" },
    silent: {
      "an old Go": { Dockerfile: "FROM golang:1.15\nRUN go get golang.org/x/tools/cmd/stringer\n" },
      "an unknown Go": { Dockerfile: "FROM company/go:7\nRUN go get golang.org/x/tools/cmd/stringer\n" },
      "what the module itself needs": { Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go get\nRUN go get -v ./...\n" },
      "the tools of go.mod": { Dockerfile: "FROM golang:1.24\nRUN go get -tool example.com/x@v1.0.0\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const stage of stages) {
        if (Number(/^1\.(\d+)/.exec(stage.base.goVersion ?? "")?.[1] ?? 0) < 18) continue;
        for (const { command, verb } of goSteps(stage)) {
          if (verb !== "get" || command.args.some(({ text }) => /^-(tool|d)$/.test(text))) continue;
          const [word, ...rest] = command.args;
          const packages = rest.filter(({ text }) => !text.startsWith("-"));
          if (word === undefined || packages.every(({ text }) => /^\.{1,3}(\/|$)|^all$/.test(text))) continue;
          // Without a version, or within a module, nobody knows which one was meant.
          const isPlain = rest.length > 0 && rest.every(({ text }) => /^[\w./-]+@[\w.+-]+$/.test(text));
          yield {
            file,
            start: command.start,
            end: command.end,
            message: `go get installs nothing with Go ${stage.base.goVersion ?? ""}: take go install PACKAGE@VERSION`,
            ...(isPlain
              ? {
                  fix: {
                    safe: true,
                    title: "go install",
                    edits: [{ file, start: word.start, end: word.end, text: "install" }],
                  },
                }
              : {}),
          };
        }
      }
    }
  },
});
