import { compare } from "../../../gomod/gover.ts";
import { placeOf, writtenModules } from "../../goModules.ts";
import { defineRule, type Rule } from "../../rule.ts";

export const rule: Rule = defineRule({
  id: "mod/go-line-names-no-release",
  title: "the go line names a language version, of which there is no toolchain",
  severity: "advice",
  why: "An older Go that must fetch it asks for go1.22, which was never released (the first was go1.22.0): go: download go1.22 for linux/amd64: toolchain not available.",
  source: "https://go.dev/doc/toolchain#version; golang/go#62278",
  examples: {
    bad: { "go.mod": "module example.com/app\n\ngo 1.22\n" },
    good: { "go.mod": "module example.com/app\n\ngo 1.22.0\n" },
    fixed: { "go.mod": "module example.com/app\n\ngo 1.22.0\n" },
    silent: {
      "who knows of toolchains is not older than 1.21": { "go.mod": "module example.com/app\n\ngo 1.21\n" },
      "before 1.21 releases began without .0": { "go.mod": "module example.com/app\n\ngo 1.20\n" },
      "a toolchain line names a release": { "go.mod": "module example.com/app\n\ngo 1.22\n\ntoolchain go1.22.5\n" },
      "a release candidate": { "go.mod": "module example.com/app\n\ngo 1.24rc1\n" },
    },
  },
  *check(facts) {
    for (const written of writtenModules(facts)) {
      const { parsed, file, text } = written;
      const version = parsed.go?.version ?? "";
      if (
        parsed.go === undefined ||
        !/^\d+\.\d+$/.test(version) ||
        compare(version, "1.22") < 0 ||
        parsed.toolchain !== undefined
      )
        continue;
      const place = placeOf(written, parsed.go.syntax);
      const at = text.indexOf(version, place.start) + version.length;
      yield {
        ...place,
        message: `go ${version} is a language, not a release: go ${version}.0 is one`,
        fix: { safe: true, title: `go ${version}.0`, edits: [{ file, start: at, end: at, text: ".0" }] },
      };
    }
  },
});
