/** Where a program listens, as far as its source says it in constants. */
import { callsOf, compositesOf } from "./calls.ts";
import { type Constants, type ConstantValue, evaluate } from "./constants.ts";
import { environmentName } from "./environment.ts";
import { stringValue, type Token } from "../../gomod/source/tokens.ts";

/** How sure the source makes it: it listens there; it does unless a variable or a flag says otherwise. */
export type ListenEvidence = "listens" | "environment" | "flag";

export interface Listen {
  readonly port: number;
  /** Empty for every address; `127.0.0.1` can't be reached from outside a container. */
  readonly host: string;
  readonly evidence: ListenEvidence;
  readonly start: number;
}

/** net/http, and the frameworks whose servers have their own word for it (gin, echo, fiber, fasthttp). */
const listeners: ReadonlySet<string> = new Set([
  "Listen",
  "ListenAndServe",
  "ListenAndServeTLS",
  "ListenTLS",
  "Run",
  "RunTLS",
  "Start",
  "StartTLS",
]);

/** flag, pflag and cobra, viper, urfave/cli's functions: name, shorthand, default, usage. */
const flagFunction = /^(String|Int|Uint|Uint16|Int32|Int64)(Var)?(P)?$|^SetDefault$/;

/** A setting's name that is about an address of the program's own, and not about one it calls. */
const ownAddress = /(^|[-_.])(addr|address|port|listen|bind|http|grpc|server)([-_.]|$)/i;
const foreignAddress =
  /(^|[-_.])(db|database|postgres|pg|mysql|redis|mongo|kafka|nats|amqp|smtp|mail|upstream|remote|proxy|client|target|host|metrics|pprof|debug|admin|health)([-_.]|$)/i;

export function listensOf(tokens: readonly Token[], constants: Constants): readonly Listen[] {
  const found: Listen[] = [];
  const add = (value: ConstantValue | undefined, evidence: ListenEvidence, start: number, setting = ""): void => {
    const address = value === undefined ? undefined : parseAddress(value);
    if (address === undefined) return;
    // The default of a setting names a host where somebody else is called: --address=localhost:4150.
    const isCalled = evidence !== "listens" && !/^(0\.0\.0\.0|\[::\]|)$/.test(address.host);
    if (!isCalled || /listen|bind|http/i.test(setting)) found.push({ ...address, evidence, start });
  };
  for (const { name, args, start } of callsOf(tokens, (name) => listeners.has(name))) {
    const values = args.map((arg) => evaluate(arg, constants));
    const [first] = values;
    if (typeof first === "string" && first.includes(":")) add(first, "listens", start);
    // net.Listen(network, address)
    else if (name === "Listen" && typeof first === "string" && /^tcp[46]?$/.test(first))
      add(values[1], "listens", start);
  }
  for (const { fields, start } of compositesOf(tokens, (type) => type === "Server")) {
    add(evaluate(fields.get("Addr") ?? [], constants), "listens", start);
  }
  for (const { args, start } of callsOf(tokens, (name) => environmentName.test(name) || name === "Or")) {
    const variable = args.flat().find(({ kind }) => kind === "string");
    if (args.length < 2 || variable === undefined || !isOwnAddress(stringValue(variable.text))) continue;
    add(evaluate(args.at(-1) ?? [], constants), "environment", start, stringValue(variable.text));
  }
  for (const { name, args, start } of callsOf(tokens, (name) => flagFunction.test(name))) {
    const values = args.map((arg) => evaluate(arg, constants));
    const at = values.findIndex((value) => typeof value === "string");
    const setting = values[at];
    if (typeof setting !== "string" || !isOwnAddress(setting)) continue;
    add(values[at + (name.endsWith("P") ? 2 : 1)], "flag", start, setting);
  }
  // kingpin: Flag("web.listen-address", "usage").Default(":9090")
  for (const { args, start, end } of callsOf(tokens, (name) => name === "Flag")) {
    const setting = evaluate(args[0] ?? [], constants);
    if (typeof setting !== "string" || !isOwnAddress(setting)) continue;
    const [byDefault] = callsOf(tokens.slice(end, end + 12), (name) => name === "Default");
    add(evaluate(byDefault?.args[0] ?? [], constants), "flag", start, setting);
  }
  // urfave/cli: &cli.StringFlag{Name: "addr", Value: ":8080"}
  for (const { fields, start } of compositesOf(tokens, (type) => /^(String|Int|Uint)Flag$/.test(type))) {
    const setting = evaluate(fields.get("Name") ?? [], constants);
    if (typeof setting !== "string" || !isOwnAddress(setting)) continue;
    add(evaluate(fields.get("Value") ?? [], constants), "flag", start, setting);
  }
  for (const { kind, text, start } of tokens) {
    if (kind === "string" && text.startsWith("`")) add(taggedDefault(stringValue(text)), "environment", start);
  }
  return found;
}

function isOwnAddress(name: string): boolean {
  return ownAddress.test(name) && !foreignAddress.test(name);
}

/** `env:"PORT" envDefault:"8080"`, `envconfig:"PORT" default:"8080"`: the tags of the usual settings packages. */
function taggedDefault(tag: string): string | undefined {
  const variable = /\benv(?:config)?:"([^",]*)/.exec(tag)?.[1];
  if (variable === undefined || !isOwnAddress(variable)) return undefined;
  return /\b(?:envDefault|default|env-default):"([^"]*)"/.exec(tag)?.[1];
}

/** `:8080`, `0.0.0.0:8080`, `[::]:8080`, `8080`. Port 0 is any port, so none. */
function parseAddress(value: ConstantValue): { host: string; port: number } | undefined {
  const found = /^(?:(?<host>[\w.-]*|\[[\da-fA-F:.%]*\]):)?(?<port>\d{1,5})$/.exec(String(value));
  const port = Number(found?.groups?.["port"]);
  if (found === null || !(port >= 1 && port <= 65_535)) return undefined;
  return { host: found.groups?.["host"] ?? "", port };
}

/** Whether nothing outside the machine, or the container, reaches this address. */
export function isLoopbackHost(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}
