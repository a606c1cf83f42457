import * as vendor from "../../../gomod/vendor.ts";
import { moduleLine, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

const goMod = "module example.com/app\n\ngo 1.24.0\n\nrequire rsc.io/quote v1.5.2\n";
const files = {
  "go.mod": goMod,
  "vendor/modules.txt": "# rsc.io/quote v1.5.2\n## explicit\nrsc.io/quote\n",
  "vendor/rsc.io/quote/quote.go": "package quote\n",
};

export const rule: Rule = defineRule({
  id: "vendor/package-nobody-names",
  title: "a package lies in vendor/ that vendor/modules.txt does not name",
  severity: "warning",
  why: "It was put there by hand, or left by an older go mod vendor: the next one deletes it, with whatever was changed in it.",
  source: "https://go.dev/ref/mod#go-mod-vendor",
  examples: {
    bad: { ...files, "vendor/rsc.io/old/old.go": "package old\n" },
    good: files,
    silent: {
      "files beside a package": { ...files, "vendor/rsc.io/quote/testdata/x.go": "package x\n" },
      "no Go": { ...files, "vendor/rsc.io/LICENSE": "" },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { module } = written;
      const folder = module.dir === "." ? "vendor" : `${module.dir}/vendor`;
      const text = module.hasVendor ? facts.text(`${folder}/modules.txt`) : undefined;
      if (text === undefined) continue;
      const named = new Set(vendor.parse(text).modules.flatMap((each) => each.packages));
      const extra = facts.files.find((file) => {
        if (!file.startsWith(`${folder}/`) || !file.endsWith(".go")) return false;
        const path = file.slice(folder.length + 1, file.lastIndexOf("/"));
        return path !== "" && !named.has(path) && !/(^|\/)(testdata|_[^/]*|\.[^/]*)(\/|$)/.test(path);
      });
      if (extra === undefined) continue;
      yield {
        ...moduleLine(written),
        message: `${extra} belongs to no package of ${folder}/modules.txt: go mod vendor would delete it`,
      };
    }
  },
});
