// go.sum, and what it vouches for.

import { found, ignored, lineOf, notCopied, thing } from "../evidence.ts";
import { requirement, rootMod, tidy } from "../goFacts.ts";
import { literally } from "../literally.ts";
import { type Case, type Symptom, defineSymptom } from "../symptom.ts";

/** go.sum has what was missing: then it is the copy that the build saw which is at fault. */
async function sumHasLine(seen: Case): Promise<boolean> {
  const required = await requirement(seen);
  const lines = await seen.project.lines("go.sum");
  if (required === undefined) return lines.some((line) => line !== "");
  return lines.some((line) => line.startsWith(`${required.path} ${required.version}`));
}

export const goSumSymptoms: readonly Symptom[] = [
  defineSymptom({
    id: "go/missing-sum-entry",
    title: "A module's line in go.sum is missing",
    tools: 'go 1.16 and newer; 1.21 and newer say "for go.mod file"',
    match: [
      { has: "missing go.sum entry", line: /missing go\.sum entry for module providing package (?<package>[^\s;:]+)/ },
      { has: "missing go.sum entry", line: /(?<module>[^\s:@]+)@(?<version>[^\s:]+): missing go\.sum entry/ },
      { has: "missing go.sum entry", line: /missing go\.sum entry/ },
    ],
    rules: ["docker/go-sum-not-copied", "mod/go-sum-missing"],
    known: "provoked",
    causes: [
      {
        id: "ignored",
        when: async (seen) => ((await sumHasLine(seen)) ? ignored(seen, "go.sum") : undefined),
        happened:
          "go.sum is in the repository, and it never reached the build context: without it the go command can't verify what it would build with.",
        fix: ({ field }) => `Let it through in ${field("ignore")}.`,
        check: "docker build .",
      },
      {
        id: "not-copied",
        when: async (seen) => ((await sumHasLine(seen)) ? notCopied(seen, "go.sum") : undefined),
        happened: "go.sum is in the repository, and no COPY before this step takes it.",
        fix: "Copy it together with go.mod, before go mod download.",
        commands: "COPY go.mod go.sum ./",
        check: "docker build .",
      },
      {
        id: "no-line",
        when: async (seen) => {
          const mod = await rootMod(seen);
          const sum = mod === undefined ? undefined : mod.dir === "." ? "go.sum" : `${mod.dir}/go.sum`;
          if (sum === undefined || !seen.project.tree.has(sum)) return undefined;
          const required = await requirement(seen);
          return found(thing(sum, "is there, and lacks the line"), required?.at);
        },
        happened: ({ field }) =>
          `go.sum is there and has no line for the module of ${field("package") || field("module")}: go.mod was changed without it (by hand, or by a merge that kept one side).`,
        fix: "Let the go command add what is missing, look at the difference, and commit both files.",
        commands: tidy,
        check: "go mod verify; go build ./...",
      },
      {
        id: "no-file",
        when: async (seen) =>
          found(
            (await requirement(seen))?.at,
            ...(await seen.project.goMods()).flatMap(({ requires }) => requires.slice(0, 1).map((each) => each.at)),
          ),
        happened:
          "There is no go.sum here although go.mod requires modules: it was never committed, or git ignores it.",
        fix: "Make it, and commit it: it belongs to the repository, for applications and libraries alike.",
        commands: "go mod tidy\ngit add go.sum\ngit check-ignore -v go.sum",
        check: "go build ./...",
      },
      {
        id: "general",
        happened:
          "The build needs a module whose hash is not in go.sum: the file was not there where the go command ran, or it is older than go.mod.",
        fix: "If go.sum has the line in the repository, the copy is at fault: COPY go.mod go.sum, and .dockerignore. Else let the go command add it, and commit.",
        commands: tidy,
        check: "go mod verify",
      },
    ],
  }),
  defineSymptom({
    id: "go/checksum-mismatch",
    title: "A module is not what go.sum says",
    tools: "go",
    match: [
      {
        has: "checksum mismatch",
        line: /verifying (?<module>[^\s@]+)@(?<version>[^\s:/]+)(?:\/go\.mod)?: checksum mismatch/,
      },
    ],
    known: "provoked",
    causes: [
      {
        id: "go-sum",
        when: async ({ field, project }) => {
          const line = new RegExp(`^${literally(`${field("module")} ${field("version")}`)}[ /]`);
          const sums = project.tree.files.filter((file) => /(^|\/)go\.sum$/.test(file)).slice(0, 20);
          for (const file of sums) {
            const evidence = await lineOf(project, file, line, "the hash that was recorded");
            if (evidence !== undefined) return found(evidence);
          }
          return undefined;
        },
        happened: ({ field }) =>
          `What was downloaded as ${field("module")} ${field("version")} is not what it was when go.sum was written: its tag was moved, or a proxy and the repository itself hold different things.`,
        fix: "Do not delete go.sum: it is the only witness. Ask two sources what they hold; if the tag was moved, take the next version, and tell the module's owners.",
        commands: ({ field }) =>
          `go clean -modcache\nGOPROXY=direct go mod download -json ${field("module")}@${field("version")}\ngo mod download -json ${field("module")}@${field("version")}`,
        check: "go mod verify",
      },
      {
        id: "general",
        happened: ({ field }) =>
          `What was downloaded as ${field("module")} ${field("version")} has another hash than the one recorded or published for it.`,
        fix: "Do not delete go.sum and do not turn verification off. Compare what the proxy and the repository hold; take the next version if the tag was moved.",
        commands: ({ field }) => `GOPROXY=direct go mod download -json ${field("module")}@${field("version")}`,
        check: "go mod verify",
      },
    ],
  }),
  defineSymptom({
    id: "go/updates-needed",
    title: "go.mod would have to change",
    tools: "go 1.16 and newer",
    match: [{ has: "updates to go.", line: /updates to go\.(?:mod|work|sum) needed/ }],
    known: "provoked",
    causes: [
      {
        id: "untidy",
        happened:
          "The requirements in go.mod contradict what the required modules ask for, and a build may not change the file (-mod=readonly is the default).",
        fix: "Let the go command bring the file in order outside of the image, and commit it. -mod=mod in CI only hides it: each build then decides by itself.",
        commands: tidy,
        check: "go mod tidy -diff || go mod verify",
      },
    ],
  }),
];
