import { ciCommands, isSecretName, placeIn, runs } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "ci/build-arg-secret",
  title: "a secret is given to docker build as an argument",
  severity: "error",
  why: "Build arguments are in the image's history (docker history --no-trunc) and in its provenance, for everybody who pulls it. A secret mount leaves nothing.",
  source: "https://docs.docker.com/build/building/secrets/; BuildKit's SecretsUsedInArgOrEnv",
  examples: {
    bad: { ".gitlab-ci.yml": 'build:\n  script:\n    - docker build --build-arg "GIT_TOKEN=$CI_JOB_TOKEN" -t app .\n' },
    good: { ".gitlab-ci.yml": "build:\n  script:\n    - docker build --secret id=token,env=CI_JOB_TOKEN -t app .\n" },
    silent: {
      "no secret by its other words": {
        ".gitlab-ci.yml": 'build:\n  script:\n    - docker build --build-arg "TOKEN_TTL=$TTL" .\n',
      },
      emptied: { ".gitlab-ci.yml": 'build:\n  script:\n    - docker build --build-arg "TOKEN=" .\n' },
      "given at run time": { ".gitlab-ci.yml": 'test:\n  script:\n    - docker run -e "API_TOKEN=$API_TOKEN" app\n' },
    },
  },
  *check(facts) {
    for (const { script, command } of ciCommands(facts)) {
      if (!["docker", "podman", "buildah"].some((program) => runs(command, program))) continue;
      for (const [index, word] of command.args.entries()) {
        const text = word.text.startsWith("--build-arg=")
          ? word.text.slice("--build-arg=".length)
          : command.args[index - 1]?.text === "--build-arg"
            ? word.text
            : "";
        const [name = "", value] = text.split(/=([^]*)/);
        if (!isSecretName(name) || value === "") continue;
        yield {
          ...placeIn(script, word),
          message: `${name} looks like a secret, and a build argument stays in the image's history: take --secret id=${name.toLowerCase()},env=NAME, and RUN --mount=type=secret in the Dockerfile`,
        };
      }
    }
  },
});
