import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/pipe-at-start",
  title: "ENTRYPOINT or CMD is a pipe or a background job of a shell",
  severity: "warning",
  why: "The shell is process 1: SIGTERM reaches it and not the program, which is killed after the grace period with its requests; and the exit status is that of the pipe's last command.",
  source: "https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example",
  examples: {
    bad: { Dockerfile: "FROM alpine:3.20\nCMD /app | tee /log\n" },
    good: { Dockerfile: "FROM alpine:3.20\nCMD exec /app\n" },
    silent: {
      "one command: the shell makes place for it": { Dockerfile: "FROM alpine:3.20\nCMD /app --port $PORT\n" },
      "a pipe in a pattern": { Dockerfile: 'FROM alpine:3.20\nCMD ["/app", "--match", "a|b"]\n' },
      quoted: { Dockerfile: "FROM alpine:3.20\nCMD /app --match 'a|b'\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const { keyword, exec, text, commands, start, end } of stages.flatMap(({ instructions }) => instructions)) {
        if (exec !== undefined || (keyword !== "CMD" && keyword !== "ENTRYPOINT") || commands.length < 2) continue;
        const plain = text.replaceAll(/'[^']*'|"(?:[^"\\]|\\.)*"/g, "");
        const mark = /[^|]\|[^|]|[^&>]&(?!&|\d|>)/.exec(plain)?.[0].trim();
        if (mark === undefined) continue;
        yield {
          file,
          start,
          end,
          message: `${keyword} leaves a shell as process 1, which passes no signal on: start the program alone, and write its log to standard output`,
        };
      }
    }
  },
});
