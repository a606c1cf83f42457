// The variables that send a go command to the gateway, in the form of who sets them. Pure.

export const clientForms = ["shell", "docker", "gitlab", "github"] as const;
export type ClientForm = (typeof clientForms)[number];

/** A variable that makes the go command go past a proxy, or leave the checksum database out. */
export interface FoundPatterns {
  readonly name: string;
  readonly value: string;
  /** Where it is set, for people. */
  readonly from: string;
}

export interface ClientVariables {
  readonly variables: Readonly<Record<string, string>>;
  /** What belongs into the gateway's settings now: gateway.routes and gateway.verify.except. */
  readonly routes: string;
  readonly except: string;
  readonly text: string;
}

export function clientVariables(url: string, found: readonly FoundPatterns[], form: ClientForm): ClientVariables {
  const patternsOf = (unless: string): string => {
    const values = found.filter(({ name }) => name !== unless).flatMap(({ value }) => value.split(","));
    return [...new Set(values.filter((each) => each !== ""))].join(",");
  };
  const [except, routes] = [patternsOf("GONOPROXY"), patternsOf("GONOSUMDB")];
  // `none` and not the empty text: that would stand for GOPRIVATE, which a file of `go env -w` may hold. The checksum
  // database must still not be asked for private modules by the client itself.
  const variables = { GOPROXY: url, GOPRIVATE: "", GONOPROXY: "none", GONOSUMDB: except === "" ? "none" : except };
  const comments = [
    "The go command asks Fairlead for every module; Fairlead holds them against the checksum database.",
    ...found.map(({ name, value, from }) => `${name} was ${value} (${from}): those modules went past the gateway.`),
    ...(routes + except === "" ? [] : ["Now they come through it; its settings (fairlead.yaml) need", "  gateway:"]),
    ...(routes === ""
      ? []
      : ["    routes:", `      - modules: ${JSON.stringify(routes)}`, "        upstream: direct  # or another source"]),
    ...(except === "" ? [] : ["    verify:", `      except: ${JSON.stringify(except)}`]),
  ];
  const lines = comments.map((line) => `# ${line}`);
  return { variables, routes, except, text: `${[...lines, ...assignments(variables, form)].join("\n")}\n` };
}

function assignments(variables: Readonly<Record<string, string>>, form: ClientForm): string[] {
  const entries = Object.entries(variables);
  switch (form) {
    case "shell":
      return entries.map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'`);
    case "docker":
      return entries.map(([name, value]) => `ENV ${name}=${JSON.stringify(value).replaceAll("$", String.raw`\$`)}`);
    case "gitlab":
      return ["variables:", ...entries.map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)];
    case "github":
      return ["env:", ...entries.map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)];
  }
}
