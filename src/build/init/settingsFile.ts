/** fairlead.yaml for a project: what was found is set, what only people know stands there as a comment. */
import type { DockerfileRecipe } from "../dockerfile/recipe.ts";

export interface SettingsFileChoices {
  /** Hosts by environment, as a person gave them: `deploy@web1.example:22`. */
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  /** A repository without tag. */
  readonly image: string | undefined;
}

/** In the order that a release takes. */
const environments = ["staging", "production"] as const;

export function renderSettingsFile(recipe: DockerfileRecipe, choices: SettingsFileChoices): string {
  const names = new Set([...environments, ...Object.keys(choices.hosts)]);
  const parts = [
    [
      `# Fairlead's settings for ${recipe.service}, made by \`fairlead init\`, and yours to change.`,
      "# All settings: docs/configuration.md. `fairlead config check` tells of every mistake.",
    ],
    service(recipe, choices),
    build(recipe),
    registry(choices),
    ["environments:", ...[...names].flatMap((name) => environment(name, recipe, choices))],
    [
      "# Who is told of deploys: Slack's form or plain JSON.",
      "# notify:",
      "#   - url: ${NOTIFY_URL}",
      "#     format: slack",
    ],
  ];
  return `${parts.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function service({ service, main, port, portIsAssumed }: DockerfileRecipe, { image }: SettingsFileChoices): string[] {
  return [
    "service:",
    `  name: ${service}`,
    // What the settings take; another program is found all the same.
    ...(/^\.(\/[\w.~-]+)*$/.test(main) ? [`  main: ${main}`] : []),
    ...(port === undefined
      ? []
      : [
          portIsAssumed
            ? "  # Assumed: the source says no port in a constant."
            : "  # What the program listens on in its container; told to it as APP_PORT.",
          `  port: ${port}`,
        ]),
    ...(image === undefined
      ? [
          "  # Where images are pushed to, without a tag. Until it is set they are built and not pushed.",
          `  # image: registry.example/team/${service}`,
        ]
      : [`  image: ${image}`]),
  ];
}

function build({ privatePatterns }: DockerfileRecipe): string[] {
  return [
    "build:",
    "  # The commit's hash, and the git tags on it. A tag that exists is never moved.",
    "  tags: commit,tag",
    ...(privatePatterns.length === 0
      ? []
      : [
          "  # Credentials for private modules; they reach the build as a mount and no layer.",
          "  # The variable holds lines of a netrc file: machine HOST login USER password TOKEN",
          "  secrets:",
          "    netrc: { env: NETRC }",
        ]),
  ];
}

function registry({ image }: SettingsFileChoices): string[] {
  return [
    `# What \`docker login\` has stored is used${image === undefined ? "" : ` for ${image}`} unless this is set.`,
    "# registry:",
    "#   username: ${REGISTRY_USER}",
    "#   password: ${REGISTRY_PASSWORD}",
  ];
}

function environment(
  name: string,
  { port, programs, healthPath }: DockerfileRecipe,
  { hosts }: SettingsFileChoices,
): string[] {
  const isProduction = name === "production";
  const given = hosts[name] ?? [];
  return [
    `  ${name}:`,
    "    # Reached by SSH; the first one gets a release first.",
    ...(given.length > 0
      ? [
          "    hosts:",
          ...given.map((host) => `      - ${/^[A-Za-z][\w.@:-]*$/.test(host) ? host : JSON.stringify(host)}`),
        ]
      : ["    hosts: []", `    #  - deploy@${isProduction ? "web1" : name}.example`]),
    ...(port === undefined ? withoutPort(programs.at(-1)?.name ?? name) : withPort(healthPath)),
    "    # The container's environment. A secret is written as ${NAME} or { file: … }, never as itself.",
    "    settings:",
    `      ENVIRONMENT: ${name}`,
    `      LOG_LEVEL: ${isProduction ? "info" : "debug"}`,
    ...(isProduction
      ? ["    # A person says yes to each release: fairlead approve, or the link in the message.", "    approval: true"]
      : []),
  ];
}

function withPort(healthPath: string | undefined): string[] {
  return [
    "    # The new container is started beside the old one, and the traffic moved when it is healthy.",
    "    strategy: switch",
    ...(healthPath === undefined
      ? [
          "    # The source has no health check that could be found: a path that answers 200 says more than an open port.",
          "    # health: { http: /healthz }",
          "    health: { tcp: true }",
          "    # Without a path to ask for, probes go to the root.",
          "    verification:",
          "      probe: /",
        ]
      : [`    health: { http: ${healthPath} }`, "    verification:"]),
    "      # Rolled back when more than two of ten samples of half a minute have more than 5% of 5xx answers.",
    "      maxErrorRate: 5%",
    "      interval: 30s",
    "      samples: 10",
    "      failureLimit: 2",
  ];
}

/** A program that serves nothing: a worker. */
function withoutPort(program: string): string[] {
  return [
    "    # It serves no port, so the old one is stopped before the new one starts.",
    "    strategy: recreate",
    "    # A command in the container that ends with status 0 when the program is ready.",
    `    health: { command: [/usr/local/bin/${program}, --version] }`,
    "    verification: { source: none }",
  ];
}
