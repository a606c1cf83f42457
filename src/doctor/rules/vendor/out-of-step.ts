import * as vendor from "../../../gomod/vendor.ts";
import { moduleLine, placeOf, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = "module example.com/app\n\ngo 1.24.0\n\nrequire rsc.io/quote v1.5.2\n";
const modules = (version: string): string => `# rsc.io/quote ${version}\n## explicit\nrsc.io/quote\n`;

export const rule: Rule = defineRule({
  id: "vendor/out-of-step",
  title: "vendor/modules.txt does not fit go.mod",
  severity: "error",
  why: "The go command refuses to build: go: inconsistent vendoring. Somebody changed go.mod and did not run go mod vendor.",
  source: "https://go.dev/ref/mod#vendoring; cmd/go/internal/modload/vendor.go",
  examples: {
    bad: {
      "go.mod": goMod,
      "vendor/modules.txt": modules("v1.5.1"),
      "vendor/rsc.io/quote/quote.go": "package quote\n",
    },
    good: {
      "go.mod": goMod,
      "vendor/modules.txt": modules("v1.5.2"),
      "vendor/rsc.io/quote/quote.go": "package quote\n",
    },
    silent: {
      "nothing is vendored": { "go.mod": goMod },
      "another tool's folder": { "go.mod": goMod, "vendor/jquery.js": "" },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { module, parsed, file } = written;
      const name = module.dir === "." ? "vendor/modules.txt" : `${module.dir}/vendor/modules.txt`;
      const text = module.hasVendor ? facts.text(name) : undefined;
      if (text === undefined || facts.go?.workspace?.use.includes(module.dir) === true) continue;
      const faults = vendor.checkConsistency(vendor.parse(text), { mains: [{ file: parsed, filename: file }] });
      const [first] = faults;
      if (first === undefined) continue;
      const line = parsed.require.find(({ mod }) => mod.path === first.mod.path)?.syntax;
      yield {
        ...(line === undefined ? moduleLine(written) : placeOf(written, line)),
        message: `${first.mod.path} ${first.mod.version} ${first.fault}${faults.length > 1 ? `, and ${faults.length - 1} more` : ""}: go mod vendor`,
        evidence: [
          {
            file: name,
            line: Math.max(1, text.split("\n").findIndex((each) => each.startsWith(`# ${first.mod.path} `)) + 1),
            text: `# ${first.mod.path}`,
          },
        ],
      };
    }
  },
});
