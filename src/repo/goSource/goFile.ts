import { type BuildContext, fileNameFits } from "../../gomod/source/buildContext.ts";
import { constraintHolds } from "../../gomod/source/constraint.ts";
import { readSourceFile, type SourceFile } from "../../gomod/source/sourceFile.ts";
import { stringValue, type Token, tokens as tokensOf } from "../../gomod/source/tokens.ts";
import { type BaseNeed, baseNeeds } from "./baseNeeds.ts";
import { callsOf } from "./calls.ts";
import { type Constants, readConstants } from "./constants.ts";
import { environmentOf } from "./environment.ts";
import { type Listen, listensOf } from "./listens.ts";
import { openedFiles } from "./openedFiles.ts";
import { once } from "../once.ts";
import { mentionsNoCgo } from "./noCgo.ts";

/** What one Go file says about the program it is part of. */
export interface GoFile {
  readonly header: SourceFile;
  readonly isTest: boolean;
  /** `func main()` stands at its top level. */
  readonly hasMain: boolean;
  /** Its patterns of `//go:embed`. */
  readonly embeds: readonly string[];
  readonly listens: readonly (Listen & { readonly line: number })[];
  /** It calls what serves a network: `ListenAndServe`, `Serve`, `Listen`. */
  readonly serves: boolean;
  /** Environment variables it reads. */
  readonly environment: readonly string[];
  /** Paths it opens, relative to where the program is started. */
  readonly opens: readonly string[];
  /** What it needs of the image around it. */
  readonly baseNeeds: readonly (BaseNeed & { readonly line: number })[];
  /** Paths of health checks among its strings: `/healthz`. */
  readonly healthPaths: readonly string[];
  /** Variables of type string at top level that are there to be set by the linker: `version`. */
  readonly linkVariables: readonly string[];
}

/**
 * undefined where the text isn't Go. Of most files of a large repository nobody asks more than the header: what is further down
 * is read when somebody does.
 */
export function readGoFile(name: string, text: string): GoFile | undefined {
  const header = readSourceFile(new TextEncoder().encode(text));
  if (header.packageName === undefined) return undefined;
  const body = once(() => readBody(text));
  return {
    header,
    isTest: name.endsWith("_test.go"),
    get hasMain() {
      return header.packageName === "main" && body().hasMain;
    },
    // Go embeds no file of such a name (module.CheckFilePath), and it would end a line wherever it is written or shown.
    embeds: header.embeds.map(({ pattern }) => pattern).filter((pattern) => !/\p{Cc}/u.test(pattern)),
    get listens() {
      return body().listens;
    },
    get serves() {
      return body().serves;
    },
    get environment() {
      return body().environment;
    },
    get opens() {
      return body().opens;
    },
    get baseNeeds() {
      return body().baseNeeds;
    },
    get healthPaths() {
      return body().healthPaths;
    },
    get linkVariables() {
      return body().linkVariables;
    },
  };
}

type Body = Omit<GoFile, "header" | "isTest" | "embeds">;

const silent: Body = {
  hasMain: false,
  listens: [],
  serves: false,
  environment: [],
  opens: [],
  baseNeeds: [],
  healthPaths: [],
  linkVariables: [],
};

/** A word of each thing that is looked for below: without any, a file is not taken apart. */
const telling =
  /\bfunc main\b|Listen|Serve|Server\b|\bRun(TLS)?\b|\bStart(TLS)?\b|\bOr\b|env|Env|ENV|Flag|Default|(String|Int|Uint|Uint16|Int32|Int64)(Var)?P?\b|\bDir(FS)?\b|LoadHTML|\bOpen\b|Parse(Files|Glob)|Read(Dir|File)|Static|\b(Get|Head|Post|PostForm|LoadLocation)\b|health|livez|readyz|ping|[vV]ersion|[rR]evision|ommit/;

function readBody(text: string): Body {
  if (!telling.test(text)) return silent;
  const bytes = new TextEncoder().encode(text);
  const tokens = [...tokensOf(bytes)].filter(({ kind }) => kind !== "comment");
  const constants: Constants = readConstants(tokens);
  return {
    hasMain: declaresMain(tokens),
    listens: listensOf(tokens, constants).map((listen) => ({ ...listen, line: lineOf(bytes, listen.start) })),
    serves: callsOf(tokens, (name) => servers.has(name)).length > 0,
    environment: environmentOf(tokens, constants),
    opens: openedFiles(tokens, constants),
    baseNeeds: baseNeeds(tokens, constants).map((need) => ({ ...need, line: lineOf(bytes, need.start) })),
    healthPaths: healthPaths(tokens),
    linkVariables: linkVariables(tokens),
  };
}

/** Whether a build for these tags reads the file. */
export function isBuilt(name: string, file: SourceFile, context: BuildContext): boolean {
  if (/^[_.]/.test(name) || name.endsWith("_test.go") || !fileNameFits(name, context)) return false;
  if ((!context.cgo && file.usesCgo) || file.constraintFault !== undefined) return false;
  return file.constraint === undefined || constraintHolds(file.constraint, context);
}

/** Whether the file is there for builds without cgo. */
export function replacesCgo({ constraint }: SourceFile): boolean {
  return constraint !== undefined && mentionsNoCgo(constraint);
}

const servers: ReadonlySet<string> = new Set(["Listen", "ListenAndServe", "ListenAndServeTLS", "Serve", "ServeTLS"]);

function declaresMain(tokens: readonly Token[]): boolean {
  return atTopLevel(tokens).some(
    (token, index, top) => token.text === "func" && top[index + 1]?.text === "main" && top[index + 2]?.text === "(",
  );
}

/** The tokens outside of all braces. */
function atTopLevel(tokens: readonly Token[]): readonly Token[] {
  let depth = 0;
  return tokens.filter(({ kind, text }) => {
    if (kind !== "operator") return depth === 0;
    if (text === "{") depth++;
    if (text === "}") depth--;
    return depth === 0;
  });
}

const linkNames: ReadonlySet<string> = new Set([
  "version",
  "Version",
  "revision",
  "Revision",
  "commit",
  "Commit",
  "gitCommit",
]);

/** `var version = "dev"`, `var commit string`, alone or in a group: what -X can set (https://pkg.go.dev/cmd/link). */
function linkVariables(tokens: readonly Token[]): readonly string[] {
  const top = atTopLevel(tokens);
  const isString = (index: number): boolean => {
    const [after, value] = [top[index + 1], top[index + 2]];
    return after?.text === "string" || (after?.text === "=" && value?.kind === "string");
  };
  let inGroup = false;
  const found: string[] = [];
  for (const [index, { text }] of top.entries()) {
    const before = top[index - 1]?.text;
    if (text === "(" && before === "var") inGroup = true;
    else if (["func", "const", "type", "import", "var"].includes(text)) inGroup = false;
    if (linkNames.has(text) && (before === "var" || inGroup) && isString(index)) found.push(text);
  }
  return found;
}

const healthPath =
  /^(?:[A-Z]+ )?(\/(?:api\/|-\/)?(?:healthz?|livez|readyz|health\/(?:live|ready)|healthy|ping|healthcheck))$/;

function healthPaths(tokens: readonly Token[]): readonly string[] {
  const found = tokens.map(({ kind, text }) =>
    kind === "string" ? healthPath.exec(stringValue(text))?.[1] : undefined,
  );
  return [...new Set(found.filter((path) => path !== undefined))];
}

function lineOf(bytes: Uint8Array, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < offset; at = bytes.indexOf(0x0a, at + 1)) line++;
  return line;
}
