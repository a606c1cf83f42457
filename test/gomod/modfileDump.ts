import type * as modfile from "../../src/gomod/modfile.ts";
import { span } from "../../src/gomod/modfile.ts";

/** Files as the oracle tells them (modfile.go): lists of lists, to be compared. */

export function list({ line, column, byte }: modfile.Position): unknown {
  return [line, column, byte];
}

function comments({ before, suffix, after }: modfile.Comments): unknown {
  return [before, suffix, after].map((all) => all.map(({ start, token, suffix }) => [list(start), token, suffix]));
}

function spanOf(x: Parameters<typeof span>[0]): unknown {
  const { start, end } = span(x);
  return [list(start), list(end)];
}

function describeLine(line: modfile.Line): unknown {
  return [spanOf(line), line.token, line.inBlock, comments(line)];
}

export function describeSyntax(file: modfile.FileSyntax): unknown {
  const statements = file.stmt.map((x) => {
    switch (x.kind) {
      case "commentBlock":
        return [spanOf(x), comments(x)];
      case "line":
        return describeLine(x);
      case "lineBlock":
        return [
          spanOf(x),
          x.token,
          comments(x),
          spanOf(x.lparen),
          comments(x.lparen),
          x.line.map(describeLine),
          comments(x.rparen),
        ];
    }
  });
  return [spanOf(file), comments(file), statements];
}

export function describeFile(file: modfile.File | modfile.WorkFile): unknown {
  const said: Record<string, unknown> = {};
  const add = (name: string, lists: readonly unknown[]): void => {
    if (lists.length > 0) said[name] = lists;
  };
  if (file.go !== undefined) said["go"] = file.go.version;
  if (file.toolchain !== undefined) said["toolchain"] = file.toolchain.name;
  add(
    "godebug",
    file.godebug.map(({ key, value }) => [key, value]),
  );
  add(
    "replace",
    file.replace.map((each) => [each.old.path, each.old.version, each.new.path, each.new.version]),
  );
  if (file.kind === "work") {
    add(
      "use",
      file.use.map(({ path, modulePath }) => [path, modulePath]),
    );
    return said;
  }
  const { module } = file;
  if (module !== undefined) add("module", [[module.mod.path, module.mod.version, module.deprecated]]);
  add(
    "require",
    file.require.map(({ mod, indirect }) => [mod.path, mod.version, String(indirect)]),
  );
  add(
    "exclude",
    file.exclude.map(({ mod }) => [mod.path, mod.version]),
  );
  add(
    "retract",
    file.retract.map(({ low, high, rationale }) => [low, high, rationale]),
  );
  add(
    "tool",
    file.tool.map(({ path }) => [path]),
  );
  add(
    "ignore",
    file.ignore.map(({ path }) => [path]),
  );
  return said;
}
