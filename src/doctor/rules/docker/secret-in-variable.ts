import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "docker/secret-in-variable",
  title: "a secret is passed as ARG or ENV",
  severity: "error",
  why: "ENV is in the image for everybody who pulls it, and so are the arguments of a build in its history (docker history --no-trunc).",
  source: "https://docs.docker.com/build/building/secrets/; BuildKit's SecretsUsedInArgOrEnv",
  examples: {
    bad: {
      Dockerfile:
        'FROM golang:1.24\nARG GITHUB_TOKEN\nRUN git config --global url."https://$GITHUB_TOKEN@github.com/".insteadOf https://github.com/\n',
    },
    good: { Dockerfile: "FROM golang:1.24\nRUN --mount=type=secret,id=netrc,target=/root/.netrc go mod download\n" },
    silent: {
      "the name of a file": { Dockerfile: "FROM alpine:3.20\nENV TOKEN_FILE=/run/secrets/token PASSWORD_PATH=/x\n" },
      "no secret by its other words": {
        Dockerfile: "FROM alpine:3.20\nENV TOKEN_TTL=5m PUBLIC_KEY=x MAX_TOKENS=100 SECRET_NAME=db KEY_ID=1\n",
      },
      "meant for everybody": { Dockerfile: "FROM alpine:3.20\nENV PUBLIC_ACCESS_TOKEN=dckr_pat_x\n" },
      "a default that everybody knows": {
        Dockerfile: "FROM postgres:16\nENV POSTGRES_PASSWORD=password\nARG DB_PASSWORD=changeme\n",
      },
      emptied: { Dockerfile: 'FROM alpine:3.20\nENV API_TOKEN=""\n' },
    },
  },
  *check({ dockerfiles }) {
    for (const { stages, globals, file } of dockerfiles) {
      for (const { keyword, properties } of [...globals, ...stages.flatMap(({ instructions }) => instructions)]) {
        for (const { name, value, start, end } of properties) {
          if (!isSecret(name) || (keyword === "ENV" && (value ?? "") === "") || known.test(value ?? "")) continue;
          yield {
            file,
            start,
            end,
            message: `${name} looks like a secret, and ${keyword === "ENV" ? "ENV keeps it in the image" : "a build argument stays in the image's history"}: take RUN --mount=type=secret`,
          };
        }
      }
    }
  },
});

/** Nothing is given away with these: they are for a first try, or to be replaced. */
const known =
  /^(password|passw0rd|pass|secret|change-?me|postgres|mysql|root|admin|guest|test(ing)?|example|dummy|none|xxx+|<.*>)$/i;

/** By its last words: `GITHUB_TOKEN` is one, `TOKEN_FILE` and `PUBLIC_KEY` are not. */
function isSecret(name: string): boolean {
  return /^(?!(.*_)?PUBLIC_)(.*_)?(PASSWORD|PASSWD|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?)$/i.test(
    name,
  );
}
