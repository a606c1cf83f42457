import * as vendor from "../../../gomod/vendor.ts";
import { moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = "module example.com/app\n\ngo 1.24.0\n\nrequire rsc.io/quote v1.5.2\n";
const modules = "# rsc.io/quote v1.5.2\n## explicit\nrsc.io/quote\n";

export const rule: Rule = defineRule({
  id: "vendor/package-missing",
  title: "a package is in vendor/modules.txt and not in vendor/",
  severity: "error",
  why: "cannot find package in vendor: somebody's .gitignore or a tool that cleans up took the folder (names like bin, build or out are the usual ones).",
  source: "https://go.dev/ref/mod#go-mod-vendor",
  examples: {
    bad: { "go.mod": goMod, "vendor/modules.txt": modules },
    good: { "go.mod": goMod, "vendor/modules.txt": modules, "vendor/rsc.io/quote/quote.go": "package quote\n" },
    silent: {
      "no package of the module is used": {
        "go.mod": goMod,
        "vendor/modules.txt": "# rsc.io/quote v1.5.2\n## explicit\n",
      },
      "only assembly": { "go.mod": goMod, "vendor/modules.txt": modules, "vendor/rsc.io/quote/q_amd64.s": "" },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { module } = written;
      const folder = module.dir === "." ? "vendor" : `${module.dir}/vendor`;
      const text = module.hasVendor ? facts.text(`${folder}/modules.txt`) : undefined;
      if (text === undefined) continue;
      const packages = vendor.parse(text).modules.flatMap((each) => each.packages);
      const there = new Set(
        facts.files.filter((file) => file.startsWith(`${folder}/`)).map((file) => file.slice(0, file.lastIndexOf("/"))),
      );
      const missing = packages.filter((path) => !there.has(`${folder}/${path}`));
      const [first] = missing;
      if (first === undefined) continue;
      yield {
        ...moduleLine(written),
        message: `${folder}/${first} is not there${missing.length > 1 ? `, nor are ${missing.length - 1} more packages` : ""}: go mod vendor, and see what ignores it (git check-ignore -v ${folder}/${first})`,
        evidence: [{ file: `${folder}/modules.txt`, line: text.split("\n").indexOf(first) + 1, text: first }],
      };
    }
  },
});
