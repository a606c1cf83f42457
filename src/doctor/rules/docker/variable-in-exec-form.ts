import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/variable-in-exec-form",
  title: "a variable in the exec form, which no shell fills in",
  severity: "error",
  why: "The exec form starts the program itself: it is given the six characters $PORT:8080 and not the port.",
  source: "https://docs.docker.com/reference/dockerfile/#variable-substitution",
  examples: {
    bad: { Dockerfile: 'FROM alpine:3.20\nENV PORT=8080\nCMD ["/app", "--port=$PORT"]\n' },
    good: { Dockerfile: 'FROM alpine:3.20\nENV PORT=8080\nCMD ["sh", "-c", "exec /app --port=$PORT"]\n' },
    silent: {
      "a shell is started": { Dockerfile: 'FROM alpine:3.20\nENTRYPOINT ["/bin/bash", "-ec", "exec /app $PORT"]\n' },
      "no variable": { Dockerfile: 'FROM alpine:3.20\nCMD ["/app", "--pattern=^a$"]\n' },
      "a program that fills in by itself": { Dockerfile: 'FROM alpine:3.20\nCMD ["envsubst", "$PORT"]\n' },
      "an init in front of a shell": { Dockerfile: 'FROM alpine:3.20\nCMD ["tini", "--", "sh", "-c", "/app $PORT"]\n' },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, file } of dockerfiles) {
      for (const { keyword, exec, start, end } of stages.flatMap(({ instructions }) => instructions)) {
        if (exec === undefined || (keyword !== "CMD" && keyword !== "ENTRYPOINT")) continue;
        if (exec.some((word) => /(^|\/)(ba|da|a|z|k)?sh$|^envsubst$|^dockerize$|^gomplate$|^confd$/.test(word)))
          continue;
        const word = exec.find((each) => /(?<![$\\])\$(?:[A-Z_][A-Z0-9_]*\b|\{[A-Z_][A-Z0-9_]*\})/.test(each));
        if (word === undefined) continue;
        yield { file, start, end, message: `${keyword} gives the program ${JSON.stringify(word)} as it is written` };
      }
    }
  },
});
