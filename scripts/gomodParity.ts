// Writes docs/gomod/parity.md: every exported function of golang.org/x/mod beside ours, or why there is none.
// `node scripts/gomodParity.ts`; needs Go, for the source of x/mod that test/oracle/go.mod names.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as gomod from "../src/gomod/index.ts";

/** Go's packages, and our namespaces. */
const packages: readonly (readonly [folder: string, namespace: string])[] = [
  ["semver", "semver"],
  ["module", "module"],
  ["modfile", "modfile"],
  ["zip", "zip"],
  ["sumdb/dirhash", "dirhash"],
  ["sumdb/note", "note"],
  ["sumdb/tlog", "tlog"],
  ["sumdb", "sumdb"],
  ["sumdb/storage", "sumdb"],
];

/** Where a function has another place, in Go's words: `package.Function` or `package.Type.Method`. */
const elsewhere: Readonly<Record<string, string>> = {
  "module.PseudoVersion": "pseudo.pseudoVersion",
  "module.ZeroPseudoVersion": "pseudo.zeroPseudoVersion",
  "module.IsPseudoVersion": "pseudo.isPseudoVersion",
  "module.IsZeroPseudoVersion": "pseudo.isZeroPseudoVersion",
  "module.PseudoVersionTime": "pseudo.pseudoVersionTime",
  "module.PseudoVersionRev": "pseudo.pseudoVersionRev",
  "module.PseudoVersionBase": "pseudo.pseudoVersionBase",
  "module.VersionError": "mvs.ModuleVersionError",
  "modfile.ErrorList.Error": "modfile.ErrorList",
  "modfile.Error.Error": "modfile.formatError",
  "dirhash.HashZip": "zip.hashZip",
  "tlog.Tile.Path": "tlog.tilePath",
  "tlog.Hash.String": "tlog.formatHash",
  "tlog.Hash.MarshalJSON": "tlog.formatHash",
  "tlog.Hash.UnmarshalJSON": "tlog.parseHash",
  "sumdb.NewClient": "sumdb.Client",
  "sumdb.Client.SetTileHeight": "sumdb.Client",
  "sumdb.Client.SetGONOSUMDB": "sumdb.Client",
  "sumdb.Client.Lookup": "sumdb.Client",
  "sumdb.NewServer": "sumdb.serve",
  "sumdb.Server.ServeHTTP": "sumdb.serve",
  "sumdb.NewTestServer": "sumdb.TestServer",
  "sumdb.TestServer.Signed": "sumdb.TestServer",
  "sumdb.TestServer.ReadRecords": "sumdb.TestServer",
  "sumdb.TestServer.Lookup": "sumdb.TestServer",
  "sumdb.TestServer.ReadTileData": "sumdb.TestServer",
};

/** What we have not, and why. The first pattern that matches holds. */
const leftOut: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/\.(?:Error|Unwrap)$/, "errors are a ModuleError with `code`, `message` and `cause`"],
  [/^semver\.ByVersion\./, "for Go's sort package; `semver.sort`"],
  [/^module\.Version\.String$/, "a template: `${path}@${version}`"],
  [/^modfile\.Comments\.Comment$/, "every node of the syntax tree has its `comments`"],
  [/^zip\.CheckedFiles\.Err$/, "`create` and `unzip` throw; who checks reads the lists"],
  [/^zip\.CreateFromVCS$/, "starts git; `zip.create` takes what a caller has listed"],
  [/^tlog\.HashReaderFunc\./, "a function is one already"],
  [/^storage\./, "an in-memory store for Go's own tests of a server"],
];

/** Go's exported functions, `package.Function` and `package.Type.Method`, of a folder with gofmt'd source. */
function exportedFunctions(source: string, folder: string): string[] {
  const packageName = folder.slice(folder.lastIndexOf("/") + 1);
  const files = readdirSync(join(source, folder)).filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"));
  const found = files.flatMap((name) => {
    const text = readFileSync(join(source, folder, name), "utf8");
    return [...text.matchAll(/^func (?:\((?:\w+ )?\*?([A-Z]\w*)\) )?([A-Z]\w*)[([]/gm)].map(([, type, name]) =>
      [packageName, type, name].filter((part) => part !== undefined).join("."),
    );
  });
  return found.toSorted();
}

/** Ours: `namespace.name`, where there is such a thing; else the reason why not. @throws Error where there is neither. */
function counterpart(name: string, namespace: string): string {
  const [last = ""] = name.split(".").slice(-1);
  const own = elsewhere[name] ?? `${namespace}.${last.charAt(0).toLowerCase()}${last.slice(1)}`;
  const [space = "", member = ""] = own.split(".");
  if (Reflect.has(Object(Reflect.get(gomod, space)), member)) return `\`${own}\``;
  const reason = leftOut.find(([pattern]) => pattern.test(name))?.[1];
  if (reason === undefined) throw new Error(`golang.org/x/mod has ${name}, and nothing here is ${own}`);
  return `– ${reason}`;
}

/** The document. @param source The folder of x/mod's source. */
export function parityDocument(source: string): string {
  const version = /@(v[^/]+)$/.exec(source)?.[1] ?? "";
  const sections = packages.map(([folder, namespace]) => {
    const rows = exportedFunctions(source, folder).map((name) => {
      const short = name.slice(name.indexOf(".") + 1);
      return `| \`${short}\` | ${counterpart(name, namespace)} |`;
    });
    return `## ${folder}\n\n| Go | here |\n|---|---|\n${rows.join("\n")}\n`;
  });
  const extra = Object.keys(gomod).filter((name) => /^[a-z]/.test(name) && !packages.some(([, own]) => own === name));
  return `# golang.org/x/mod and \`fairlead/gomod\`

Written by \`node scripts/gomodParity.ts\` from golang.org/x/mod ${version}: each of its exported functions and methods, and where
it is here. A test fails where one is missing without a reason. Types have their Go names, and constants theirs in
TypeScript's case.

Beyond x/mod, out of the go command's own packages: ${extra.map((name) => `\`${name}\``).join(", ")}.

${sections.join("\n")}`;
}

if (import.meta.main) {
  const oracle = new URL("../test/oracle/", import.meta.url);
  const args = ["list", "-m", "-f", "{{.Dir}}", "golang.org/x/mod"];
  const source = execFileSync("go", args, { cwd: oracle, encoding: "utf8", env: { ...process.env, GOFLAGS: "" } });
  const file = new URL("../docs/gomod/parity.md", import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, parityDocument(source.trim()));
}
