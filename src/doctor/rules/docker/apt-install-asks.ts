import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/apt-install-asks",
  title: "apt-get install without -y",
  severity: "warning",
  why: 'As soon as another package comes along, it asks "Do you want to continue? [Y/n]", nobody answers in a build, and it ends with: Abort.',
  source: "apt-get(8), --assume-yes",
  examples: {
    bad: { Dockerfile: "FROM debian:12\nRUN apt-get update && apt-get install curl\n" },
    good: { Dockerfile: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n" },
    fixed: { Dockerfile: "FROM debian:12\nRUN apt-get update && apt-get install -y curl\n" },
    silent: {
      "before the verb": { Dockerfile: "FROM debian:12\nRUN apt-get -y install curl\n" },
      "among other letters": { Dockerfile: "FROM debian:12\nRUN apt-get -qqy install curl\n" },
      "quiet twice means yes": { Dockerfile: "FROM debian:12\nRUN apt-get install -qq curl\n" },
      "yes answers": { Dockerfile: "FROM debian:12\nRUN yes | apt-get install curl\n" },
      "set for all": {
        Dockerfile:
          "FROM debian:12\nRUN echo 'APT::Get::Assume-Yes \"true\";' > /etc/apt/apt.conf.d/90yes\nRUN apt-get install curl\n",
      },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file, text } of dockerfiles) {
      if (/assume-yes/i.test(text)) continue;
      for (const { commands, text: script } of stages.flatMap(({ instructions }) => instructions)) {
        for (const { name, args } of commands) {
          const verb = args.find((word) => word.text === "install");
          if (!/^apt(-get)?$/.test(name) || verb === undefined || /\byes\b[^|]*\|/.test(script)) continue;
          const isSaid = args.some(({ text: word }) =>
            /^(-[a-z]*y[a-z]*|--yes|--assume-yes|-q{2,}|-q=2|--simulate|-s|--download-only)$/.test(word),
          );
          if (isSaid || args.at(-1) === verb) continue;
          yield {
            file,
            start: verb.start,
            end: args.at(-1)?.end ?? verb.end,
            message: `${name} install asks before it takes more than these, and nobody answers`,
            fix: { safe: true, title: "-y", edits: [{ file, start: verb.end, end: verb.end, text: " -y" }] },
          };
        }
      }
    }
  },
});
