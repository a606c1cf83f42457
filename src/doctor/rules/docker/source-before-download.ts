import { compiles, filesBefore, goSteps, takesSource } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = "module example.com/app\n\ngo 1.24\n\nrequire rsc.io/quote v1.5.2\n";
const files = { "go.mod": goMod, "go.sum": "", "main.go": "package main\n\nfunc main() {}\n" };

export const rule: Rule = defineRule({
  id: "docker/source-before-download",
  title: "the source is copied before the modules are downloaded",
  severity: "warning",
  why: "A layer is built anew when anything before it changed. With the source before the download, every one-line change downloads all modules again.",
  source: "https://docs.docker.com/build/cache/optimize/ (order your layers)",
  examples: {
    bad: {
      ...files,
      Dockerfile:
        "FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go mod download\nRUN go build -o /app .\nFROM scratch\nCOPY --from=0 /app /app\n",
    },
    good: {
      ...files,
      Dockerfile:
        "FROM golang:1.24\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY --from=0 /app /app\n",
    },
    fixed: {
      Dockerfile:
        "FROM golang:1.24\nWORKDIR /src\nCOPY go.mod go.sum ./\nRUN go mod download\nCOPY . .\nRUN go build -o /app .\nFROM scratch\nCOPY --from=0 /app /app\n",
    },
    silent: {
      "a cache mount keeps the modules whatever changed": {
        ...files,
        Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN --mount=type=cache,target=/go/pkg/mod go build -o /app .\n",
      },
      "vendored: nothing is downloaded": {
        ...files,
        "vendor/modules.txt": "",
        Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\n",
      },
      "only a tool is fetched": {
        ...files,
        Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go install example.com/watch@v1.2.3\n",
      },
      "nothing is required": {
        "go.mod": "module example.com/app\n\ngo 1.24\n",
        Dockerfile: "FROM golang:1.24\nCOPY . .\nRUN go build -o /app .\n",
      },
      "a stage that nobody builds on": {
        ...files,
        Dockerfile: "FROM golang:1.24 AS dev\nCOPY . .\nRUN go build ./...\nFROM scratch\nCOPY go.mod /\n",
      },
    },
  },
  *check({ dockerfiles, go }) {
    if (go === undefined || go.modules.every(({ requires, hasVendor }) => requires.length === 0 || hasVendor)) return;
    for (const dockerfile of dockerfiles) {
      for (const stage of dockerfile.stages) {
        if (!dockerfile.reached.has(stage)) continue;
        const steps = goSteps(stage);
        const fetching = steps.find(
          ({ verb, command }) =>
            (verb === "mod download" || compiles.has(verb)) && !command.args.some(({ text }) => text.includes("@")),
        );
        if (fetching === undefined) continue;
        const { instruction } = fetching;
        if (instruction.flags.some(({ name, value }) => name === "mount" && /type=(cache|bind)/.test(value))) continue;
        const copy = stage.instructions.find((each) => takesSource(each) && each.start < instruction.start);
        if (copy === undefined || !filesBefore(dockerfile, stage, instruction).has("go.mod")) continue;
        const download =
          instruction.commands.length === 1 && fetching.verb === "mod download" ? instruction : undefined;
        const sums = dockerfile.context.files.includes("go.sum") ? "go.mod go.sum" : "go.mod";
        const after = download === undefined ? undefined : dockerfile.text.slice(copy.start, download.end);
        // Only two instructions, one behind the other, change places without a doubt.
        const isPlain = after !== undefined && /^COPY \. \.\r?\nRUN go mod download$/.test(after);
        yield {
          file: dockerfile.file,
          start: copy.start,
          end: copy.end,
          message: `${dockerfile.text.slice(copy.start, copy.end).trim()} comes before the modules are downloaded (line ${instruction.line})`,
          evidence: [
            {
              file: dockerfile.file,
              line: instruction.line,
              text: dockerfile.text.slice(instruction.start, instruction.end).split("\n")[0] ?? "",
            },
          ],
          ...(isPlain && download !== undefined
            ? {
                fix: {
                  safe: true,
                  title: "copy go.mod and go.sum, download, then copy the source",
                  edits: [
                    {
                      file: dockerfile.file,
                      start: copy.start,
                      end: download.end,
                      text: `COPY ${sums} ./\nRUN go mod download\nCOPY . .`,
                    },
                  ],
                },
              }
            : {}),
        };
      }
    }
  },
});
