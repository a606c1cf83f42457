import type { CiFile } from "../../../repo/ci/ciFile.ts";
import { entriesOf, type YamlNode, type YamlScalar } from "../../../repo/ci/yamlTree.ts";
import { isSecretName } from "../../ciSteps.ts";
import { defineRule, type Rule } from "../../rule.ts";

/** Tokens by their form, whatever they are called. */
const forms: readonly (readonly [string, RegExp])[] = [
  ["a token of GitHub", /\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,})/],
  ["a token of GitLab", /\bgl(pat|dt|rt|ptt|cbt|ft)-[\w-]{20,}/],
  ["a token of npm", /\bnpm_[A-Za-z0-9]{36}/],
  ["an access key of AWS", /\b(AKIA|ASIA)[A-Z2-7]{16}\b/],
  ["a token of Slack", /\bxox[abprs]-[\w-]{20,}/],
  ["a webhook of Slack", /hooks\.slack\.com\/services\/T\w+\/B\w+\/\w{20,}/],
  ["a private key", /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/],
  [
    "a password in a URL",
    /\b[a-z][\w+.-]*:\/\/[\w.-]+:(?!\$|<|\{|x{3,}|\*|(pass(word|wd)?|postgres|root|secret|test\w*|guest|admin|user|mysql|token|change\w*)@)[^\s:/@$<{]{8,}@(?!localhost|127\.)/i,
  ],
];

/** Settings of services that a job starts for its own tests. */
const ofServices =
  /^(POSTGRES|PG|MYSQL|MARIADB|MONGO\w*|REDIS|RABBITMQ|MINIO|CLICKHOUSE|ELASTIC\w*|KEYCLOAK|DB|TEST|LOCAL|MSSQL|SA|NEO4J|INFLUXDB|DOCKER_INFLUXDB|GF|VAULT_DEV)_/;
const harmless =
  /^(test|dummy|fake|example|change|pass|secret|admin|root|postgres|guest|none|null|true|false|x+|\*+|<)|\$|\{\{|(test|example|dummy|local|placeholder)/i;

export const rule: Rule = defineRule({
  id: "ci/plain-secret",
  title: "a secret stands in a CI file",
  severity: "error",
  why: "Everybody who may read the repository, its forks and its history has it. Take it back where it was made, make a new one, and keep that in the CI's own variables.",
  source:
    "https://docs.gitlab.com/ci/variables/#cicd-variable-security; https://docs.github.com/actions/how-tos/write-workflows/choose-what-workflows-do/use-secrets",
  examples: {
    bad: { ".gitlab-ci.yml": "variables:\n  REGISTRY_PASSWORD: Tr0ub4dor-and-3\nbuild:\n  script: [make]\n" },
    good: { ".gitlab-ci.yml": 'build:\n  script:\n    - ./push "$REGISTRY_PASSWORD"\n' },
    silent: {
      "the password of a database for tests": {
        ".gitlab-ci.yml": "test:\n  variables: { POSTGRES_PASSWORD: w0rkbench9 }\n  script: [make]\n",
      },
      "meant for everybody": {
        ".gitlab-ci.yml": "variables: { PUBLIC_ACCESS_TOKEN: pat_8AEETZWxu8f7 }\nbuild: { script: [make] }\n",
      },
      "said to be for everybody": {
        ".gitlab-ci.yml":
          "variables:\n  FOSSA_API_KEY: b88e1f4287c3108c8751bf10 # push-only, safe to be exposed\ntest: { script: [make] }\n",
      },
      "a name of a secret": {
        ".github/workflows/ci.yml":
          'on: push\nenv: { TOKEN: "${{ secrets.TOKEN }}" }\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: x\n',
      },
      "a value for tests": {
        ".gitlab-ci.yml": "variables: { API_TOKEN: test-token-1234 }\ntest: { script: [make] }\n",
      },
      "a path": { ".gitlab-ci.yml": "variables: { SSH_KEY: /run/secrets/key }\ntest: { script: [make] }\n" },
      "a server for tests": {
        ".gitlab-ci.yml": "test:\n  script:\n    - DATABASE_URL=postgres://app:password@db/app make test\n",
      },
    },
  },
  *check({ ci, text }) {
    for (const file of ci.flatMap(({ files }) => files))
      for (const { scalar, name } of scalars(file)) {
        const form = forms
          .map(([what, pattern]) => [what, pattern.exec(scalar.text)] as const)
          .find(([, match]) => match !== null);
        if (form !== undefined) {
          const [what, match] = form;
          const from = match?.index ?? 0;
          yield {
            file: scalar.file,
            start: scalar.at(from),
            end: scalar.at(from + (match?.[0].length ?? 1) - 1) + 1,
            message: `${what} stands here`,
          };
        } else if (
          isSecretName(name) &&
          !ofServices.test(name) &&
          scalar.text.length >= 8 &&
          !harmless.test(scalar.text) &&
          !isSaidToBePublic(text(scalar.file) ?? "", scalar.end) &&
          !/^[./~]|\s|^\w+$(?<!\d\w*)/.test(scalar.text)
        ) {
          yield {
            file: scalar.file,
            start: scalar.start,
            end: scalar.end,
            severity: "warning",
            message: `${name} has a value that looks like a real one`,
          };
        }
      }
  },
});

/** By a comment behind it on its line. */
function isSaidToBePublic(text: string, end: number): boolean {
  return /^["']?[ \t]+#.*\b(public|push-only|read-only|not (a )?secret|safe to)\b/i.test(
    text.slice(end).split("\n", 1)[0] ?? "",
  );
}

function* scalars({ root }: CiFile): Generator<{ scalar: YamlScalar; name: string }> {
  yield* within(root, "", 0);
}

function* within(
  node: YamlNode | undefined,
  name: string,
  depth: number,
): Generator<{ scalar: YamlScalar; name: string }> {
  if (depth > 20) return;
  if (node?.kind === "scalar") yield { scalar: node, name };
  if (node?.kind === "list") for (const item of node.items) yield* within(item, "", depth + 1);
  for (const [key, { value }] of entriesOf(node)) yield* within(value, key, depth + 1);
}
