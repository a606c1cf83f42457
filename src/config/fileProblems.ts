import type * as z from "zod";
import type { Problem } from "./configError.ts";
import type { ConfigFile } from "./configFile.ts";
import { listSettings, sectionKeys } from "./setting.ts";
import { suggest } from "./suggest.ts";

/** What the schema says against a file that could be read: each mistake where it stands, with what was probably meant. */
export function schemaProblems(schema: z.ZodType, file: ConfigFile): Problem[] {
  const issues = schema.safeParse(file.tree).error?.issues ?? [];
  const unfilled = file.unfilled.map(({ problem }) => problem);
  const told = new Set([...file.problems, ...unfilled].map(({ place }) => JSON.stringify(place)));
  // A value that could not be filled in has been told of already; that it is also no duration helps nobody.
  return issues
    .flatMap((issue) => describeIssue(schema, issue, file))
    .filter(({ place }) => !told.has(JSON.stringify(place)));
}

function describeIssue(schema: z.ZodType, issue: z.core.$ZodIssue, file: ConfigFile): Problem[] {
  const keys = sectionKeys(schema, issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return file.problemAt(path, "key", "unknown-setting", unknownSetting(schema, path.map(String), keys ?? []));
    });
  }
  if (issue.code === "invalid_key") {
    const message = `${issue.path.map(String).join(".")}: ${issue.issues[0]?.message ?? issue.message}`;
    return [file.problemAt(issue.path, "key", "invalid-value", message)];
  }
  const name = issue.path.map(String).join(".");
  const message =
    keys === undefined || issue.code === "custom"
      ? `${name}: ${issue.message}`
      : `${name || "the file"} takes a map with ${keys.join(", ")}`;
  return [file.problemAt(issue.path, "value", "invalid-value", message)];
}

/** Suggests a key of the same section, else the same key in another one: `connect` belongs below `gateway.timeouts`. */
function unknownSetting(schema: z.ZodType, path: readonly string[], known: readonly string[]): string {
  const key = path.at(-1) ?? "";
  const elsewhere = listSettings(schema).find((setting) => setting.path.at(-1) === key);
  const meant = suggest(key, known) ?? elsewhere?.path.join(".");
  const hint = meant === undefined ? `known here: ${known.join(", ")}` : `did you mean ${meant}?`;
  return `unknown setting ${path.join(".")}; ${hint}`;
}
