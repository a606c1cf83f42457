import { programsIn } from "../../runtimeStage.ts";
import { defineRule, type Rule } from "../../rule.ts";

const files = {
  "go.mod": "module example.com/app\n\ngo 1.24\n",
  "main.go": 'package main\n\nimport "net/http"\n\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
};
const build = "FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /app .\n";
const run = (port: string): string =>
  `FROM scratch\nCOPY --from=build /app /app\nEXPOSE ${port}\nENTRYPOINT ["/app"]\n`;

export const rule: Rule = defineRule({
  id: "docker/expose-another-port",
  title: "EXPOSE names another port than the program listens on",
  severity: "warning",
  why: "EXPOSE opens nothing, but people and tools believe it: docker run -P, compose, Traefik and others send traffic to a port where nobody listens.",
  source: "https://docs.docker.com/reference/dockerfile/#expose",
  examples: {
    bad: { ...files, Dockerfile: `${build}${run("80")}` },
    good: { ...files, Dockerfile: `${build}${run("8080")}` },
    fixed: { Dockerfile: `${build}${run("8080")}` },
    silent: {
      "the port can be set": {
        ...files,
        "main.go":
          'package main\n\nimport (\n\t"net/http"\n\t"os"\n)\n\nfunc main() { http.ListenAndServe(":"+os.Getenv("PORT"), nil) }\n',
        Dockerfile: `${build}${run("80")}`,
      },
      "one of several": { ...files, Dockerfile: `${build}${run("80 8080/tcp")}` },
      "an argument may move it": {
        ...files,
        Dockerfile: `${build}${run("80").replace('["/app"]', '["/app", "-listen", ":80"]')}`,
      },
    },
  },
  *check(facts) {
    for (const dockerfile of facts.dockerfiles) {
      const { last, file } = dockerfile;
      const [program, second] = programsIn(facts, dockerfile);
      const [listen, other] = program?.listens ?? [];
      // Only where it can be no other port: a constant in the call itself.
      if (last === undefined || listen === undefined || other !== undefined || second !== undefined) continue;
      const isMoved = last.instructions.some(
        ({ exec, keyword }) => (keyword === "CMD" || keyword === "ENTRYPOINT") && (exec?.length ?? 2) > 1,
      );
      if (listen.evidence !== "listens" || isMoved) continue;
      const exposes = last.instructions.filter(({ keyword }) => keyword === "EXPOSE");
      const ports = exposes.flatMap(({ text }) => text.trim().split(/\s+/));
      const [first] = exposes;
      if (first === undefined || ports.some((port) => !/^\d+(\/tcp|\/udp)?$/.test(port))) continue;
      if (ports.some((port) => Number(port.split("/")[0]) === listen.port)) continue;
      yield {
        file,
        start: first.start,
        end: first.end,
        message: `the program listens on ${listen.port}`,
        evidence: [{ file: listen.file, line: listen.line, text: `port ${listen.port}` }],
        ...(ports.length === 1
          ? {
              fix: {
                safe: true,
                title: `EXPOSE ${listen.port}`,
                edits: [{ file, start: first.textStart, end: first.end, text: String(listen.port) }],
              },
            }
          : {}),
      };
    }
  },
});
