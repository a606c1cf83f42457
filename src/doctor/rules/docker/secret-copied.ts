import { posix } from "node:path";
import { lineage } from "../../../repo/dockerfile/dockerfile.ts";
import { isSecretName } from "../../ciSteps.ts";
import type { Facts } from "../../facts.ts";
import { takesSource } from "../../goInDocker.ts";
import { defineRule, type Rule } from "../../rule.ts";

const secret =
  /(^|\/)(\.netrc|_netrc|\.git-credentials|id_(rsa|dsa|ecdsa|ed25519)|\.npmrc|\.pypirc|\.env(\.(local|production|prod))?|kubeconfig|\.aws\/credentials|\.docker\/config\.json|service-account[\w.-]*\.json|[\w.-]+\.(key|p12|pfx|kdbx))$/;

export const rule: Rule = defineRule({
  id: "docker/secret-copied",
  title: "a file that holds secrets is copied into the image",
  severity: "error",
  why: "It lies in a layer for everybody who pulls the image, also after a later RUN removed it.",
  source: "https://docs.docker.com/build/building/secrets/",
  examples: {
    bad: {
      ".netrc": "",
      Dockerfile: "FROM golang:1.24\nCOPY .netrc /root/.netrc\nRUN go mod download\nRUN rm /root/.netrc\n",
    },
    good: {
      ".netrc": "",
      Dockerfile: "FROM golang:1.24\nRUN --mount=type=secret,id=netrc,target=/root/.netrc go mod download\n",
    },
    silent: {
      "an example": { ".env.example": "", Dockerfile: "FROM alpine:3.20\nCOPY .env.example /app/\n" },
      ignored: { ".env": "", ".dockerignore": ".env\n", Dockerfile: "FROM alpine:3.20\nCOPY . /app/\n" },
      "a .env without secrets": {
        ".env": "API_URL=http://localhost:8080\nTOKEN=\n",
        Dockerfile: "FROM node:22\nCOPY . .\n",
      },
      "from another stage": { Dockerfile: "FROM alpine:3.20 AS a\nFROM alpine:3.20\nCOPY --from=a /x/server.key /y\n" },
      "with the source, in a stage that is not shipped": {
        "certs/ca.key": "",
        Dockerfile: "FROM golang:1.24 AS build\nCOPY . .\nFROM scratch\nCOPY --from=build /app /\n",
      },
      "a test's": { "testdata/server.key": "", Dockerfile: "FROM golang:1.24\nCOPY . .\n" },
    },
  },
  *check(facts) {
    for (const { stages, reached, last, file, context } of facts.dockerfiles) {
      for (const stage of stages) {
        if (!reached.has(stage) || isForTests(file)) continue;
        for (const instruction of stage.instructions) {
          const { copy, start, end } = instruction;
          if (copy === undefined || copy.from !== undefined) continue;
          const named = copy.sources.find((source) => secret.test(source.replace(/\/$/, "")) && !isForTests(source));
          const found = copy.sources
            .flatMap((source) => context.matches(source))
            .find((each) => secret.test(each) && !isForTests(each) && holdsSecrets(facts, context.folder, each));
          const isShipped = last !== undefined && lineage(last).includes(stage);
          const what = named ?? (isShipped ? found : undefined);
          if (what === undefined) continue;
          // A whole tree may hold one that is none: .npmrc without a token, an .env for development.
          const isSure = named !== undefined && !takesSource(instruction) && !named.endsWith(".npmrc");
          yield {
            file,
            start,
            end,
            severity: isSure ? "error" : "warning",
            message: `this copies ${what}: take RUN --mount=type=secret, or name it in .dockerignore`,
          };
        }
      }
    }
  },
});

/** A .env is looked into: many hold addresses and switches alone. */
function holdsSecrets({ text }: Facts, folder: string, path: string): boolean {
  const content = /(^|\/)\.env(\.\w+)?$/.test(path) ? text(posix.join(folder, path)) : undefined;
  return (
    content === undefined ||
    [...content.matchAll(/^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*["']?[^\s"']/gm)].some(([, name = ""]) =>
      isSecretName(name),
    )
  );
}

/** Keys that are there for everybody to see: of tests, examples and the like, by the names of their folders. */
function isForTests(path: string): boolean {
  return /(^|[/._-])(tests?|testdata|fixtures?|examples?|samples?|stubs?|mocks?|demo|e2e|docs)([/._-]|$)/i.test(path);
}
