// What the image commands print on a narrow terminal and on a wide one, in colour and without: the same words, and no line that
// could have been broken goes over the edge.
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tryCommand } from "../harness/command.ts";
import { TempDir } from "../harness/tempDir.ts";
import { saveImages } from "./savedImage.ts";

const launcher = resolve(import.meta.dirname, "../../bin/fairlead");
const scope = new AsyncDisposableStack();
let folder: TempDir;

beforeAll(async () => {
  folder = scope.use(await TempDir.create("terminal"));
  const program = await readFile("/bin/ls");
  for (const name of ["a", "b"]) {
    const layers = [
      [
        { name: "usr/share/service/data.bin", content: Buffer.alloc(300_000, name) },
        { name: "app", content: program },
        { name: "var/cache/x", content: Buffer.alloc(500_000) },
      ],
      [
        { name: "var/cache/.wh.x", content: "" },
        { name: "etc/passwd", content: `a:x:1:1::/:/x\n${name}` },
      ],
    ];
    const config = { Entrypoint: ["/app", "--config=/etc/service-with-a-long-name/config.yaml", "--listen=:8080"] };
    const history = [
      "RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates curl gnupg && rm -rf /var/lib/apt/lists/*",
      "COPY --from=build /out/app /app # buildkit",
    ];
    await writeFile(folder.join(`${name}.tar`), saveImages([{ tag: "app:1", layers, config, history }]));
  }
});
afterAll(() => scope.disposeAsync());

/** As a person sees it: on a terminal of that width. */
async function shown(command: string, columns: number, colour: boolean): Promise<string> {
  const line = `stty cols ${columns} rows 50; ${colour ? "" : "NO_COLOR=1 "}${launcher} image ${command}`;
  const ran = await tryCommand(["script", "--quiet", "--command", line, "/dev/null"], { cwd: folder.path });
  // What is overwritten in place is progress.
  return ran.stdout.replaceAll("\r\n", "\n").replaceAll("\u001b[K", "").replaceAll(/^.*\r/gm, "");
}

const commands = [
  "why ./a.tar",
  "inspect ./a.tar",
  "layers ./a.tar",
  "files ./a.tar",
  "diff ./a.tar ./b.tar",
  "debug ./a.tar",
];

test.each(commands)("%s", { timeout: 60_000 }, async (command) => {
  const [narrow, wide, plain] = await Promise.all([
    shown(command, 80, true),
    shown(command, 200, true),
    shown(command, 80, false),
  ]);
  expect(narrow).not.toBe("");
  expect(plain).toBe(stripVTControlCharacters(plain));
  expect(plain).toBe(stripVTControlCharacters(narrow));
  for (const [text, columns] of [
    [narrow, 80],
    [wide, 200],
  ] as const)
    for (const line of stripVTControlCharacters(text).split("\n")) {
      // A digest or a command to be copied is one word; it stays whole behind its label.
      const longest = Math.max(...line.split(" ").map((word) => word.length));
      const isCommand = line.startsWith("    ");
      if (!isCommand) expect(line.length, line).toBeLessThanOrEqual(Math.max(columns, longest + 16));
    }
});
