import { mounts } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/apk-cache-kept",
  title: "apk add without --no-cache leaves the package index in the image",
  severity: "advice",
  why: "A few megabytes in each image, and an index that is old when the next RUN uses it.",
  source: "https://wiki.alpinelinux.org/wiki/Alpine_Package_Keeper (--no-cache)",
  examples: {
    bad: { Dockerfile: 'FROM alpine:3.20\nRUN apk update && apk add curl\nCMD ["curl"]\n' },
    good: { Dockerfile: 'FROM alpine:3.20\nRUN apk add --no-cache curl\nCMD ["curl"]\n' },
    fixed: { Dockerfile: 'FROM alpine:3.20\nRUN apk update && apk add --no-cache curl\nCMD ["curl"]\n' },
    silent: {
      "removed in the same RUN": { Dockerfile: "FROM alpine:3.20\nRUN apk add curl && rm -rf /var/cache/apk/*\n" },
      "a cache mount": { Dockerfile: "FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add curl\n" },
      "a stage of which only files are taken": {
        Dockerfile: "FROM alpine:3.20 AS b\nRUN apk add curl\nFROM scratch\nCOPY --from=b /usr/bin/curl /\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file } of dockerfiles) {
      for (const { commands, flags, text } of last?.instructions ?? []) {
        if (mounts(flags).some((mount) => mount.get("type") === "cache") || text.includes("/var/cache/apk")) continue;
        for (const { name, args, start, end } of commands) {
          const verb = args.find((word) => word.text === "add");
          if (name !== "apk" || verb === undefined || args.some((word) => word.text === "--no-cache")) continue;
          // Without an index `apk add` alone fails; --no-cache fetches one.
          yield {
            file,
            start,
            end,
            message: "apk add keeps the package index in this layer",
            fix: {
              safe: true,
              title: "--no-cache",
              edits: [{ file, start: verb.end, end: verb.end, text: " --no-cache" }],
            },
          };
        }
      }
    }
  },
});
