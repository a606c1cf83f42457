import { resolve } from "node:path";
import { Command } from "commander";
import { InitError, writeFiles } from "../../build/init/projectFiles.ts";
import { ModuleError } from "../../gomod/error.ts";
import { checkPath } from "../../gomod/module.ts";
import { GoProjectError } from "../../repo/goProjectError.ts";
import { type Migration, planMigration } from "../../repo/migrate/planMigration.ts";
import { readProjectTree } from "../../repo/projectTree.ts";
import { unifiedDiff } from "../../repo/unifiedDiff.ts";
import { CommandError, exitCode } from "../exitCode.ts";

const examples = `
Examples:
  fairlead vanity migrate github.com/company/shop company.example/shop ~/src/shop
  fairlead vanity migrate --write github.com/company/shop company.example/shop ~/src/shop ~/src/web

Without --write it only shows what it would change, as a diff. Changed are module, require, replace,
exclude and tool lines of go.mod and go.work files, and imports (by Go's own tokens: no string, no
comment), of the module and of what lies below its path. vendor/ and go.sum are the go command's.
Other places that name the old path are listed: ldflags, go:linkname, protobuf options, CI.

The rules that answer for an import path: gateway.vanity in fairlead.yaml, docs/vanity.md.

Exit status: 0 done or shown, 2 wrong usage, 3 a file can't be read or written.`;

export function command(): Command {
  const vanity = new Command("fairlead vanity").description("Import paths of one's own.");
  vanity
    .command("migrate")
    .description("Move a module's path, in its own repository and in those that import it")
    .argument("<old>", "the module's path now")
    .argument("<new>", "the path that it is to have")
    .argument("<folder...>", "work trees to change")
    .option("--write", "write the changes (else they are only shown)")
    .addHelpText("after", examples)
    .action(async (from: string, to: string, folders: string[], { write }: { write?: boolean }) => {
      for (const path of [from, to]) checkModulePath(path);
      await migrate(from, to, folders, write === true);
    });
  return vanity.addHelpText("after", examples);
}

function checkModulePath(path: string): void {
  try {
    checkPath(path);
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    throw new CommandError(error.message, exitCode.usage, { cause: error });
  }
}

async function migrate(from: string, to: string, folders: readonly string[], write: boolean): Promise<void> {
  let changed = 0;
  const mentions: string[] = [];
  for (const folder of folders) {
    const root = resolve(folder);
    const { files, mentions: here, skipped } = await plan(root, from, to);
    for (const line of skipped) console.error(`fairlead vanity: left out: ${folder}: ${line}`);
    mentions.push(...here.map((place) => `${folder}/${place}`));
    for (const { path, before, text } of files) process.stdout.write(unifiedDiff(path, before, text));
    changed += files.length;
    if (write) await orOutside(() => writeFiles(root, files));
  }
  console.error(`${changed} files ${write ? "changed" : "would change; --write changes them"}`);
  if (mentions.length > 0) console.error(`still named, and not changed here:\n  ${mentions.join("\n  ")}`);
  if (write && changed > 0)
    console.error(
      "now: go mod tidy in each module (go.sum), go mod vendor where there is a vendor folder, and a new tag",
    );
}

async function plan(root: string, from: string, to: string): Promise<Migration> {
  return orOutside(async () => planMigration(await readProjectTree(root), from, to));
}

async function orOutside<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof GoProjectError || error instanceof InitError)
      throw new CommandError(error.message, exitCode.outside, { cause: error });
    throw error;
  }
}
