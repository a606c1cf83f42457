import { basename } from "node:path";
import { styleText } from "node:util";
import type { GoProject } from "../../repo/goProject.ts";
import { type Bond, verbs } from "../../repo/split/bonds.ts";
import type { ChangedModule, SplitPlan } from "../../repo/split/planSplit.ts";
import type { UnneededRequirements } from "../../repo/split/unneeded.ts";
import type { WrittenRepository } from "../../repo/split/writeSplit.ts";
import { unifiedDiff } from "../../repo/unifiedDiff.ts";
import { hang } from "./wrap.ts";

const mostListed = 12;

/** A table for each module that others of the repository import from. */
export function formatUses(uses: readonly UnneededRequirements[], { modules }: GoProject): string {
  if (uses.length === 0) {
    const why = modules.length > 1 ? "none of its modules imports from another" : "it is one module";
    return `Nobody in this repository gets too much: ${why}. What others import of it only --packages can say.\n`;
  }
  const tables = [...Map.groupBy(uses, ({ module }) => module)].map(([module, users]) => {
    const packages = users[0]?.packages ?? 0;
    const direct = users[0]?.direct.length ?? 0;
    const head = `${module.path}: ${count(packages, "package")}; imports from ${count(direct, "module")}, requires ${module.requires.length}\n`;
    const width = Math.max(...users.map(({ consumer }) => consumer.path.length));
    const lines = users.map(({ consumer, dirs, built, needed }) => {
      const text = `builds ${built} of ${packages} packages (imports ${listed(dirs)}), for which ${needed.length} of ${direct} are needed${needed.length === 0 ? "" : `: ${listed(needed)}`}`;
      return `${hang(`  ${consumer.path.padEnd(width)}  `, text, columns())}\n`;
    });
    return `${head}${lines.join("")}`;
  });
  return `${tables.join("\n")}\n`;
}

/** @param isPlanOnly Nothing was written: says how to. */
export function formatSplit(plan: SplitPlan, isPlanOnly: boolean): string {
  const { into, changed, texts, removed, gone, mentions, repositories } = plan;
  const where = into === "modules" ? "modules in folders of this repository" : "repositories of their own";
  const goFiles = texts.filter(({ path }) => path.endsWith(".go"));
  const sections = [
    `${styleText("bold", `Split of ${plan.module.path} into ${where}`)}, in the order of release\n`,
    changed.map((each, index) => release(each, index + 1)).join(""),
    into === "repositories"
      ? `${hang("leave   ", `${count(removed.length, "file")} go to ${repositories.map(({ name }) => name).join(", ")}`, columns())}\n`
      : "",
    goFiles.length === 0
      ? ""
      : `${hang("imports ", `change in ${count(goFiles.length, "file")} that stay: ${listed(goFiles.map(({ path }) => path))}`, columns())}\n`,
    breaks(plan),
    mentions.length === 0
      ? ""
      : `${hang("look at ", `what names an old path and is left as it is: ${listed(mentions)}`, columns())}\n`,
    into === "modules" ? nestedWarning(plan) : "",
    isPlanOnly ? `\nNext: --diff shows each change; --write DIR makes it, outside of this repository\n` : "",
  ];
  if (gone.length === 0 && into === "modules") sections.push("");
  return sections.join("");
}

function release({ after, requires, modulesBefore, modulesAfter }: ChangedModule, number: number): string {
  const { path, made, version, tag, dir } = after;
  const title = [
    `${String(number).padStart(2)}  ${styleText("bold", path)}`,
    version === undefined ? "(no release: nobody requires a version of it)" : version,
    tag === undefined || tag === version ? "" : `tag ${tag}`,
    made === undefined ? `changed${dir === "." ? "" : `, ${dir}`}` : styleText("green", "new"),
  ];
  const lines = [`${title.filter((each) => each !== "").join("  ")}\n`];
  const add = (label: string, text: string): void =>
    void lines.push(`${hang(`      ${label.padEnd(10)}`, text, columns())}\n`);
  if (made !== undefined) {
    const asked = made.packages.filter(({ because }) => because === undefined);
    if (asked.length > 0) add("packages", listed(asked.map(({ dir }) => dir)));
    for (const { dir, because } of made.packages.slice(0, mostListed))
      if (because !== undefined) add("with it", `${dir}: ${reason(because)}`);
  }
  const direct = requires.filter(({ indirect }) => !indirect).map(({ path, version }) => `${path} ${version}`);
  const indirect = requires.length - direct.length;
  add(
    "requires",
    requires.length === 0
      ? "nothing"
      : `${listed(direct)}${indirect === 0 ? "" : ` and ${count(indirect, "indirect one")}`}`,
  );
  if (modulesAfter !== undefined && made === undefined && modulesBefore !== undefined)
    add("modules", `${modulesBefore} before, ${modulesAfter} after (go list -m all)`);
  else if (modulesAfter !== undefined) add("modules", `${modulesAfter} (go list -m all)`);
  return lines.join("");
}

function reason({ from, kind, file }: Bond): string {
  return kind === "internal" ? `imports ${from}, which is internal (${file})` : `${file} ${verbs[kind]} it`;
}

/** What importers elsewhere will find. */
function breaks({ into, gone, made, module, changed }: SplitPlan): string {
  const next = changed.find(({ after }) => after.made === undefined && after.path === module.path)?.after.version;
  const version = next === undefined ? `the next version of ${module.path}` : `${module.path} ${next}`;
  if (gone.length > 0) {
    const paths = gone.map(({ importPath, newPath }) => `${importPath} → ${newPath}`);
    const promise =
      next === undefined || next.startsWith("v0.")
        ? ""
        : "; that breaks v1's promise: if others import them, leave copies marked Deprecated for a time, or make it a new major version";
    return `${hang("breaks  ", `${version} has these no more: ${listed(paths)}${promise}`, columns())}\n`;
  }
  if (into === "repositories") return "";
  return `${hang("breaks  ", `nothing for who imports ${listed(made.map(({ path }) => path))}: the import paths stay; go get ${made[0]?.path ?? ""} is needed beside ${version}`, columns())}\n`;
}

/** What comes with several modules in one repository (https://go.dev/wiki/Modules#multi-module-repositories). */
function nestedWarning({ made, module, changed }: SplitPlan): string {
  const [first] = made;
  if (first === undefined) return "";
  const next = changed.find(({ after }) => after.made === undefined && after.path === module.path)?.after.version;
  const text = [
    `each module has tags of its own, with its folder in front (${first.tag}); a plain ${first.version} is not found.`,
    `Push ${first.tag} ${next === undefined ? "first" : `and ${next} together`}: who has ${first.path} and an older ${module.path}, which still has the package, is told "ambiguous import".`,
    "Until the tags are there, go.work or replace holds them together.",
  ];
  return `${hang("warning ", text.join(" "), columns())}\n`;
}

export function formatWritten(plan: SplitPlan, written: readonly WrittenRepository[], target: string): string {
  const lines = written.map(({ folder, tags }) => `  ${folder}  ${tags.length === 0 ? "no tag" : tags.join(" ")}\n`);
  const push = written.map(
    ({ folder, tags }) => `  git -C ${folder} push URL HEAD:main ${tags.join(" ")}`.trimEnd() + "\n",
  );
  const together = `Until they are published: GOWORK=${target}/go.work go build ./... in each module's folder.\n`;
  return `\nWritten to ${basename(target)}:\n${lines.join("")}${together}Publish in this order:\n${push.join("")}`;
}

/** Every text that changes in the old repository, and the go.mod of each new one. */
export function splitDiff({ texts, repositories, removed }: SplitPlan): string {
  const isSum = (path: string): boolean => /(^|\/)go\.sum$/.test(path);
  const changed = texts
    .filter(({ path }) => !isSum(path))
    .map(({ path, before, text }) => unifiedDiff(path, before, text));
  const made = repositories.flatMap(({ name, files }) =>
    [...files].map(([path, content]) => {
      if (content.kind === "kept") return `rename from ${content.from}\nrename to ${name}/${path}\n`;
      return path === "go.mod"
        ? unifiedDiff(`${name}/${path}`, undefined, content.text)
        : isSum(path)
          ? ""
          : `rewritten to ${name}/${path}\n`;
    }),
  );
  return `${[...changed, ...made].join("")}${removed.length === 0 ? "" : "\n"}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return more > 0 ? `${names.slice(0, mostListed).join(", ")} and ${more} more` : names.join(", ");
}

function columns(): number {
  return Math.max(80, process.stdout.columns ?? 100);
}
