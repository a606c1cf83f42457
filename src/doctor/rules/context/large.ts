import type { BuildContext } from "../../buildContext.ts";
import { takesSource } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

/** Half a second on a fast disk and many on a CI runner's network. */
const much = 50e6;
const shown = 10;
const dump = "x".repeat(much);

export const rule: Rule = defineRule({
  id: "context/large",
  title: "the whole context is copied, and it is large",
  severity: "advice",
  why: "All of it is read, compared and sent before the first instruction runs, and lies in a layer afterwards.",
  source: "https://docs.docker.com/build/cache/optimize/#keep-the-context-small",
  examples: {
    bad: { ".dockerignore": ".git\n", Dockerfile: "FROM golang:1.24\nCOPY . .\n", "data/dump.sql": dump },
    good: { ".dockerignore": ".git\ndata\n", Dockerfile: "FROM golang:1.24\nCOPY . .\n", "data/dump.sql": dump },
    silent: {
      "it is small": { ".dockerignore": ".git\n", Dockerfile: "FROM golang:1.24\nCOPY . .\n", "data/dump.sql": "x" },
      "nothing of it is copied": { Dockerfile: "FROM golang:1.24\nCOPY main.go ./\n", "data/dump.sql": dump },
      "there is no ignore file, which is told of by itself": {
        Dockerfile: "FROM golang:1.24\nCOPY . .\n",
        "data/dump.sql": dump,
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, reached, context, file } of dockerfiles) {
      const copy = stages
        .filter((stage) => reached.has(stage))
        .flatMap(({ instructions }) => instructions)
        .find((each) => takesSource(each));
      if (copy === undefined || context.ignoreFile === undefined) continue;
      const { total, largest } = weigh(context);
      if (total < much) continue;
      yield {
        file,
        start: copy.start,
        end: copy.end,
        message: `${megabytes(total)} are sent; the largest: ${largest.map(([name, size]) => `${name} ${megabytes(size)}`).join(", ")}`,
      };
    }
  },
});

/** By entries as an ignore line would name them: a folder of the root, or a folder below one that holds several. */
function weigh({ files, hiddenBy, sizeOf }: BuildContext): {
  readonly total: number;
  readonly largest: readonly (readonly [string, number])[];
} {
  const entries = new Map<string, number>();
  let total = 0;
  for (const path of files) {
    if (hiddenBy(path) !== undefined) continue;
    const size = sizeOf(path) ?? 0;
    total += size;
    const entry = path.split("/").slice(0, 2).join("/");
    entries.set(entry, (entries.get(entry) ?? 0) + size);
  }
  const largest = [...entries].toSorted(([, a], [, b]) => b - a).filter(([, size]) => size >= 1e6);
  return { total, largest: largest.slice(0, shown) };
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}
