import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/removed-in-later-layer",
  title: "a RUN removes what an earlier one brought",
  severity: "warning",
  why: "Each RUN is a layer, and a layer only hides what the ones below hold: the image is as large as before, and what was removed can still be read.",
  source: "https://docs.docker.com/build/building/best-practices/#run; OCI image layer, whiteouts",
  examples: {
    bad: {
      Dockerfile:
        'FROM debian:12\nRUN apt-get update && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*\nCMD ["curl"]\n',
    },
    good: {
      Dockerfile:
        'FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nCMD ["curl"]\n',
    },
    silent: {
      "in a stage of which only files are taken": {
        Dockerfile:
          "FROM debian:12 AS b\nRUN apt-get update && apt-get install -y curl\nRUN rm -rf /var/lib/apt/lists/*\nFROM scratch\nCOPY --from=b /usr/bin/curl /\n",
      },
      "what the base brought": { Dockerfile: "FROM debian:12\nRUN rm -rf /usr/share/doc\n" },
      "the cache is mounted": {
        Dockerfile: "FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt apt-get update\nRUN rm -rf /tmp/x\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file, text } of dockerfiles) {
      if (last === undefined) continue;
      const runs = last.instructions.filter(({ keyword }) => keyword === "RUN");
      for (const [index, run] of runs.entries()) {
        for (const command of run.commands) {
          const removed =
            command.name === "rm" ? command.args.map((each) => each.text).filter((word) => word.startsWith("/")) : [];
          const cleaned =
            removed.find((path) => path.startsWith("/var/lib/apt/lists")) ??
            (isClean(command) ? "the package manager's cache" : undefined);
          const earlier = runs.slice(0, index).find(({ text: each, flags }) => {
            if (flags.some(({ name }) => name === "mount")) return false;
            return cleaned === undefined
              ? removed.some(
                  (path) =>
                    path.length > 4 &&
                    !/[*$]/.test(path) &&
                    each.includes(path) &&
                    /\b(curl|wget|git clone|tar|unzip|cp|mkdir)\b/.test(each),
                )
              : /\b(apt-get|apt) (-\S+ )*update\b|\b(yum|dnf) (-\S+ )*install\b/.test(each);
          });
          // It brings something of its own again: then that is what it cleans up after.
          if (earlier === undefined || /\b(apt-get|apt) (-\S+ )*update\b/.test(run.text)) continue;
          yield {
            file,
            start: command.start,
            end: command.end,
            message: `this hides what line ${earlier.line} brought, whose layer keeps it: remove it in the same RUN`,
            evidence: [{ file, line: earlier.line, text: text.slice(earlier.start, earlier.end).split("\n")[0] ?? "" }],
          };
          break;
        }
      }
    }
  },
});

function isClean({
  name,
  args,
}: {
  readonly name: string;
  readonly args: readonly { readonly text: string }[];
}): boolean {
  return /^(apt-get|apt|yum|dnf)$/.test(name) && args.some(({ text }) => text === "clean");
}
