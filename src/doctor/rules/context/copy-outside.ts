import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "context/copy-outside",
  title: "COPY names something outside of the build's context",
  severity: "error",
  why: 'A build sees its context and nothing above it; `../` is taken as if it were not there: "/lib": not found.',
  source: "https://docs.docker.com/reference/dockerfile/#adding-files-from-the-build-context",
  examples: {
    bad: { "app/Dockerfile": "FROM golang:1.24\nCOPY ../lib /src/lib\n", "lib/lib.go": "package lib\n" },
    good: { Dockerfile: "FROM golang:1.24\nCOPY lib /src/lib\n", "lib/lib.go": "package lib\n" },
    silent: {
      "back to where it was": {
        Dockerfile: "FROM golang:1.24\nCOPY app/../lib /src/lib\n",
        "lib/lib.go": "package lib\n",
      },
      "nothing but dots, which is the context itself": { "app/Dockerfile": "FROM golang:1.24\nCOPY ../. .\n" },
      "from a folder that a build is not started in": {
        "go.mod": "module example.com/app\n",
        "cmd/app/Dockerfile": "FROM golang:1.24\nCOPY ../../go.mod ./\nRUN go mod download\n",
      },
      "in another stage": { Dockerfile: "FROM golang:1.24 AS a\nFROM scratch\nCOPY --from=a /x/../y /y\n" },
      "another context by name": { Dockerfile: "FROM golang:1.24\nCOPY --from=lib / /src/lib\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file, context } of dockerfiles) {
      for (const { copy, start, end } of stages.flatMap(({ instructions }) => instructions)) {
        if (copy === undefined || copy.from !== undefined) continue;
        const outside = copy.sources.find(
          // What is left of the path may be there, too, where it is known from where.
          (source) =>
            leaves(source) && !(context.isTold && context.matches(source.replace(/^(\.\.?\/)+/, "")).length > 0),
        );
        if (outside === undefined) continue;
        yield {
          file,
          start,
          end,
          message: `${outside} lies above the context: build from there (docker build -f ${file} ..), or give it by --build-context NAME=${outside} and COPY --from=NAME`,
        };
      }
    }
  },
});

/** BuildKit takes a leading `..` as if it were not there: of a path of dots alone the context itself is left. */
function leaves(path: string): boolean {
  if (/^[./]+$/.test(path)) return false;
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) return true;
  }
  return false;
}
