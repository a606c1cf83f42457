import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/exec-form-single-quotes",
  title: "an exec form that is no JSON",
  severity: "error",
  why: "What is no JSON array is taken as a line for the shell: /bin/sh: [/app,: not found. JSON knows double quotes only, and no comma before the closing bracket.",
  source: "https://docs.docker.com/reference/dockerfile/#exec-form",
  examples: {
    bad: { Dockerfile: "FROM alpine:3.20\nCOPY app /app\nENTRYPOINT ['/app', '--port']\n" },
    good: { Dockerfile: 'FROM alpine:3.20\nCOPY app /app\nENTRYPOINT ["/app", "--port"]\n' },
    fixed: { Dockerfile: 'FROM alpine:3.20\nCOPY app /app\nENTRYPOINT ["/app", "--port"]\n' },
    silent: {
      "the shell's own bracket": { Dockerfile: "FROM alpine:3.20\nCMD [ -f /x ] && /app\n" },
      "single quotes within": { Dockerfile: 'FROM alpine:3.20\nCMD ["sh", "-c", "echo \'a\'"]\n' },
      "an empty one": { Dockerfile: "FROM alpine:3.20\nENTRYPOINT []\n" },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const { keyword, exec, text, textStart, start, end } of stages.flatMap(({ instructions }) => instructions)) {
        if (exec !== undefined || !/^(RUN|CMD|ENTRYPOINT|SHELL)$/.test(keyword)) continue;
        const written = text.trim();
        if (!/^\[\s*(['"]).*\1\s*,?\s*\]$/s.test(written)) continue;
        const words = [...written.matchAll(/'([^'"\\]*)'|"([^"\\]*)"/g)].map(
          ([, single, double]) => single ?? double ?? "",
        );
        const isPlain = /^\[\s*(?:(?:'[^'"\\]*'|"[^"\\]*")\s*(?:,\s*|(?=\])))+\]$/.test(written);
        yield {
          file,
          start,
          end,
          message: `${keyword} ${written.slice(0, 60)} is no JSON, so a shell gets it as it is`,
          ...(isPlain
            ? {
                fix: {
                  safe: true,
                  title: "double quotes",
                  edits: [
                    {
                      file,
                      start: textStart,
                      end: textStart + text.trimEnd().length,
                      text: `[${words.map((word) => JSON.stringify(word)).join(", ")}]`,
                    },
                  ],
                },
              }
            : {}),
        };
      }
    }
  },
});
