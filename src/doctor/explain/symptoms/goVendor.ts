// vendor/ in place of the module cache.

import { found, ignored, lineOf, thing } from "../evidence.ts";
import { requirement } from "../goFacts.ts";
import { literally } from "../literally.ts";
import { type Case, type Symptom, defineSymptom } from "../symptom.ts";

/** vendor/modules.txt here says what go.mod says of the module. */
async function isVendored({ field, project }: Case): Promise<boolean> {
  const lines = await project.lines("vendor/modules.txt");
  return lines.includes(`# ${field("module")} ${field("version")}`);
}

export const goVendorSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/inconsistent-vendoring",
    title: "vendor/modules.txt and go.mod disagree",
    tools: "go 1.14 and newer",
    match: [
      {
        has: "inconsistent vendoring in",
        line: /inconsistent vendoring in (?<folder>[^\s:]+)/,
        next: /(?<module>[^\s@:]+)@(?<version>[^\s:]+): (?<why>.{1,200})/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: async (seen) => ((await isVendored(seen)) ? ignored(seen, "vendor") : undefined),
        happened:
          "The build is told to use vendor/, which is in the repository, and it never reached the build context.",
        fix: ({ field }) => `Let it through in ${field("ignore")}, or don't build with -mod=vendor.`,
        check: "docker build .",
      },
      {
        id: "stale",
        when: async (seen) => {
          const file = seen.project.tree.files.find((each) => /(^|\/)vendor\/modules\.txt$/.test(each));
          if (file === undefined) return undefined;
          const required = await requirement(seen);
          const listed = await lineOf(
            seen.project,
            file,
            new RegExp(`^# ${literally(seen.field("module"))} `),
            "what was vendored",
          );
          return found(required?.at, listed ?? thing(file, "does not know it"));
        },
        happened: ({ field }) =>
          `vendor/ was made from another go.mod: ${field("module")}@${field("version")} ${field("why")}.`,
        fix: "Make it anew after each change of go.mod, and commit both together.",
        commands: "go mod tidy\ngo mod vendor\ngit add go.mod go.sum vendor",
        check: "go mod vendor && git diff --exit-code vendor go.mod go.sum",
      },
      {
        id: "general",
        happened:
          "vendor/modules.txt does not say what go.mod says: vendor/ is older than go.mod, or not there at all.",
        fix: "Make vendor/ anew and commit it, or build without it (-mod=readonly).",
        commands: "go mod vendor",
        check: "go build ./...",
      },
    ],
  }),
  defineSymptom({
    id: "go/vendor-lookup-disabled",
    title: "A package is not in vendor/",
    tools: 'go; 1.24 and older say cannot find package "."',
    match: [
      {
        has: "import lookup disabled by -mod=vendor",
        line: /cannot find module providing package (?<package>[^\s:]+): import lookup disabled by -mod=vendor/,
      },
      { has: 'cannot find package "." in:', line: /cannot find package "\." in:/, next: /\/vendor\/(?<package>\S+)/ },
    ],
    known: "provoked",
    causes: [
      {
        id: "not-vendored",
        happened: ({ field }) =>
          `The build takes packages from vendor/ alone, and ${field("package")} is not in it: the import came after the last go mod vendor, or no requirement has it.`,
        fix: "Make vendor/ anew and commit it.",
        commands: "go mod tidy\ngo mod vendor",
        check: "go build ./...",
      },
    ],
  }),
];
