import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/shell-form-without-shell",
  title: "ENTRYPOINT or CMD in the shell form on an image without a shell",
  severity: "error",
  why: 'The shell form starts /bin/sh -c. Where there is no shell the container ends with: exec: "/bin/sh": stat /bin/sh: no such file or directory.',
  source: "https://docs.docker.com/reference/dockerfile/#shell-and-exec-form",
  examples: {
    bad: {
      Dockerfile:
        "FROM golang:1.24 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT /app --port 80\n",
    },
    good: {
      Dockerfile:
        'FROM golang:1.24 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app", "--port", "80"]\n',
    },
    fixed: {
      Dockerfile:
        'FROM golang:1.24 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app\nENTRYPOINT ["/app", "--port", "80"]\n',
    },
    silent: {
      "there is a shell": { Dockerfile: "FROM alpine:3.20\nCMD /app\n" },
      "distroless' debug images have one": { Dockerfile: "FROM gcr.io/distroless/static:debug\nCMD /app\n" },
      "a shell is copied": {
        Dockerfile: "FROM busybox:1.36 AS b\nFROM scratch\nCOPY --from=b /bin/sh /bin/sh\nCMD /app\n",
      },
      "an unknown base": { Dockerfile: "FROM company/base:7\nCMD /app\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { last, file } of dockerfiles) {
      if (last === undefined || last.base.hasShell !== false) continue;
      // Its own shell, or another one by SHELL: then it is somebody's business.
      if (
        last.instructions.some(
          ({ keyword, copy }) =>
            keyword === "SHELL" || /(^|\/)(ba|a)?sh$|busybox|\/bin\/?$/.test(copy?.destination ?? ""),
        )
      )
        continue;
      for (const { keyword, exec, commands, start, end, textStart, text } of last.instructions) {
        if (
          (keyword !== "ENTRYPOINT" && keyword !== "CMD") ||
          exec !== undefined ||
          text.trim() === "" ||
          text.trim() === "[]"
        )
          continue;
        const [command] = commands;
        const isPlain =
          commands.length === 1 &&
          command !== undefined &&
          command.assignments.length === 0 &&
          /^[\w ./:=,@-]+$/.test(text.trim());
        const words = text
          .trim()
          .split(/\s+/)
          .filter((word, index) => index > 0 || word !== "exec");
        yield {
          file,
          start,
          end,
          message: `${keyword} is in the shell form, and ${last.base.reference} has no shell`,
          ...(isPlain
            ? {
                fix: {
                  safe: true,
                  title: "the exec form",
                  edits: [{ file, start: textStart, end, text: JSON.stringify(words).replaceAll('","', '", "') }],
                },
              }
            : {}),
        };
      }
    }
  },
});
