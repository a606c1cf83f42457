import { programsIn } from "../../runtimeStage.ts";
import { defineRule, type Rule } from "../../rule.ts";

const source = (address: string): string =>
  `package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe("${address}", nil) }\n`;
const files = { "go.mod": "module example.com/app\n\ngo 1.24\n" };
const dockerfile =
  'FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nEXPOSE 8080\nENTRYPOINT ["/app"]\n';

export const rule: Rule = defineRule({
  id: "docker/listens-on-loopback",
  title: "the program listens on the container's own loopback",
  severity: "error",
  why: "Nobody outside of the container reaches 127.0.0.1 in it, whatever ports are published: connection reset by peer.",
  source: "https://docs.docker.com/engine/network/port-publishing/",
  examples: {
    bad: { ...files, "main.go": source("127.0.0.1:8080"), Dockerfile: dockerfile },
    good: { ...files, "main.go": source(":8080"), Dockerfile: dockerfile },
    silent: {
      "another port is open": {
        ...files,
        "main.go":
          'package main\n\nimport "net/http"\n\nfunc main() {\n\tgo http.ListenAndServe("localhost:6060", nil)\n\thttp.ListenAndServe(":8080", nil)\n}\n',
        Dockerfile: dockerfile,
      },
      "no port is published": {
        ...files,
        "main.go": source("127.0.0.1:8080"),
        Dockerfile: dockerfile.replace("EXPOSE 8080\n", ""),
      },
    },
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const { last, file } = dockerfile;
      const expose = last?.instructions.find(({ keyword }) => keyword === "EXPOSE");
      if (expose === undefined) continue;
      for (const { listens } of programsIn(facts, dockerfile)) {
        const [first] = listens;
        if (first === undefined || listens.some(({ onlyLoopback }) => !onlyLoopback) || first.evidence !== "listens")
          continue;
        yield {
          file,
          start: expose.start,
          end: expose.end,
          message: `the program listens on a loopback address (${first.file}:${first.line}), which no published port leads to`,
          evidence: [{ file: first.file, line: first.line, text: `port ${first.port}` }],
        };
      }
    }
  },
});
