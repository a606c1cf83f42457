import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { mounts } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/apt-lists-kept",
  title: "apt's package lists stay in the image that runs",
  severity: "advice",
  why: "20 to 40 MB in each image that nobody reads: the next apt-get update fetches them anew. A later RUN can't take them out, as the layer stays.",
  source: "https://docs.docker.com/build/building/best-practices/#apt-get",
  examples: {
    bad: {
      Dockerfile: 'FROM debian:12-slim\nRUN apt-get update && apt-get install -y ca-certificates\nCMD ["bash"]\n',
    },
    good: {
      Dockerfile:
        'FROM debian:12-slim\nRUN apt-get update && apt-get install -y ca-certificates && rm -rf /var/lib/apt/lists/*\nCMD ["bash"]\n',
    },
    fixed: {
      Dockerfile:
        'FROM debian:12-slim\nRUN apt-get update && apt-get install -y ca-certificates && rm -rf /var/lib/apt/lists/*\nCMD ["bash"]\n',
    },
    silent: {
      "a cache mount": {
        Dockerfile:
          "FROM debian:12-slim\nRUN --mount=type=cache,target=/var/lib/apt,sharing=locked apt-get update && apt-get install -y curl\n",
      },
      "a stage of which only files are taken": {
        Dockerfile:
          "FROM debian:12 AS b\nRUN apt-get update && apt-get install -y curl\nFROM debian:12-slim\nCOPY --from=b /usr/bin/curl /\n",
      },
      "removed by other words": {
        Dockerfile:
          "FROM debian:12-slim\nRUN apt-get update && apt-get install -y curl && apt-get clean && rm -r /var/lib/apt/lists\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file } of dockerfiles) {
      if (last === undefined) continue;
      for (const { keyword, commands, flags, text, start, end } of lineage(last).flatMap(
        (stage) => stage.instructions,
      )) {
        if (keyword !== "RUN" || /\/var\/lib\/apt(\/lists)?|rm -rf? \/var\/lib/.test(text)) continue;
        if (mounts(flags).some((mount) => mount.get("target")?.startsWith("/var/lib/apt") === true)) continue;
        const isApt = (verb: string) =>
          commands.some(({ name, args }) => /^apt(-get)?$/.test(name) && args.some((word) => word.text === verb));
        if (!isApt("update") || !isApt("install")) continue;
        // Behind a heredoc, `;` or `||` it would mean something else.
        const isChain = !text.startsWith("<<") && !/[;|]/.test(text);
        yield {
          file,
          start,
          end,
          message:
            "the lists that apt-get update fetched stay in this layer: rm -rf /var/lib/apt/lists/* in the same RUN",
          ...(isChain
            ? {
                fix: {
                  safe: true,
                  title: "remove the lists",
                  edits: [{ file, start: end, end, text: " && rm -rf /var/lib/apt/lists/*" }],
                },
              }
            : {}),
        };
      }
    }
  },
});
