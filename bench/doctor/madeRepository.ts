import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Of kubernetes' order: packages, files of each, and about how many lines a file has. */
export const size = { packages: 1500, files: 10, functions: 12 } as const;

/** A module of many packages that import the standard library and each other: what `go list` reads without a download. */
export function makeRepository(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "go.mod"), "module example.com/large\n\ngo 1.24.0\n");
  writeFileSync(
    join(folder, "Dockerfile"),
    'FROM golang:1.24-bookworm AS build\nWORKDIR /src\nCOPY . .\nRUN CGO_ENABLED=0 go build -o /out/app ./cmd/app\n\nFROM scratch\nCOPY --from=build /out/app /app\nUSER 65532\nENTRYPOINT ["/app"]\n',
  );
  writeFileSync(join(folder, ".dockerignore"), ".git\n");
  mkdirSync(join(folder, "cmd/app"), { recursive: true });
  writeFileSync(
    join(folder, "cmd/app/main.go"),
    `package main\n\nimport "example.com/large/${folderOf(size.packages - 1)}"\n\nfunc main() { println(${nameOf(size.packages - 1)}.F0_0(1)) }\n`,
  );
  for (let index = 0; index < size.packages; index++) {
    const at = join(folder, folderOf(index));
    mkdirSync(at, { recursive: true });
    for (let file = 0; file < size.files; file++) writeFileSync(join(at, `file${file}.go`), source(index, file));
  }
}

function nameOf(index: number): string {
  return `part${index}`;
}

function folderOf(index: number): string {
  return `internal/group${index % 40}/${nameOf(index)}`;
}

function source(index: number, file: number): string {
  const imports = ["fmt", "os", "strings", "sort", "net/http"].slice(0, 2 + ((index + file) % 4));
  const below = index > 0 && file === 0 ? [(index * 7) % index, index - 1] : [];
  const own = [...new Set(below)].map((each) => `\t"example.com/large/${folderOf(each)}"\n`).join("");
  const uses = [...new Set(below)].map((each) => `\t_ = ${nameOf(each)}.F0_0\n`).join("");
  const std: Readonly<Record<string, string>> = {
    fmt: "\t_ = fmt.Sprint\n",
    os: '\t_ = os.Getenv("PART_SETTING")\n',
    strings: "\t_ = strings.ToLower\n",
    sort: "\t_ = sort.Strings\n",
    "net/http": "\t_ = http.StatusOK\n",
  };
  const functions = Array.from({ length: size.functions }, (_, number) => {
    return `// F${file}_${number} adds what it is called with to a number of its own.\nfunc F${file}_${number}(value int) int {\n\tif value > ${number} {\n\t\treturn value - ${number}\n\t}\n\tfor i := 0; i < value; i++ {\n\t\tvalue += i * ${file + 1}\n\t}\n\treturn value + ${number}\n}\n`;
  });
  return `package ${nameOf(index)}\n\nimport (\n${imports.map((each) => `\t"${each}"\n`).join("")}${own === "" ? "" : `\n${own}`})\n\nfunc init() {\n${imports.map((each) => std[each] ?? "").join("")}${uses}}\n\n${functions.join("\n")}`;
}
