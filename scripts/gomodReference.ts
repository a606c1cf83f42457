// The pages of docs/gomod/: what `fairlead/gomod` exports, each with its declaration, its comment and where its rules come
// from. Made of what TypeScript emits as declarations, which keeps the comments, and of the comments that open the files.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const sources = new URL("../src/gomod/", import.meta.url).pathname;

/** The pages by file name: README.md, and one for each namespace. */
export function gomodReference(): ReadonlyMap<string, string> {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-declarations-"));
  try {
    emitDeclarations(folder);
    const index = readFileSync(join(folder, "index.d.ts"), "utf8");
    const namespaces = [...index.matchAll(/^export \* as (\w+) from "\.\/([\w/]+)\.ts";$/gm)];
    const counterparts = readCounterparts();
    const pages = namespaces.map(([, name = "", file = ""]) => {
      const entries = exportsOf(folder, file);
      return { name, about: opening(file), entries, text: page(name, opening(file), entries, counterparts) };
    });
    const rows = pages.map(({ name, about, entries }) => {
      return `| [\`${name}\`](${name}.md) | ${oneLine(about)} | ${entries.length} |`;
    });
    const readme = `# fairlead/gomod

Go's module semantics in TypeScript, pure and with no dependency: hashing, inflating and reading are passed in.
\`import { semver, modfile, source } from "fairlead/gomod"\`; what it throws for input that breaks a rule is one
\`ModuleError\` with a \`code\`. [examples.md](examples.md) shows it at work, [parity.md](parity.md) has every function of
golang.org/x/mod beside ours.

These pages are made from the sources' comments by \`make generate\`.

| namespace | what it is | exports |
|---|---|---:|
${rows.join("\n")}
`;
    return new Map([["README.md", readme], ...pages.map(({ name, text }) => [`${name}.md`, text] as const)]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function emitDeclarations(folder: string): void {
  const tsc = new URL("../node_modules/typescript/bin/tsc", import.meta.url).pathname;
  const options =
    "--ignoreConfig --declaration --emitDeclarationOnly --noCheck --isolatedDeclarations --allowImportingTsExtensions " +
    "--target es2024 --lib es2024,esnext.disposable --module nodenext --types node";
  const args = [tsc, join(sources, "index.ts"), ...options.split(" "), "--rootDir", sources, "--outDir", folder];
  execFileSync(process.execPath, args, { stdio: "inherit" });
}

/** The comment that opens a source file. */
function opening(file: string): string {
  const text = readFileSync(join(sources, `${file}.ts`), "utf8");
  return uncomment(/^\/\*\*.*?\*\//s.exec(text)?.[0] ?? "");
}

interface Entry {
  readonly name: string;
  /** Without its extension, below src/gomod. */
  readonly file: string;
  readonly declaration: string;
  readonly comment: string;
}

/** All exports of a file, those that it hands on included, by name. */
function exportsOf(folder: string, file: string): readonly Entry[] {
  const text = readFileSync(join(folder, `${file}.d.ts`), "utf8");
  const own = declarationsOf(text).map((each) => ({ ...each, file }));
  const handedOn = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)\.ts";$/gm)].flatMap(
    ([, names = "", from = ""]) => {
      const target = join(dirname(file), from);
      const there = exportsOf(folder, target);
      return words(names).map((name) => {
        const found = there.find((each) => each.name === name);
        if (found === undefined) throw new Error(`${target}.ts does not export ${name}, which ${file}.ts hands on`);
        return found;
      });
    },
  );
  return [...own, ...handedOn];
}

/** `a, type B` */
function words(names: string): readonly string[] {
  return names
    .split(",")
    .map((name) => name.trim().replace(/^type /, ""))
    .filter((name) => name !== "");
}

const start = /^export (?:declare )?(?:abstract )?(?:function\*?|const|class|interface|type) (\w+)/;

/** The declarations of a file that TypeScript has written: each begins in the first column. */
function declarationsOf(text: string): readonly Omit<Entry, "file">[] {
  const found = new Map<string, Omit<Entry, "file">>();
  let comment = "";
  let statement = "";
  let name: string | undefined;
  for (const line of text.split("\n")) {
    if (name === undefined) {
      name = start.exec(line)?.[1];
      if (name === undefined) {
        comment = line.startsWith("/**") ? line : comment === "" ? "" : `${comment}\n${line}`;
        if (!/^(\/\*\*| \*)/.test(line)) comment = "";
        continue;
      }
    }
    statement += `${line}\n`;
    if (!isWhole(statement)) continue;
    const before = found.get(name);
    const declaration = before === undefined ? statement : before.declaration + statement;
    found.set(name, { name, declaration, comment: before?.comment ?? uncomment(comment) });
    [name, statement, comment] = [undefined, "", ""];
  }
  return [...found.values()];
}

/** Whether all brackets are closed, those in strings and comments not counted. */
function isWhole(statement: string): boolean {
  const code = statement.replaceAll(/"(?:[^"\\]|\\.)*"|\/\*.*?\*\/|\/\/[^\n]*/gs, "").replaceAll("=>", "");
  let depth = 0;
  for (const character of code) depth += "([{".includes(character) ? 1 : ")]}".includes(character) ? -1 : 0;
  // A type may go on behind a bracket with another `|`; its end is a semicolon.
  return depth === 0 && (code.startsWith("export type") ? /;\s*$/ : /[;}]\s*$/).test(code);
}

function uncomment(comment: string): string {
  return comment
    .replace(/^\/\*\*\s?/, "")
    .replace(/\s*\*\/$/, "")
    .split("\n")
    .map((line) => line.replace(/^ \* ?/, "").trimEnd())
    .join("\n")
    .replaceAll(/\{@link ([\w.#]+)\}/g, "`$1`")
    .trim();
}

function oneLine(text: string): string {
  const [first = ""] = text.split("\n\n");
  const sentence = /^.*?[.:](?=\s|$)/s.exec(first)?.[0] ?? first;
  return sentence.replaceAll("\n", " ").replace(/:$/, "").replaceAll("|", "\\|");
}

/** Ours beside Go's, out of docs/gomod/parity.md: `semver.isValid` → `semver.IsValid`. */
function readCounterparts(): ReadonlyMap<string, string> {
  const text = readFileSync(new URL("../docs/gomod/parity.md", import.meta.url), "utf8");
  const found = new Map<string, string>();
  let section = "";
  for (const line of text.split("\n")) {
    section = /^## (.*)$/.exec(line)?.[1] ?? section;
    const [, go, ours] = /^\| `([^`]+)` \| `([^`]+)` \|$/.exec(line) ?? [];
    if (go === undefined || ours === undefined) continue;
    const before = found.get(ours);
    const name = `\`${go}\` of golang.org/x/mod/${section}`;
    found.set(ours, before === undefined ? name : `${before}, ${name}`);
  }
  return found;
}

function page(
  name: string,
  about: string,
  entries: readonly Entry[],
  counterparts: ReadonlyMap<string, string>,
): string {
  const byFile = Map.groupBy(entries, ({ file }) => file);
  const sections = [...byFile].map(([file, entries]) => {
    const about = file === name ? "" : opening(file);
    const intro = about === "" ? "" : `${about}\n\n`;
    const described = entries.map((entry) => {
      const go = counterparts.get(`${name}.${entry.name}`);
      const origin = go === undefined ? "" : `In Go: ${go}.\n\n`;
      if (
        /^export declare function/m.test(entry.declaration) &&
        !namesGo.test(origin + entry.comment + (about || opening(name)))
      ) {
        throw new Error(
          `${name}.${entry.name}: its comment, or the one that opens ${file}.ts, must name what it is in Go`,
        );
      }
      const comment = entry.comment === "" ? "" : `${tagged(entry.comment)}\n\n`;
      return `### ${entry.name}\n\n${comment}${origin}\`\`\`ts\n${entry.declaration.trimEnd()}\n\`\`\`\n`;
    });
    return `## ${file}.ts\n\n${intro}${described.join("\n")}`;
  });
  const made = `<!-- Made from the sources by \`make generate\`. -->`;
  return `${made}\n\n# ${name}\n\n${about}\n\n${sections.join("\n")}`;
}

/** A name of Go's own code, or that there is none. */
const namesGo =
  /In Go:|\bGo has (none|`)|\b(cmd|internal|debug|archive)\/\w|golang\.org\/x\/|\bgo\/(build|token|parser|scanner)|strconv\.|\bpath\.\w|cmd\/go/;

/** `@param x …` and `@throws …` as a list. */
function tagged(comment: string): string {
  return comment.replaceAll(
    /(^|\n)@(param|throws|returns) /g,
    (_, before: string, tag: string) => `${before}- *${tag}* `,
  );
}
