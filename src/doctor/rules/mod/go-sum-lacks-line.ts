import * as gosum from "../../../gomod/gosum.ts";
import { ModuleError } from "../../../gomod/error.ts";
import { placeOf, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod =
  "module example.com/app\n\ngo 1.24\n\nrequire (\n\trsc.io/quote v1.5.2\n\trsc.io/sampler v1.3.0 // indirect\n)\n";
const main = 'package main\n\nimport _ "rsc.io/quote"\n\nfunc main() {}\n';
const sum = "h1:3fEykkD9k7lYzXqCYrwGAf7iNhbk4yCjHmKBN9td4L0=";
const lines = ["rsc.io/quote v1.5.2 ", "rsc.io/quote v1.5.2/go.mod ", "rsc.io/sampler v1.3.0/go.mod "];
const goSum = (kept: readonly string[]): string => kept.map((line) => `${line}${sum}\n`).join("");

export const rule: Rule = defineRule({
  id: "mod/go-sum-lacks-line",
  title: "go.sum lacks a line that the build needs",
  severity: "error",
  why: "missing go.sum entry for module providing package …; it works where the go command may write go.sum, and not in CI or a build.",
  source: "https://go.dev/ref/mod#go-sum-files; cmd/go/internal/modload, keepSums",
  examples: {
    bad: { "go.mod": goMod, "main.go": main, "go.sum": goSum(lines.slice(1)) },
    good: { "go.mod": goMod, "main.go": main, "go.sum": goSum(lines) },
    silent: {
      "the workspace's file has it": {
        "go.work": "go 1.24\n\nuse .\n",
        "go.work.sum": goSum(lines.slice(0, 1)),
        "go.mod": goMod,
        "main.go": main,
        "go.sum": goSum(lines.slice(1)),
      },
      vendored: { "go.mod": goMod, "main.go": main, "go.sum": goSum(lines.slice(1)), "vendor/modules.txt": "" },
      "replaced by a folder": {
        "go.mod": `${goMod}\nreplace rsc.io/quote => ./quote\n`,
        "main.go": main,
        "go.sum": goSum(lines.slice(2)),
        "quote/go.mod": "module rsc.io/quote\n\ngo 1.24\n",
      },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { module, parsed, imports } = written;
      const name = module.dir === "." ? "go.sum" : `${module.dir}/go.sum`;
      const text = facts.text(name);
      // Of before Go 1.17 the go.mod file does not say which modules there are.
      if (text === undefined || module.hasVendor || Number(/^1\.(\d+)/.exec(module.go ?? "1.16")?.[1] ?? 16) < 17)
        continue;
      // Sums of a workspace may be in another module's file, or in go.work.sum, which is not read here.
      if (facts.go?.workspace?.use.includes(module.dir) === true) continue;
      const known = sumsOf(name, text);
      for (const { mod, indirect, syntax } of parsed.require) {
        const replaced = parsed.replace.find(
          ({ old }) => old.path === mod.path && (old.version === "" || old.version === mod.version),
        );
        if (replaced?.new.version === "") continue;
        const real = replaced?.new ?? mod;
        const isImported =
          !indirect && [...imports.keys()].some((path) => path === mod.path || path.startsWith(`${mod.path}/`));
        const lacking = [...(isImported ? [real.version] : []), `${real.version}/go.mod`].find(
          (version) => !known.has(gosum.keyOf({ path: real.path, version })),
        );
        if (lacking === undefined) continue;
        yield {
          ...placeOf(written, syntax),
          message: `${name} has no line for ${real.path} ${lacking}: go mod tidy, and commit both files`,
        };
      }
    }
  },
});

/** A damaged line is the go command's to tell of. */
function sumsOf(name: string, text: string): ReadonlySet<string> {
  try {
    return new Set([...gosum.parse(name, text, { skipMalformed: true }).values()].map(({ mod }) => gosum.keyOf(mod)));
  } catch (error) {
    if (error instanceof ModuleError) return new Set();
    throw error;
  }
}
